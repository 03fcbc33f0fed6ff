import { randomUUID } from 'node:crypto';
import { planBatchJob } from '../compute/batch-plan.ts';
import { createJob } from '../compute/job-record.ts';
import type { CompositeWork, Conduct } from '../compute/job-runner.ts';
import { pipelineWork } from '../compute/pipeline-run.ts';
import { RunFailure } from '../compute/run-failure.ts';
import type { RunPlan } from '../compute/run-plan.ts';
import { notFound, ServiceError } from '../errors.ts';
import { type JsonObject, objectMember, stringMap, textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import { ok, param, type Reply, type Route, type ServiceRequest, workspacePath } from '../request.ts';
import type { BatchEndpoint, Job, Tracked, Workspace } from '../state/records.ts';
import { componentJob, deploymentComponent } from './batch-component.ts';
import { findBatchDeployment } from './batch-deployments.ts';
import { batchEndpointOf } from './batch-endpoints.ts';
import { newJob } from './jobs.ts';
import { authorizeData } from './roles.ts';

function findHost(platform: Platform, host: string): [Workspace, BatchEndpoint] {
  const [name = ''] = host.toLowerCase().split('.');
  for (const workspace of platform.state.data.workspaces.values()) {
    const endpoint = workspace.batchEndpoints.get(name);
    if (endpoint !== undefined) {
      return [workspace, endpoint];
    }
  }
  throw notFound(`There is no batch endpoint ${name}.`);
}

function endpointId(platform: Platform, workspace: Workspace, endpoint: BatchEndpoint): string {
  return `${platform.state.id(workspace)}/batchEndpoints/${endpoint.name}`;
}

function render(platform: Platform, workspace: Workspace, job: Job): object {
  const batch = job.batch ?? { endpoint: '', deployment: '', request: {} };
  return {
    id: `${platform.state.id(workspace)}/batchEndpoints/${batch.endpoint}/jobs/${job.name}`,
    name: job.name,
    type: 'Microsoft.MachineLearningServices/workspaces/batchEndpoints/jobs',
    properties: {
      name: job.name,
      status: job.status,
      provisioningState: job.status === 'Failed' || job.status === 'Canceled' ? job.status : 'Succeeded',
      deployment: batch.deployment,
      inputData: objectMember(batch.request, 'inputData'),
      outputData: objectMember(batch.request, 'outputData'),
      outputFileName: textMember(batch.request, 'outputFileName') ?? 'predictions.csv',
      interactionEndpoints: {},
      properties: stringMap(job.properties.properties),
      tags: stringMap(job.properties.tags),
    },
  };
}

/** The body of the job that an invocation starts; its steps, if any, are those of the deployment's component. */
function jobBody(endpoint: BatchEndpoint, deployment: Tracked, sent: JsonObject, name: string): JsonObject {
  const own = stringMap(objectMember(sent, 'properties'));
  const { experimentName = endpoint.name, ...properties } = own;
  return {
    jobType: 'Pipeline',
    displayName: name,
    experimentName,
    computeId: textMember(objectMember(sent, 'compute'), 'target') ?? deployment.properties.compute ?? null,
    tags: {
      ...stringMap(sent.tags),
      'azureml.batchrun': 'true',
      'azureml.deploymentname': deployment.name,
    },
    properties,
    inputs: {},
    outputs: { score: { jobOutputType: 'uri_folder' } },
  };
}

/** A model deployment: one child run scores the files and owns the output `score`. */
function scoringWork(
  platform: Platform,
  place: { workspace: Workspace; deployment: Tracked; job: Job },
  sent: JsonObject,
): CompositeWork {
  const { workspace, deployment, job } = place;
  const properties = {
    jobType: 'Command',
    displayName: 'batchscoring',
    experimentName: job.properties.experimentName,
    computeId: job.properties.computeId,
    tags: {},
    properties: { 'azureml.moduleName': 'batchscoring', 'azureml.runsource': 'azureml.StepRun' },
    inputs: {},
    outputs: { score: { jobOutputType: 'uri_folder' } },
  };
  const start = { name: randomUUID(), properties, identity: job.createdBy, parent: job };
  const child = createJob(platform, workspace, start);
  let plan: RunPlan;
  try {
    plan = planBatchJob(platform, { workspace, deployment, job: child }, sent);
  } catch (error) {
    workspace.jobs.delete(child.name);
    throw error;
  }
  const conduct = async ({ note, run }: Conduct) => {
    note(`batchscoring starts as ${child.name}.`);
    await run(child, plan);
    note(`batchscoring is ${child.status}.`);
    Object.assign(job.outputs, child.outputs);
    if (child.status !== 'Completed') {
      throw new RunFailure(
        child.error?.code ?? 'UserError',
        `batchscoring (${child.name}): ${child.error?.message ?? child.status}`,
      );
    }
  };
  return { log: 'logs/azureml/executionlogs.txt', conduct };
}

/** Start a job. Every call starts another one: invoking is not idempotent. */
function invoke(request: ServiceRequest, platform: Platform): Reply {
  const [workspace, endpoint] = findHost(platform, param(request, 'host'));
  authorizeData(platform, request.identity, 'batchendpoints/jobs/write', endpointId(platform, workspace, endpoint));
  const chosen =
    request.headers.get('azureml-model-deployment') ??
    textMember(objectMember(endpoint.properties, 'defaults'), 'deploymentName');
  if (chosen === undefined || chosen === null || chosen === '') {
    throw new ServiceError(400, `The batch endpoint ${endpoint.name} has no default deployment.`);
  }
  const deployment = findBatchDeployment(endpoint, chosen);
  const sent = objectMember(request.body, 'properties');
  const name = `batchjob-${randomUUID()}`;
  const component = deploymentComponent(platform, deployment);
  const body = jobBody(endpoint, deployment, sent, name);
  const properties = component === undefined ? body : { ...body, ...componentJob(component, sent) };
  const job = newJob(platform, workspace, { name, properties, identity: request.identity });
  job.batch = { endpoint: endpoint.name, deployment: deployment.name, request: sent };
  try {
    const work =
      component === undefined
        ? scoringWork(platform, { workspace, deployment, job }, sent)
        : pipelineWork(platform, workspace, job, component.definition);
    void platform.jobs.submit(workspace, job, work);
  } catch (error) {
    workspace.jobs.delete(name);
    throw error;
  }
  return { status: 201, body: render(platform, workspace, job) };
}

function status(request: ServiceRequest, platform: Platform): Reply {
  const [workspace, endpoint] = findHost(platform, param(request, 'host'));
  authorizeData(platform, request.identity, 'batchendpoints/jobs/read', endpointId(platform, workspace, endpoint));
  const job = platform.state.job(workspace, param(request, 'job'));
  if (job.batch?.endpoint !== endpoint.name) {
    throw notFound(`Job ${job.name} was not started by batch endpoint ${endpoint.name}.`);
  }
  return ok(render(platform, workspace, job));
}

function list(request: ServiceRequest, platform: Platform): Reply {
  const [workspace, endpoint] = batchEndpointOf(request, platform);
  const wanted = param(request, 'deployment');
  const jobs = [...workspace.jobs.values()].filter(
    ({ batch }) => batch?.endpoint === endpoint.name && (wanted === '' || batch.deployment === wanted),
  );
  return ok({ value: jobs.reverse().map((job) => render(platform, workspace, job)) });
}

const management = `/mferp/managementfrontend${workspacePath}/batchendpoints/:endpoint`;

export const batchInvokeRoutes: Route[] = [
  { method: 'POST', path: '/scoring/:host/jobs', plane: 'ml', handle: invoke },
  { method: 'GET', path: '/scoring/:host/jobs/:job', plane: 'ml', handle: status },
  { method: 'GET', path: `${management}/jobs`, plane: 'arm', handle: list },
  { method: 'GET', path: `${management}/deployments/:deployment/jobs`, plane: 'arm', handle: list },
];
