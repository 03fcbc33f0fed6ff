import { type ActionResult, azureInputs, defineAction, input } from '@switchyard/action-kit';
import { endpointNameOf } from '@switchyard/config';
import type { DeploymentPlan } from '@switchyard/documents';
import { errorText, formatTraffic } from '@switchyard/domain';
import { observeEndpoint, openAzure, openProject } from '@switchyard/project';
import { renderDeploymentPlan } from '@switchyard/reports';
import { planRollout, type RolloutPlan } from '@switchyard/rollout';
import { compileDeployment } from './compile-deployment.ts';
import { deploymentSettings } from './deployment-settings.ts';
import { findModel } from './find-model.ts';
import { runRollout } from './run-rollout.ts';

type Output =
  | 'endpoint-name'
  | 'deployment-name'
  | 'previous-deployment'
  | 'model-name'
  | 'registry-model-version'
  | 'traffic-json'
  | 'state-file'
  | 'report-file';

export const blueGreenDeploy = defineAction({
  name: 'blue-green-deploy',
  inputs: {
    config: input.text('switchyard.yml'),
    circuit: input.required(),
    environment: input.required(),
    'endpoint-name': input.optional(),
    'endpoint-file': input.optional(),
    file: input.optional(),
    set: input.lines(),
    'model-version': input.optional(),
    'resource-group': input.optional(),
    'workspace-name': input.optional(),
    'registry-name': input.optional(),
    ...azureInputs,
    'traffic-steps': input.list(),
    'step-seconds': input.optional(),
    'min-requests': input.optional(),
    'sample-request': input.optional(),
    'timeout-minutes': input.wholeNumber({ min: 1, max: 360, fallback: '60' }),
    'dry-run': input.boolean('false'),
    'state-file': input.optional(),
    'report-file': input.optional(),
  },
  outputs: [
    'endpoint-name',
    'deployment-name',
    'previous-deployment',
    'model-name',
    'registry-model-version',
    'traffic-json',
    'state-file',
  ],
  run: async (context): Promise<ActionResult<Output>> => {
    const { inputs } = context;
    const project = await openProject(context.environment.workspaceFolder, inputs.config, context.readFile);
    const circuit = project.circuit(inputs.circuit);
    const environment = project.settings(inputs.environment);
    const settings = deploymentSettings(project.config, environment, inputs);
    const endpoint = inputs['endpoint-name'] ?? endpointNameOf(project.config, circuit, inputs.environment);
    const places = await openAzure(context, project.config, environment, inputs);
    const registry = places.registry(inputs['registry-name']);
    const model = await findModel({ project, circuit, registry, version: inputs['model-version'] });
    const target = { project, circuit, settings, places, registry, endpoint, model, environment };
    const deployment = await compileDeployment(context, target);
    const planned = planRollout({
      observation: await observeEndpoint(places.workspace, endpoint),
      desired: { model: model.name, version: model.version, confighash: deployment.confighash },
      steps: settings.steps,
      circuit: circuit.name,
      environment: inputs.environment,
      stepSeconds: settings.stepSeconds,
      minRequests: settings.minRequests,
    });
    const names = { 'endpoint-name': endpoint, 'model-name': model.name };
    if (planned.kind === 'refused') return refused(planned, names);
    const outputs = {
      ...names,
      'registry-model-version': model.version,
      'previous-deployment': Object.keys(planned.plan.before)[0] ?? '',
      'traffic-json': JSON.stringify(planned.plan.before),
    };
    if (planned.kind === 'no-op' || inputs['dry-run']) {
      const report = await context.writeReport(planned.plan);
      return unchanged(planned, inputs['dry-run'], { ...outputs, 'report-file': report });
    }
    return runRollout({ context, target, deployment, planned, outputs });
  },
});

/** Nothing was written; the status says whether a rule said no, something has to end first, or a person has to look. */
function refused(
  { status, error }: Extract<RolloutPlan, { kind: 'refused' }>,
  outputs: Partial<Record<Output, string>>,
): ActionResult<Output> {
  const message = errorText(error);
  return { status, message, summary: `### Deployment: ${status}\n\n${message}\n`, outputs };
}

function unchanged(
  planned: Exclude<RolloutPlan, { kind: 'refused' }>,
  isDryRun: boolean,
  outputs: Partial<Record<Output, string>>,
): ActionResult<Output> {
  const { plan } = planned;
  const slot = planned.kind === 'no-op' ? planned.slot : planned.rollout.slot;
  return {
    status: isDryRun ? 'planned' : 'no-change',
    message: isDryRun
      ? planSentence(plan, planned.kind)
      : `${plan.circuit}: ${planned.kind === 'no-op' ? planned.detail : ''}`,
    summary: renderDeploymentPlan(plan),
    outputs: { ...outputs, 'deployment-name': slot },
  };
}

function planSentence(plan: DeploymentPlan, kind: 'no-op' | 'plan'): string {
  const name = `${plan.model.name}:${plan.model.version}`;
  if (kind === 'no-op') return `${plan.endpoint}: ${name} serves already, nothing to do`;
  return `${plan.endpoint}: would deploy ${name} to ${plan.slot}; ${formatTraffic(plan.before)} becomes ${formatTraffic(plan.after)}`;
}
