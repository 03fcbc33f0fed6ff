import { deploymentKey } from '../compute/deployment-pool.ts';
import { codeLocation } from '../compute/run-plan.ts';
import { notFound, ServiceError } from '../errors.ts';
import { canonicalJson, type JsonObject, numberMember, objectMember, stringMap, textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import { apiVersion, ok, param, type Reply, type Route, type ServiceRequest, workspacePath } from '../request.ts';
import { checkReference } from '../state/asset-store.ts';
import type { OperationFailure } from '../state/operations.ts';
import type { OnlineDeployment, OnlineEndpoint, Workspace } from '../state/records.ts';
import { capacityFindings, checkDeployment, instancesPerDeployment, refuseBySwitch } from './deployment-rules.ts';
import { endpointOf, refuseBusy } from './online-endpoints.ts';
import { page } from './paging.ts';
import { checkQuota } from './quota.ts';
import { commonFindings, grown, isBusy, newTracked, refuseFindings, renderTracked, trackedFields } from './tracked.ts';

const base = `${workspacePath}/onlineendpoints/:endpoint/deployments`;

const probe = { initialDelay: 'PT10S', period: 'PT10S', timeout: 'PT2S', successThreshold: 1, failureThreshold: 30 };
const defaults = {
  instanceType: 'Standard_F4s_v2',
  description: null,
  appInsightsEnabled: false,
  egressPublicNetworkAccess: 'Enabled',
  scaleSettings: { scaleType: 'Default' },
  livenessProbe: probe,
  readinessProbe: probe,
};
const requestDefaults = { maxConcurrentRequestsPerInstance: 1, requestTimeout: 'PT5S', maxQueueWait: 'PT0.5S' };

function render(
  platform: Platform,
  workspace: Workspace,
  endpoint: OnlineEndpoint,
  deployment: OnlineDeployment,
): JsonObject {
  return renderTracked(deployment, {
    id: `${platform.state.id(workspace)}/onlineEndpoints/${endpoint.name}/deployments/${deployment.name}`,
    type: 'onlineEndpoints/deployments',
    properties: {},
  });
}

/** Workspace, endpoint and deployment of a request; 404 in the service's words when there is no such deployment. */
function deploymentOf(request: ServiceRequest, platform: Platform): [Workspace, OnlineEndpoint, OnlineDeployment] {
  const [workspace, endpoint] = endpointOf(request, platform);
  const name = param(request, 'deployment');
  const deployment = endpoint.deployments.get(name.toLowerCase());
  if (deployment === undefined) {
    throw notFound(`Deployment ${name} not found in endpoint ${endpoint.name}, workspace ${workspace.name}`);
  }
  return [workspace, endpoint, deployment];
}

/** All properties of a deployment as the service keeps them, with its defaults. */
function complete(sent: JsonObject, before: OnlineDeployment | undefined): JsonObject {
  const { provisioningState: _state, ...rest } = sent;
  const { AzureAsyncOperationUri: _operation, ...own } = grown(before?.properties.properties, rest.properties);
  const set = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null));
  return {
    ...defaults,
    ...set,
    endpointComputeType:
      textMember(rest, 'endpointComputeType')?.toLowerCase() === 'kubernetes' ? 'Kubernetes' : 'Managed',
    requestSettings: { ...requestDefaults, ...objectMember(rest, 'requestSettings') },
    environmentVariables: stringMap(rest.environmentVariables),
    properties: own,
  };
}

/** The part of a deployment that its process depends on. */
function definition(deployment: OnlineDeployment): JsonObject {
  const { description: _description, properties: _own, ...rest } = deployment.properties;
  return { ...rest, capacity: numberMember(deployment.sku, 'capacity') ?? 1 };
}

function isAsRunning(deployment: OnlineDeployment): boolean {
  return deployment.running !== null && canonicalJson(deployment.running) === canonicalJson(definition(deployment));
}

