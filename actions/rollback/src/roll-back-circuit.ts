import type { Workspace } from '@switchyard/azureml';
import { type Circuit, endpointNameOf, fillTemplate } from '@switchyard/config';
import type { RollbackPlan } from '@switchyard/documents';
import { type Clock, formatInstant, formatTraffic, type Logger, SwitchyardError } from '@switchyard/domain';
import { observeEndpoint, type Project, probe } from '@switchyard/project';
import { planRollback, type RollbackResult } from '@switchyard/rollout';

/** Requests that the target must answer before and after the switch. */
const PROBES = 3;

interface Parts {
  readonly context: {
    readonly inputs: {
      readonly environment: string;
      readonly to: string;
      readonly reason: string;
      readonly 'incident-id': string | undefined;
      readonly 'dry-run': boolean;
    };
    readonly logger: Logger;
    readonly clock: Clock;
    readonly readFile: (path: string) => Promise<string>;
  };
  readonly project: Project;
  readonly circuit: Circuit;
  readonly workspace: Workspace;
}

type Planned = Extract<RollbackResult, { kind: 'plan' }>;
type Refusal = Extract<RollbackResult, { kind: 'refused' }>;

/** There is nothing to return to, or not now; nothing was written. */
export class RollbackRefused extends Error {
  readonly status: Refusal['status'];

  constructor({ status, error }: Refusal) {
    super(error.message, { cause: error });
    this.status = status;
  }
}

/**
 * Plans the way back of one endpoint and, unless it is a dry run, goes it: the target is asked by name, one PUT moves
 * all traffic, and requests the way of the users prove it.
 * @throws SwitchyardError `ROLLBACK_*` where there is nothing to return to or the target does not answer.
 */
export async function rollBackCircuit(parts: Parts): Promise<RollbackPlan> {
  const { context, project, circuit, workspace } = parts;
  const { inputs, clock } = context;
  const endpoint = endpointNameOf(project.config, circuit, inputs.environment);
  const incident = inputs['incident-id'];
  const planned = planRollback({
    observation: await observeEndpoint(workspace, endpoint),
    target: inputs.to,
    reason: incident === undefined ? inputs.reason : `${inputs.reason} (${incident})`,
    circuit: circuit.name,
    environment: inputs.environment,
    decidedAt: clock.now(),
  });
  if (planned.kind === 'refused') throw new RollbackRefused(planned);
  if (planned.kind === 'no-change') throw nothingToDo(endpoint, planned.detail);
  const body = await readSample(parts);
  await assertAnswers(workspace, { endpoint, deployment: planned.plan.target.slot, body, when: 'before the switch' });
  if (inputs['dry-run']) return planned.plan;
  await switchTraffic(workspace, endpoint, planned);
  const switchedAt = formatInstant(clock.now());
  context.logger.info(`${endpoint}: traffic is ${formatTraffic(planned.write.traffic)} since ${switchedAt}`);
  await assertAnswers(workspace, { endpoint, body, when: 'after the switch' });
  const marks = { ...planned.plan.marks, switchedAt, verifiedAt: formatInstant(clock.now()) };
  return { ...planned.plan, status: 'done', marks };
}

async function switchTraffic(
  workspace: Workspace,
  endpoint: string,
  { write, scale, deploymentTags }: Planned,
): Promise<void> {
  const deployments = workspace.onlineEndpoints.deployments(endpoint);
  // A slot that was shrunk while it was idle gets its instances back before the traffic.
  if (scale) await deployments.update(scale.slot, (body) => ({ ...body, sku: { ...body.sku, capacity: scale.to } }));
  await workspace.onlineEndpoints.update(endpoint, (body) => ({
    ...body,
    tags: { ...body.tags, ...write.tags },
    properties: { ...body.properties, traffic: { ...write.traffic }, mirrorTraffic: { ...write.mirrorTraffic } },
  }));
  for (const [name, tags] of Object.entries(deploymentTags)) await deployments.patchTags(name, tags);
}

async function readSample({ context, project, circuit }: Parts): Promise<string> {
  const template = project.config.deployment?.['sample-request'];
  if (template === undefined) {
    throw new SwitchyardError({
      code: 'CONFIG_SAMPLE_REQUEST_MISSING',
      seen: 'no sample request is configured',
      expected: 'a JSON request that the model must answer',
      next: 'set deployment.sample-request in switchyard.yml',
    });
  }
  return context.readFile(fillTemplate(template, { circuit, environment: context.inputs.environment }));
}

async function assertAnswers(
  workspace: Workspace,
  request: { readonly endpoint: string; readonly deployment?: string; readonly body: string; readonly when: string },
): Promise<void> {
  const { failure } = await probe(workspace, { ...request, count: PROBES });
  if (failure === null) return;
  throw new SwitchyardError({
    code: 'ROLLBACK_TARGET_UNHEALTHY',
    kind: 'failure',
    seen: `${request.when}: ${failure}`,
    expected: `${PROBES} answers with status 200`,
    next:
      request.deployment === undefined
        ? 'look at the endpoint now: it serves the target'
        : 'nothing was written; choose another version with "to"',
  });
}

/** A rollback that changes nothing is not what the person asked for. */
function nothingToDo(endpoint: string, detail: string): SwitchyardError {
  return new SwitchyardError({
    code: 'ROLLBACK_NOTHING_TO_DO',
    seen: `endpoint ${endpoint}: ${detail}`,
    expected: 'another version than the one that serves',
    next: 'choose another version with "to", or leave it as it is',
  });
}
