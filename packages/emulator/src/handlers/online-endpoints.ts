import { randomBytes, randomUUID } from 'node:crypto';
import { deploymentKey } from '../compute/deployment-pool.ts';
import { ServiceError } from '../errors.ts';
import { isObject, type JsonObject, objectMember, stringMap, textMember } from '../fields.ts';
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
import type { OnlineEndpoint, Workspace } from '../state/records.ts';
import { page, tagged } from './paging.ts';
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

const base = `${workspacePath}/onlineendpoints`;
const authModes = ['Key', 'AMLToken', 'AADToken'];

/** Address of an endpoint's scoring host. */
export function hostUrl(platform: Platform, endpoint: { name: string; location: string }): string {
  return `${platform.url}/scoring/${endpoint.name.toLowerCase()}.${endpoint.location}`;
}

/** The ARM body of an online endpoint. Keys are never shown. */
export function renderEndpoint(platform: Platform, workspace: Workspace, endpoint: OnlineEndpoint): JsonObject {
  const id = `${platform.state.id(workspace)}/onlineEndpoints/${endpoint.name}`;
  return renderTracked(endpoint, {
    id,
    type: 'onlineEndpoints',
    properties: {
      keys: null,
      traffic: endpoint.traffic,
      mirrorTraffic: endpoint.mirrorTraffic,
      scoringUri: `${hostUrl(platform, endpoint)}/score`,
      swaggerUri: `${hostUrl(platform, endpoint)}/swagger.json`,
      properties: { 'azureml.onlineendpointid': id.toLowerCase() },
    },
  });
}

/** Read a traffic map; what is absent is an empty split. */
function readShares(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function shareFindings(property: string, shares: JsonObject, known: string[]): Finding[] {
  const findings: Finding[] = [];
  for (const [name, percent] of Object.entries(shares)) {
    if (!Number.isInteger(percent) || Number(percent) < 0 || Number(percent) > 100) {
      const message = 'Traffic percentages must be integers from 0 to 100.';
      findings.push({ property: `${property}[${name}]`, message, value: percent, code: 'InclusiveBetweenValidator' });
    }
    if (!known.includes(name.toLowerCase())) {
      const message = `The deployment ${name} does not exist in the endpoint.`;
      findings.push({ property: `${property}[${name}]`, message, value: percent, code: 'PredicateValidator' });
    }
  }
  return findings;
}

/** The rules of live and mirrored traffic. */
function trafficFindings(properties: JsonObject, known: string[]): Finding[] {
  const [traffic, mirror] = [readShares(properties.traffic), readShares(properties.mirrorTraffic)];
  const findings = [...shareFindings('Traffic', traffic, known), ...shareFindings('MirrorTraffic', mirror, known)];
  const sum = (shares: JsonObject) => Object.values(shares).reduce<number>((total, share) => total + Number(share), 0);
  const add = (property: string, message: string, value: unknown) =>
    findings.push({ property, message, value, code: 'PredicateValidator' });
  if (sum(traffic) !== 0 && sum(traffic) !== 100) {
    add('Traffic', 'The sum of the traffic percentages must be 0 or 100.', traffic);
  }
  const mirrored = Object.entries(mirror).filter(([, share]) => Number(share) > 0);
  if (mirrored.length > 1) {
    add('MirrorTraffic', 'Traffic can be mirrored to one deployment only.', mirror);
  }
  if (sum(mirror) > 50) {
    add('MirrorTraffic', 'At most 50 percent of the traffic can be mirrored.', mirror);
  }
  for (const [name] of mirrored) {
    if (Number(traffic[name] ?? 0) > 0) {
      add('MirrorTraffic', `The deployment ${name} cannot receive live and mirrored traffic at the same time.`, mirror);
    }
  }
  return findings;
}

function wholeNumbers(shares: JsonObject): Record<string, number> {
  return Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, Number(share)]));
}