function begin(
  request: ServiceRequest,
  platform: Platform,
  place: { workspace: Workspace; endpoint: OnlineEndpoint; deployment: OnlineDeployment; isReady?: boolean },
  refusal: OperationFailure | undefined,
) {
  const { deployment } = place;
  // Tags do not restart a container.
  const isServed = place.isReady === true && isAsRunning(deployment);
  return platform.operations.begin({
    prefix: 'od',
    location: deployment.location,
    apiVersion: apiVersion(request),
    prepare: () => {
      if (refusal !== undefined) return Promise.reject(refusal);
      return isServed ? Promise.resolve() : platform.deployments.start(place);
    },
    commit: () => {
      deployment.running = definition(deployment);
      deployment.provisioningState = 'Succeeded';
    },
    fail: () => {
      deployment.provisioningState = 'Failed';
    },
    result: () => render(platform, place.workspace, place.endpoint, deployment),
  });
}

/** Create or replace a deployment. A changed definition is a rolling update: the old process serves until the new one is ready. */
function putDeployment(request: ServiceRequest, platform: Platform): Reply {
  const [workspace, endpoint] = endpointOf(request, platform);
  const name = param(request, 'deployment');
  if (isBusy(endpoint)) {
    refuseBusy(platform, endpoint, endpoint.provisioningState, 'create a deployment in');
  }
  const existing = endpoint.deployments.get(name.toLowerCase());
  if (existing && isBusy(existing)) {
    const text = `Cannot update deployment ${name} because it is in ${existing.provisioningState} provisioning state.`;
    throw new ServiceError(platform.switches.endpointBusyStatus, text, { inner: 'Conflict' });
  }
  refuseBySwitch(platform, endpoint, existing);
  checkDeployment(request, endpoint);
  const draft: OnlineDeployment = {
    ...(existing ?? { ...newTracked(request, platform, name), running: null }),
    ...trackedFields(request.body),
    properties: complete(objectMember(request.body, 'properties'), existing),
    modifiedAt: platform.clock.now().toISOString(),
  };
  draft.sku ??= { name: 'Default', capacity: 1 };
  // Names that do not exist are refused here, before anything is started.
  checkReference(platform.state, textMember(draft.properties, 'environmentId'));
  codeLocation(platform, textMember(objectMember(draft.properties, 'codeConfiguration'), 'codeId'));
  platform.deployments.modelLocation({ workspace, endpoint, deployment: draft });
  const refusal = checkQuota(platform, draft, existing);
  const deployment = existing ? Object.assign(existing, draft) : draft;
  endpoint.deployments.set(name.toLowerCase(), deployment);
  platform.state.changed();
  if (
    isAsRunning(deployment) &&
    deployment.provisioningState === 'Succeeded' &&
    platform.switches.identicalDeploymentPut === 'no-op'
  ) {
    return ok(render(platform, workspace, endpoint, deployment));
  }
  deployment.provisioningState = existing ? 'Updating' : 'Creating';
  const { statusUrl } = begin(request, platform, { workspace, endpoint, deployment }, refusal);
  deployment.operationUrl = statusUrl;
  return platform.operations.created(
    statusUrl,
    existing ? 200 : 201,
    render(platform, workspace, endpoint, deployment),
  );
}

/** PATCH carries tags and the instance count. */
function patchDeployment(request: ServiceRequest, platform: Platform): Reply {
  const [workspace, endpoint, deployment] = deploymentOf(request, platform);
  if (isBusy(deployment)) {
    refuseBusy(platform, endpoint, deployment.provisioningState, `update deployment ${deployment.name} of`);
  }
  const findings = commonFindings(deployment.name, { ...request.body, location: deployment.location });
  refuseFindings([...findings, ...capacityFindings(request.body.sku)]);
  const sku = { ...deployment.sku, ...objectMember(request.body, 'sku') };
  const refusal = checkQuota(platform, { ...deployment, sku }, deployment);
  deployment.tags = { ...deployment.tags, ...stringMap(request.body.tags) };
  deployment.sku = sku;
  const isReady = deployment.provisioningState === 'Succeeded';
  deployment.provisioningState = 'Updating';
  const { resultUrl } = begin(request, platform, { workspace, endpoint, deployment, isReady }, refusal);
  return platform.operations.accepted(resultUrl);
}

