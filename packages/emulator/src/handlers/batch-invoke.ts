import { randomUUID } from 'node:crypto';
import { planBatchJob } from '../compute/batch-plan.ts';
import { notFound, ServiceError } from '../errors.ts';
import { objectMember, stringMap, textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import { ok, param, type Reply, type Route, type ServiceRequest, workspacePath } from '../request.ts';
import type { BatchEndpoint, Job, Workspace } from '../state/records.ts';
import { findBatchDeployment } from './batch-deployments.ts';
import { batchEndpointOf } from './batch-endpoints.ts';
import { newJob } from './jobs.ts';

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

/** Start a job. Every call starts another one: invoking is not idempotent. */
function invoke(request: ServiceRequest, platform: Platform): Reply {
  const [workspace, endpoint] = findHost(platform, param(request, 'host'));
  const chosen =
    request.headers.get('azureml-model-deployment') ??
    textMember(objectMember(endpoint.properties, 'defaults'), 'deploymentName');
  if (chosen === undefined || chosen === null || chosen === '') {
    throw new ServiceError(400, `The batch endpoint ${endpoint.name} has no default deployment.`);
  }
  const deployment = findBatchDeployment(endpoint, chosen);
  const sent = objectMember(request.body, 'properties');
  const name = `batchjob-${randomUUID()}`;
  const experimentName = textMember(objectMember(sent, 'properties'), 'experimentName') ?? endpoint.name;
  const properties = {
    jobType: 'Pipeline',
    displayName: name,
    experimentName,
    computeId: deployment.properties.compute,
    tags: { 'azureml.batchrun': 'true', 'azureml.deploymentname': deployment.name },
    properties: { 'azureml.moduleName': 'batchscoring' },
    inputs: {},
    outputs: { score: { jobOutputType: 'uri_folder' } },
  };
  const job = newJob(platform, workspace, { name, properties, identity: request.identity });
  job.batch = { endpoint: endpoint.name, deployment: deployment.name, request: sent };
  try {
    platform.jobs.submit(workspace, job, planBatchJob(platform, { workspace, deployment, job }, sent));
  } catch (error) {
    workspace.jobs.delete(name);
    throw error;
  }
  return { status: 201, body: render(platform, workspace, job) };
}

function status(request: ServiceRequest, platform: Platform): Reply {
  const [workspace, endpoint] = findHost(platform, param(request, 'host'));
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