function checkBody(request: ServiceRequest, platform: Platform, existing: OnlineEndpoint | undefined): void {
  const properties = objectMember(request.body, 'properties');
  const findings = commonFindings(param(request, 'endpoint'), request.body);
  const mode = textMember(properties, 'authMode');
  const known = authModes.find((candidate) => candidate.toLowerCase() === mode?.toLowerCase());
  if (known === undefined) {
    const message = `The authMode must be one of ${authModes.join(', ')}.`;
    findings.push({ property: 'AuthMode', message, value: mode, code: 'EnumValidator' });
  } else if (existing && existing.properties.authMode !== known && platform.switches.authModeChange === 'refuse') {
    findings.push({
      property: 'AuthMode',
      message: 'The authMode cannot be changed.',
      value: mode,
      code: 'PredicateValidator',
    });
  }
  findings.push(...trafficFindings(properties, [...(existing?.deployments.keys() ?? [])]));
  refuseFindings(findings);
}

/** The refusal of a name that another workspace of the region uses; it has an envelope of its own. */
function nameTaken(): Reply {
  const text =
    'There is already an endpoint with this name, Endpoint name needs to be unique within a region. Try some other name.';
  return {
    status: 400,
    body: { errors: { '': [text] }, title: 'One or more validation errors occurred.', status: 400 },
  };
}

function isTaken(platform: Platform, workspace: Workspace, name: string): boolean {
  const others = [...platform.state.data.workspaces.values()].filter((other) => other !== workspace);
  return others.some((other) => other.location === workspace.location && other.onlineEndpoints.has(name.toLowerCase()));
}

/** Refuse when an operation works on the endpoint. */
export function refuseBusy(platform: Platform, endpoint: { name: string }, state: string, what: string): never {
  throw new ServiceError(
    platform.switches.endpointBusyStatus,
    `Cannot ${what} endpoint ${endpoint.name} because it is in ${state} provisioning state.`,
    { inner: 'Conflict' },
  );
}

function newEndpoint(request: ServiceRequest, platform: Platform, name: string): OnlineEndpoint {
  const keys = objectMember(objectMember(request.body, 'properties'), 'keys');
  const key = () => randomBytes(24).toString('base64url');
  return {
    ...newTracked(request, platform, name),
    guid: randomUUID(),
    traffic: {},
    mirrorTraffic: {},
    primaryKey: textMember(keys, 'primaryKey') ?? key(),
    secondaryKey: textMember(keys, 'secondaryKey') ?? key(),
    deployments: new Map(),
  };
}

/** Create or replace. The body replaces everything: a split that is left out becomes empty. */
function putEndpoint(request: ServiceRequest, platform: Platform): Reply {
  const workspace = workspaceOf(request, platform);
  const name = param(request, 'endpoint');
  const existing = workspace.onlineEndpoints.get(name.toLowerCase());
  if (existing && isBusy(existing)) {
    refuseBusy(platform, existing, existing.provisioningState, 'update');
  }
  checkBody(request, platform, existing);
  if (!existing && isTaken(platform, workspace, name)) {
    return nameTaken();
  }
  const endpoint = existing ?? newEndpoint(request, platform, name);
  const sent = objectMember(request.body, 'properties');
  const {
    traffic,
    mirrorTraffic,
    keys: _keys,
    provisioningState: _state,
    scoringUri: _uri,
    swaggerUri: _swagger,
    ...rest
  } = sent;
  const mode = authModes.find((candidate) => candidate.toLowerCase() === String(rest.authMode).toLowerCase());
  const kept = { description: null, publicNetworkAccess: 'Enabled', compute: null };
  const { AzureAsyncOperationUri: _operation, ...own } = grown(endpoint.properties.properties, rest.properties);
  const split = { traffic: wholeNumbers(readShares(traffic)), mirrorTraffic: wholeNumbers(readShares(mirrorTraffic)) };
  Object.assign(endpoint, trackedFields(request.body));
  endpoint.properties = { ...kept, ...rest, authMode: mode ?? 'Key', properties: own };
  endpoint.provisioningState = existing ? 'Updating' : 'Creating';
  endpoint.modifiedAt = platform.clock.now().toISOString();
  workspace.onlineEndpoints.set(name.toLowerCase(), endpoint);
  const { statusUrl } = platform.operations.begin({
    prefix: 'oe',
    location: endpoint.location,
    apiVersion: apiVersion(request),
    commit: () => {
      // Until here scoring goes by the old split.
      Object.assign(endpoint, split);
      endpoint.provisioningState = 'Succeeded';
    },
    fail: () => {
      endpoint.provisioningState = 'Failed';
    },
  });
  endpoint.operationUrl = statusUrl;
  platform.state.changed();
  const body = renderEndpoint(platform, workspace, endpoint);
  const shown = { ...body, properties: { ...objectMember(body, 'properties'), ...split } };
  return platform.operations.created(statusUrl, existing ? 200 : 201, shown);
}