function deleteDeployment(request: ServiceRequest, platform: Platform): Reply {
  const [, endpoint] = endpointOf(request, platform);
  const deployment = endpoint.deployments.get(param(request, 'deployment').toLowerCase());
  if (deployment === undefined) {
    return { status: 204 };
  }
  const { name } = deployment;
  if ((endpoint.traffic[name] ?? 0) > 0) {
    throw new ServiceError(
      400,
      `Cannot delete deployment ${name} of endpoint ${endpoint.name} because it receives ${endpoint.traffic[name]} % of the live traffic. Set its traffic to 0 first.`,
    );
  }
  if ((endpoint.mirrorTraffic[name] ?? 0) > 0 && platform.switches.deleteWithMirror === 'refuse') {
    throw new ServiceError(
      400,
      `Cannot delete deployment ${name} of endpoint ${endpoint.name} because traffic is mirrored to it.`,
    );
  }
  if (isBusy(endpoint)) {
    refuseBusy(platform, endpoint, endpoint.provisioningState, 'delete a deployment in');
  }
  deployment.provisioningState = 'Deleting';
  const { resultUrl } = platform.operations.begin({
    prefix: 'od',
    location: deployment.location,
    apiVersion: apiVersion(request),
    commit: () => {
      endpoint.deployments.delete(name.toLowerCase());
      delete endpoint.traffic[name];
      delete endpoint.mirrorTraffic[name];
      platform.deployments.remove(deploymentKey(endpoint, name));
    },
    fail: () => {
      deployment.provisioningState = 'Failed';
    },
  });
  platform.state.changed();
  return platform.operations.accepted(resultUrl);
}

function getLogs(request: ServiceRequest, platform: Platform): Reply {
  const [, endpoint, deployment] = deploymentOf(request, platform);
  const tail = Math.min(5000, numberMember(request.body, 'tail') ?? 500);
  if (textMember(request.body, 'containerType') === 'StorageInitializer') {
    return ok({ content: `Model ${String(deployment.properties.model ?? '(none)')} was fetched by the emulator.` });
  }
  const content = platform.deployments.logs(deploymentKey(endpoint, deployment.name), tail);
  return ok({ content: content ?? 'There are no logs yet. Try again later.' });
}

function skus(request: ServiceRequest, platform: Platform): Reply {
  deploymentOf(request, platform);
  const capacity = { default: 1, minimum: 1, maximum: instancesPerDeployment, scaleType: 'Manual' };
  const resourceType = 'Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments';
  return ok({ value: [{ resourceType, sku: { name: 'Default', tier: 'Standard' }, capacity }] });
}

function listDeployments(request: ServiceRequest, platform: Platform): Reply {
  const [workspace, endpoint] = endpointOf(request, platform);
  const all = [...endpoint.deployments.values()];
  return page(request, platform, { all, render: (deployment) => render(platform, workspace, endpoint, deployment) });
}

export const onlineDeploymentRoutes: Route[] = [
  { method: 'GET', path: base, plane: 'arm', handle: listDeployments },
  { method: 'PUT', path: `${base}/:deployment`, plane: 'arm', handle: putDeployment },
  { method: 'PATCH', path: `${base}/:deployment`, plane: 'arm', handle: patchDeployment },
  { method: 'DELETE', path: `${base}/:deployment`, plane: 'arm', handle: deleteDeployment },
  { method: 'POST', path: `${base}/:deployment/getlogs`, plane: 'arm', handle: getLogs },
  { method: 'GET', path: `${base}/:deployment/skus`, plane: 'arm', handle: skus },
  {
    method: 'GET',
    path: `${base}/:deployment`,
    plane: 'arm',
    handle: (request, platform) => ok(render(platform, ...deploymentOf(request, platform))),
  },
];
