import { randomUUID } from 'node:crypto';
import { notFound } from '../errors.ts';
import { type JsonObject, objectMember, stringMap, textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import {
  apiVersion,
  ok,
  param,
  type Reply,
  type Route,
  type ServiceRequest,
  workspaceOf,
  workspacePath,
} from '../request.ts';
import type { BatchEndpoint, Workspace } from '../state/records.ts';
import { hostUrl, refuseBusy } from './online-endpoints.ts';
import { page } from './paging.ts';
import { commonFindings, grown, isBusy, newTracked, refuseFindings, renderTracked, trackedFields } from './tracked.ts';

const base = `${workspacePath}/batchendpoints`;

/** Workspace and batch endpoint of a request. */
export function batchEndpointOf(request: ServiceRequest, platform: Platform): [Workspace, BatchEndpoint] {
  const workspace = workspaceOf(request, platform);
  const endpoint = workspace.batchEndpoints.get(param(request, 'endpoint').toLowerCase());
  if (endpoint === undefined) {
    throw notFound(`Batch endpoint ${param(request, 'endpoint')} not found in workspace ${workspace.name}`);
  }
  return [workspace, endpoint];
}

function render(platform: Platform, workspace: Workspace, endpoint: BatchEndpoint): JsonObject {
  return renderTracked(endpoint, {
    id: `${platform.state.id(workspace)}/batchEndpoints/${endpoint.name}`,
    type: 'batchEndpoints',
    properties: {
      scoringUri: `${hostUrl(platform, endpoint)}/jobs`,
      swaggerUri: `${hostUrl(platform, endpoint)}/swagger.json`,
    },
  });
}

function check(request: ServiceRequest, existing: BatchEndpoint | undefined): void {
  const properties = objectMember(request.body, 'properties');
  const findings = commonFindings(param(request, 'endpoint'), request.body);
  const mode = textMember(properties, 'authMode');
  if (mode?.toLowerCase() !== 'aadtoken') {
    const message = 'The authMode of a batch endpoint must be AADToken.';
    findings.push({ property: 'AuthMode', message, value: mode, code: 'EnumValidator' });
  }
  const identity = textMember(request.body.identity, 'type');
  if (identity?.toLowerCase().includes('userassigned')) {
    const message = `CannotSetResourceIdentity: the resource type does not support creation of '${identity}' resource identity. The supported types are 'SystemAssigned'.`;
    findings.push({ property: 'Identity.Type', message, value: identity, code: 'CannotSetResourceIdentity' });
  }
  const chosen = textMember(objectMember(properties, 'defaults'), 'deploymentName');
  if (chosen !== undefined && chosen !== '' && !existing?.deployments.has(chosen.toLowerCase())) {
    const message = `The deployment ${chosen} does not exist in the endpoint.`;
    findings.push({ property: 'Defaults.DeploymentName', message, value: chosen, code: 'PredicateValidator' });
  }
  refuseFindings(findings);
}

/** Create or replace. The default deployment changes only here. */
function put(request: ServiceRequest, platform: Platform): Reply {
  const workspace = workspaceOf(request, platform);
  const name = param(request, 'endpoint');
  const existing = workspace.batchEndpoints.get(name.toLowerCase());
  if (existing && isBusy(existing)) {
    refuseBusy(platform, existing, existing.provisioningState, 'update');
  }
  check(request, existing);
  const endpoint: BatchEndpoint = existing ?? {
    ...newTracked(request, platform, name),
    guid: randomUUID(),
    deployments: new Map(),
  };
  const {
    provisioningState: _state,
    scoringUri: _uri,
    swaggerUri: _swagger,
    ...rest
  } = objectMember(request.body, 'properties');
  const { AzureAsyncOperationUri: _operation, ...own } = grown(endpoint.properties.properties, rest.properties);
  const chosen = textMember(objectMember(rest, 'defaults'), 'deploymentName');
  const properties = {
    description: null,
    ...rest,
    authMode: 'AADToken',
    defaults: { deploymentName: chosen ?? null },
    properties: own,
  };
  Object.assign(endpoint, trackedFields(request.body));
  endpoint.provisioningState = existing ? 'Updating' : 'Creating';
  endpoint.modifiedAt = platform.clock.now().toISOString();
  workspace.batchEndpoints.set(name.toLowerCase(), endpoint);
  const { statusUrl } = platform.operations.begin({
    prefix: 'be',
    location: endpoint.location,
    apiVersion: apiVersion(request),
    commit: () => {
      endpoint.properties = properties;
      endpoint.provisioningState = 'Succeeded';
    },
    fail: () => {
      endpoint.provisioningState = 'Failed';
    },
  });
  endpoint.operationUrl = statusUrl;
  platform.state.changed();
  const body = render(platform, workspace, endpoint);
  const shown = {
    ...body,
    properties: {
      ...objectMember(body, 'properties'),
      ...properties,
      properties: objectMember(objectMember(body, 'properties'), 'properties'),
    },
  };
  return platform.operations.created(statusUrl, existing ? 200 : 201, shown);
}

function patch(request: ServiceRequest, platform: Platform): Reply {
  const [workspace, endpoint] = batchEndpointOf(request, platform);
  refuseFindings(commonFindings(endpoint.name, { ...request.body, location: endpoint.location }));
  const { resultUrl } = platform.operations.begin({
    prefix: 'be',
    location: endpoint.location,
    apiVersion: apiVersion(request),
    commit: () => {
      endpoint.tags = { ...endpoint.tags, ...stringMap(request.body.tags) };
      endpoint.identity = request.body.identity ?? endpoint.identity;
    },
    result: () => render(platform, workspace, endpoint),
  });
  return platform.operations.accepted(resultUrl);
}

function remove(request: ServiceRequest, platform: Platform): Reply {
  const workspace = workspaceOf(request, platform);
  const endpoint = workspace.batchEndpoints.get(param(request, 'endpoint').toLowerCase());
  if (endpoint === undefined) {
    return { status: 204 };
  }
  endpoint.provisioningState = 'Deleting';
  const { resultUrl } = platform.operations.begin({
    prefix: 'be',
    location: endpoint.location,
    apiVersion: apiVersion(request),
    commit: () => void workspace.batchEndpoints.delete(endpoint.name.toLowerCase()),
  });
  return platform.operations.accepted(resultUrl);
}

export const batchEndpointRoutes: Route[] = [
  {
    method: 'GET',
    path: base,
    plane: 'arm',
    handle: (request, platform) => {
      const workspace = workspaceOf(request, platform);
      const all = [...workspace.batchEndpoints.values()];
      return page(request, platform, { all, render: (endpoint) => render(platform, workspace, endpoint) });
    },
  },
  {
    method: 'GET',
    path: `${base}/:endpoint`,
    plane: 'arm',
    handle: (request, platform) => ok(render(platform, ...batchEndpointOf(request, platform))),
  },
  { method: 'PUT', path: `${base}/:endpoint`, plane: 'arm', handle: put },
  { method: 'PATCH', path: `${base}/:endpoint`, plane: 'arm', handle: patch },
  { method: 'DELETE', path: `${base}/:endpoint`, plane: 'arm', handle: remove },
];
