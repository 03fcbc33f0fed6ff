import { resolveDeployment } from '@switchyard/azureml';
import { errorText } from '@switchyard/domain';
import { probe } from '@switchyard/project';
import type { NextStep, Observation } from '@switchyard/rollout';
import type { Findings, RolloutRun } from './run-rollout.ts';

type Applicable = Exclude<NextStep, { do: 'done' | 'hold' | 'needs-human' }>;

/** Requests that a slot must answer before it gets any traffic. */
const VALIDATION_REQUESTS = 3;
const WAIT_MS = 1000;

/** Does one step. Writes are read back by the client before this returns. */
export async function applyStep<O extends string>(
  run: RolloutRun<O>,
  step: Applicable,
  observation: Observation,
  findings: Findings,
): Promise<void> {
  const { target, deployment, context } = run;
  const { onlineEndpoints } = target.places.workspace;
  const deployments = onlineEndpoints.deployments(target.endpoint);
  switch (step.do) {
    case 'create-endpoint':
      await onlineEndpoints.create(target.endpoint, deployment.endpoint.body);
      return;
    case 'tag':
    case 'finish-abort':
      await onlineEndpoints.patchTags(target.endpoint, step.tags);
      return;
    case 'delete-slot':
      await deployments.delete(step.slot);
      return;
    case 'create-slot':
      await createSlot(run, step);
      return;
    case 'validate':
      findings.validation = await validate(run, step.slot);
      return;
    case 'watch':
      await watch(run, step, observation, findings);
      return;
    case 'shift':
    case 'abort':
      // What was measured on the step before says nothing about the next, even within the same second.
      findings.health = null;
      await onlineEndpoints.update(target.endpoint, (body) => ({
        ...body,
        tags: { ...body.tags, ...step.tags },
        properties: { ...body.properties, traffic: { ...step.traffic }, mirrorTraffic: { ...step.mirrorTraffic } },
      }));
      return;
    case 'promote':
      for (const [name, tags] of Object.entries(step.deploymentTags)) await deployments.patchTags(name, tags);
      await onlineEndpoints.patchTags(target.endpoint, step.tags);
      return;
    case 'wait':
      await context.clock.sleep(WAIT_MS, context.signal);
  }
}

async function createSlot<O extends string>(
  { target, deployment, context }: RolloutRun<O>,
  step: Extract<NextStep, { do: 'create-slot' }>,
): Promise<void> {
  const { workspace } = target.places;
  const { body } = await resolveDeployment(workspace, deployment.deployment, {
    folder: target.project.folder,
    endpoint: target.endpoint,
    name: step.slot,
    tags: step.tags,
  });
  await context.logger.group(`Creating deployment ${step.slot} on ${target.endpoint}`, () =>
    workspace.onlineEndpoints.deployments(target.endpoint).create(step.slot, body),
  );
}

async function validate<O extends string>(
  { target, deployment, context }: RolloutRun<O>,
  slot: string,
): Promise<NonNullable<Findings['validation']>> {
  const { workspace } = target.places;
  const request = {
    endpoint: target.endpoint,
    deployment: slot,
    body: deployment.sampleRequest,
    count: VALIDATION_REQUESTS,
  };
  const result = await probe(workspace, request);
  if (result.failure === null) {
    return {
      verdict: 'pass',
      detail: `${result.requests} of ${result.requests} requests answered, slowest ${Math.round(result.slowestMs)} ms`,
    };
  }
  await showLogs(workspace.onlineEndpoints.deployments(target.endpoint), slot, context);
  return { verdict: 'fail', detail: result.failure };
}

async function showLogs<O extends string>(
  deployments: { logs(name: string, options: { tail: number }): Promise<string> },
  slot: string,
  { logger }: RolloutRun<O>['context'],
): Promise<void> {
  await logger.group(`Log of deployment ${slot}`, async () => {
    try {
      logger.info(await deployments.logs(slot, { tail: 50 }));
    } catch (error) {
      logger.info(`no log: ${errorText(error)}`);
    }
  });
}

/**
 * Sends requests while a step lasts: the number asked for at once, then one a second to the end of the step. On the last
 * step they go the way of the users, before that to the slot by name.
 */
async function watch<O extends string>(
  { target, deployment, context }: RolloutRun<O>,
  step: Extract<NextStep, { do: 'watch' }>,
  observation: Observation,
  findings: Findings,
): Promise<void> {
  const { workspace } = target.places;
  const isLast = observation.traffic[step.slot] === 100;
  const from = context.clock.now();
  let requests = 0;
  for (;;) {
    const count = Math.max(1, requests === 0 ? step.requests : 1);
    const way = isLast ? {} : { deployment: step.slot };
    const result = await probe(workspace, { endpoint: target.endpoint, ...way, body: deployment.sampleRequest, count });
    requests += result.requests;
    if (result.failure !== null) {
      findings.health = { verdict: 'fail', detail: result.failure, requests, from };
      await showLogs(workspace.onlineEndpoints.deployments(target.endpoint), step.slot, context);
      return;
    }
    findings.health = { verdict: 'pass', detail: `${requests} requests answered`, requests, from };
    const left = step.until - context.clock.now();
    if (left <= 0) return;
    await context.clock.sleep(Math.min(WAIT_MS, left), context.signal);
  }
}