/** PATCH carries tags and identity; a split in it is ignored, as the contract has no such field. */
function patchEndpoint(request: ServiceRequest, platform: Platform): Reply {
  const [workspace, endpoint] = endpointOf(request, platform);
  if (isBusy(endpoint)) {
    refuseBusy(platform, endpoint, endpoint.provisioningState, 'update');
  }
  refuseFindings(commonFindings(endpoint.name, { ...request.body, location: endpoint.location }));
  endpoint.provisioningState = 'Updating';
  const { resultUrl } = platform.operations.begin({
    prefix: 'oe',
    location: endpoint.location,
    apiVersion: apiVersion(request),
    commit: () => {
      endpoint.tags = { ...endpoint.tags, ...stringMap(request.body.tags) };
      endpoint.identity = request.body.identity ?? endpoint.identity;
      endpoint.provisioningState = 'Succeeded';
    },
    fail: () => {
      endpoint.provisioningState = 'Failed';
    },
    result: () => renderEndpoint(platform, workspace, endpoint),
  });
  return platform.operations.accepted(resultUrl);
}

/** Deleting an endpoint deletes its deployments. */
function deleteEndpoint(request: ServiceRequest, platform: Platform): Reply {
  const workspace = workspaceOf(request, platform);
  const endpoint = workspace.onlineEndpoints.get(param(request, 'endpoint').toLowerCase());
  if (endpoint === undefined) {
    return { status: 204 };
  }
  endpoint.provisioningState = 'Deleting';
  const { resultUrl } = platform.operations.begin({
    prefix: 'oe',
    location: endpoint.location,
    apiVersion: apiVersion(request),
    commit: () => {
      workspace.onlineEndpoints.delete(endpoint.name.toLowerCase());
      for (const name of endpoint.deployments.keys()) {
        platform.deployments.remove(deploymentKey(endpoint, name));
      }
    },
    fail: () => {
      endpoint.provisioningState = 'Failed';
    },
  });
  platform.state.changed();
  return platform.operations.accepted(resultUrl);
}

/** Workspace and endpoint of a request. */
export function endpointOf(request: ServiceRequest, platform: Platform): [Workspace, OnlineEndpoint] {
  const workspace = workspaceOf(request, platform);
  return [workspace, platform.state.onlineEndpoint(workspace, param(request, 'endpoint'))];
}

function listEndpoints(request: ServiceRequest, platform: Platform): Reply {
  const workspace = workspaceOf(request, platform);
  const name = request.query.get('name');
  const order = request.query.get('orderBy') ?? 'CreatedAtDesc';
  const time = (endpoint: OnlineEndpoint) => (order.startsWith('Updated') ? endpoint.modifiedAt : endpoint.createdAt);
  let found = [...workspace.onlineEndpoints.values()].filter((endpoint) => (name ?? endpoint.name) === endpoint.name);
  found = tagged(request.query.get('tags'), found, ({ tags }) => tags);
  found = found.sort((a, b) => time(a).localeCompare(time(b)));
  const all = order.endsWith('Desc') ? found.reverse() : found;
  return page(request, platform, { all, render: (endpoint) => renderEndpoint(platform, workspace, endpoint) });
}

export const onlineEndpointRoutes: Route[] = [
  { method: 'GET', path: base, plane: 'arm', handle: listEndpoints },
  { method: 'PUT', path: `${base}/:endpoint`, plane: 'arm', handle: putEndpoint },
  { method: 'PATCH', path: `${base}/:endpoint`, plane: 'arm', handle: patchEndpoint },
  { method: 'DELETE', path: `${base}/:endpoint`, plane: 'arm', handle: deleteEndpoint },
  {
    method: 'GET',
    path: `${base}/:endpoint`,
    plane: 'arm',
    handle: (request, platform) => ok(renderEndpoint(platform, ...endpointOf(request, platform))),
  },
];
