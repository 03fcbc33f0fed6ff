import { modelReference } from '../compute/batch-plan.ts';
import { codeLocation } from '../compute/run-plan.ts';
import { notFound, ServiceError } from '../errors.ts';
import { type JsonObject, numberMember, objectMember, stringMap, textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import { apiVersion, ok, param, type Reply, type Route, type ServiceRequest, workspacePath } from '../request.ts';
import { checkReference } from '../state/asset-store.ts';
import type { BatchEndpoint, Tracked, Workspace } from '../state/records.ts';
import { checkComponent } from './batch-component.ts';
import { batchEndpointOf } from './batch-endpoints.ts';
import { refuseBusy } from './online-endpoints.ts';
import { page } from './paging.ts';
import {
  commonFindings,
  type Finding,
  grown,
  isBusy,
  newTracked,
  refuseFindings,
  renderTracked,
  trackedFields,
} from './tracked.ts';
import { findCompute } from './workspaces.ts';

const base = `${workspacePath}/batchendpoints/:endpoint/deployments`;

const defaults = {
  description: null,
  maxConcurrencyPerInstance: 1,
  miniBatchSize: 10,
  errorThreshold: -1,
  retrySettings: { maxRetries: 3, timeout: 'PT30S' },
  outputAction: 'AppendRow',
  outputFileName: 'predictions.csv',
  loggingLevel: 'Info',
};

function render(platform: Platform, workspace: Workspace, endpoint: BatchEndpoint, deployment: Tracked): JsonObject {
  return renderTracked(deployment, {
    id: `${platform.state.id(workspace)}/batchEndpoints/${endpoint.name}/deployments/${deployment.name}`,
    type: 'batchEndpoints/deployments',
    properties: {},
  });
}

/** The deployment of a batch endpoint by its name; 404 when there is none. */
export function findBatchDeployment(endpoint: BatchEndpoint, name: string): Tracked {
  const deployment = endpoint.deployments.get(name.toLowerCase());
  if (deployment === undefined) {
    throw notFound(`Deployment ${name} not found in batch endpoint ${endpoint.name}`);
  }
  return deployment;
}

/** The properties of a deployment that runs a model with a scoring script. */
function checkModel(platform: Platform, workspace: Workspace, sent: JsonObject, findings: Finding[]): JsonObject {
  if (textMember(objectMember(sent, 'codeConfiguration'), 'scoringScript') === undefined) {
    const message =
      'The emulator needs codeConfiguration.scoringScript; it does not score with models that have no script.';
    findings.push({ property: 'CodeConfiguration.ScoringScript', message, value: null, code: 'PredicateValidator' });
  }
  refuseFindings(findings);
  findCompute(workspace, textMember(sent, 'compute')?.split('/').pop() ?? '');
  checkReference(platform.state, textMember(sent, 'environmentId'));
  codeLocation(platform, textMember(objectMember(sent, 'codeConfiguration'), 'codeId'));
  modelReference(platform, workspace, sent.model);
  const numbers = Object.fromEntries(
    ['maxConcurrencyPerInstance', 'miniBatchSize', 'errorThreshold'].map((name) => [
      name,
      numberMember(sent, name) ?? Reflect.get(defaults, name),
    ]),
  );
  const { provisioningState: _state, ...rest } = sent;
  return { ...defaults, ...rest, ...numbers };
}

function check(request: ServiceRequest, platform: Platform, workspace: Workspace): JsonObject {
  const sent = objectMember(request.body, 'properties');
  const findings = commonFindings(param(request, 'deployment'), request.body);
  if (Object.keys(objectMember(sent, 'deploymentConfiguration')).length === 0) {
    return checkModel(platform, workspace, sent, findings);
  }
  refuseFindings(findings);
  checkComponent(platform, workspace, sent);
  const { provisioningState: _state, ...rest } = sent;
  return { description: null, ...rest };
}

function put(request: ServiceRequest, platform: Platform): Reply {
  const [workspace, endpoint] = batchEndpointOf(request, platform);
  const name = param(request, 'deployment');
  if (isBusy(endpoint)) {
    refuseBusy(platform, endpoint, endpoint.provisioningState, 'create a deployment in');
  }
  const properties = check(request, platform, workspace);
  const existing = endpoint.deployments.get(name.toLowerCase());
  const deployment = existing ?? newTracked(request, platform, name);
  Object.assign(deployment, trackedFields(request.body));
  const { AzureAsyncOperationUri: _operation, ...own } = grown(existing?.properties.properties, properties.properties);
  deployment.properties = { ...properties, properties: own };
  deployment.provisioningState = existing ? 'Updating' : 'Creating';
  endpoint.deployments.set(name.toLowerCase(), deployment);
  const { statusUrl } = platform.operations.begin({
    prefix: 'bd',
    location: deployment.location,
    apiVersion: apiVersion(request),
    commit: () => {
      deployment.provisioningState = 'Succeeded';
      if (endpoint.deployments.size === 1 && platform.switches.firstBatchDeploymentIsDefault) {
        endpoint.properties.defaults = { deploymentName: deployment.name };
      }
    },
    fail: () => {
      deployment.provisioningState = 'Failed';
    },
  });
  deployment.operationUrl = statusUrl;
  platform.state.changed();
  return platform.operations.created(
    statusUrl,
    existing ? 200 : 201,
    render(platform, workspace, endpoint, deployment),
  );
}

/** PATCH carries tags and the description. */
function patch(request: ServiceRequest, platform: Platform): Reply {
  const [workspace, endpoint] = batchEndpointOf(request, platform);
  const deployment = findBatchDeployment(endpoint, param(request, 'deployment'));
  const { resultUrl } = platform.operations.begin({
    prefix: 'bd',
    location: deployment.location,
    apiVersion: apiVersion(request),
    commit: () => {
      deployment.tags = { ...deployment.tags, ...stringMap(request.body.tags) };
      const description = textMember(objectMember(request.body, 'properties'), 'description');
      deployment.properties.description = description ?? deployment.properties.description;
    },
    result: () => render(platform, workspace, endpoint, deployment),
  });
  return platform.operations.accepted(resultUrl);
}

function remove(request: ServiceRequest, platform: Platform): Reply {
  const [, endpoint] = batchEndpointOf(request, platform);
  const deployment = endpoint.deployments.get(param(request, 'deployment').toLowerCase());
  if (deployment === undefined) {
    return { status: 204 };
  }
  const isDefault = textMember(endpoint.properties.defaults, 'deploymentName') === deployment.name;
  if (isDefault && platform.switches.deleteBatchDefault === 'refuse') {
    throw new ServiceError(
      400,
      `Cannot delete deployment ${deployment.name} because it is the default of endpoint ${endpoint.name}.`,
    );
  }
  deployment.provisioningState = 'Deleting';
  const { resultUrl } = platform.operations.begin({
    prefix: 'bd',
    location: deployment.location,
    apiVersion: apiVersion(request),
    commit: () => {
      endpoint.deployments.delete(deployment.name.toLowerCase());
      if (isDefault) {
        endpoint.properties.defaults = { deploymentName: null };
      }
    },
  });
  return platform.operations.accepted(resultUrl);
}

export const batchDeploymentRoutes: Route[] = [
  {
    method: 'GET',
    path: base,
    plane: 'arm',
    handle: (request, platform) => {
      const [workspace, endpoint] = batchEndpointOf(request, platform);
      const all = [...endpoint.deployments.values()];
      return page(request, platform, { all, render: (item) => render(platform, workspace, endpoint, item) });
    },
  },
  {
    method: 'GET',
    path: `${base}/:deployment`,
    plane: 'arm',
    handle: (request, platform) => {
      const [workspace, endpoint] = batchEndpointOf(request, platform);
      return ok(render(platform, workspace, endpoint, findBatchDeployment(endpoint, param(request, 'deployment'))));
    },
  },
  { method: 'PUT', path: `${base}/:deployment`, plane: 'arm', handle: put },
  { method: 'PATCH', path: `${base}/:deployment`, plane: 'arm', handle: patch },
  { method: 'DELETE', path: `${base}/:deployment`, plane: 'arm', handle: remove },
];
