import { cloudEnvironment, trustEnvironment, userEnvironment } from '../environment.ts';
import { textMember } from '../fields.ts';
import type { Job, Workspace } from '../state/records.ts';
import type { State } from '../state/state.ts';
import type { Tokens } from '../tokens.ts';
import type { RunPlan } from './run-plan.ts';

const tokenSeconds = 24 * 3600;

/** The run that a process is started for, with the local paths (or texts) of its inputs and outputs. */
export interface PreparedRun {
  workspace: Workspace;
  job: Job;
  plan: RunPlan;
  inputs: Map<string, string>;
  outputs: Map<string, string>;
}

/**
 * Environment of a job's process: what the service gives to user code (`AZUREML_*`, `MLFLOW_*`, `AZURE_ML_INPUT_*`),
 * trust in the emulator's certificates, and the job's own variables, which win.
 */
export function runEnvironment(
  context: { state: State; tokens: Tokens; programs: string; trust: { caFile: string; bundleFile: string } },
  run: PreparedRun,
): Record<string, string> {
  const { state, tokens, programs, trust } = context;
  const { workspace, job } = run;
  const experiment = textMember(job.properties, 'experimentName') ?? 'Default';
  const experimentId = workspace.experiments.get(experiment) ?? '';
  const prefixed = (prefix: string, values: Map<string, string>) =>
    Object.fromEntries([...values].map(([name, value]) => [`${prefix}${name}`, value]));
  const { PATH = '/usr/bin:/bin', ...base } = userEnvironment({});
  return {
    ...base,
    PATH: `${programs}:${PATH}`,
    ...trustEnvironment(trust),
    AZUREML_RUN_ID: job.name,
    AZUREML_EXPERIMENT_ID: experimentId,
    AZUREML_EXPERIMENT_NAME: experiment,
    AZUREML_EXPERIMENT_SCOPE: `${state.id(workspace)}/experiments/${experiment}`,
    AZUREML_ARM_SUBSCRIPTION: state.data.subscriptionId,
    AZUREML_ARM_RESOURCEGROUP: workspace.resourceGroup,
    AZUREML_ARM_WORKSPACE_NAME: workspace.name,
    AZUREML_ARM_PROJECT_NAME: experiment,
    AZUREML_WORKSPACE_ID: workspace.guid,
    AZUREML_SERVICE_ENDPOINT: state.data.url,
    ...cloudEnvironment(state.data.url),
    MLFLOW_TRACKING_URI: `${state.data.url}/mlflow/v1.0${state.id(workspace)}`,
    MLFLOW_TRACKING_TOKEN: tokens.issue(job.createdBy, 'https://management.azure.com', {
      seconds: tokenSeconds,
      run: job.name,
    }).token,
    MLFLOW_RUN_ID: job.name,
    MLFLOW_EXPERIMENT_ID: experimentId,
    MLFLOW_EXPERIMENT_NAME: experiment,
    ...prefixed('AZURE_ML_INPUT_', run.inputs),
    ...prefixed('AZURE_ML_OUTPUT_', run.outputs),
    ...run.plan.environment,
  };
}
