import { assetLocation } from '../compute/locations.ts';
import { notFound, ServiceError } from '../errors.ts';
import { isObject, objectMember, stringMap, textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import {
  apiVersion,
  frontEndRegistryPath,
  ok,
  param,
  type Reply,
  type Route,
  registryPath,
  type ServiceRequest,
  workspaceOf,
  workspacePath,
} from '../request.ts';
import { byCreation, ensureContainer, newestVersion, nextVersion, storeVersion } from '../state/asset-store.ts';
import type { AssetContainer, AssetType, AssetVersion, Registry, Workspace } from '../state/records.ts';
import { assetTypes } from '../state/records.ts';
import { systemData } from '../state/state.ts';
import { checkName, completeVersion, mergeVersion, namePattern, normaliseUri, uriFields } from './asset-rules.ts';
import { onFrontEnd } from './front-end.ts';
import { page, tagged, visible } from './paging.ts';

type Owner = Workspace | Registry;
/** The workspace or registry of a request. */
export function ownerOf(request: ServiceRequest, platform: Platform): Owner {
  const registry = param(request, 'reg');
  return registry === '' ? workspaceOf(request, platform) : platform.state.registry(param(request, 'rg'), registry);
}

function typeWord(owner: Owner, type: AssetType): string {
  return `Microsoft.MachineLearningServices/${owner.kind === 'workspace' ? 'workspaces' : 'registries'}/${type}`;
}

function renderContainer(platform: Platform, owner: Owner, type: AssetType, container: AssetContainer): object {
  return {
    id: `${platform.state.id(owner)}/${type}/${container.name}`,
    name: container.name,
    type: typeWord(owner, type),
    systemData: systemData(container),
    properties: {
      ...container.properties,
      latestVersion: newestVersion(container)?.version ?? null,
      nextVersion: nextVersion(container),
      provisioningState: 'Succeeded',
    },
  };
}

/** The ARM body of an asset version. Its `name` is the version. */
export function renderVersion(
  platform: Platform,
  owner: Owner,
  place: { type: AssetType; name: string },
  version: AssetVersion,
) {
  return {
    id: `${platform.state.id(owner)}/${place.type}/${place.name}/versions/${version.version}`,
    name: version.version,
    type: `${typeWord(owner, place.type)}/versions`,
    systemData: systemData(version),
    properties: { ...version.properties, provisioningState: 'Succeeded' },
  };
}

/** The container of a request that must exist. */
export function containerOf(request: ServiceRequest, platform: Platform, type: AssetType): AssetContainer {
  const owner = ownerOf(request, platform);
  const name = param(request, 'name');
  const found = platform.state.assets(owner, type).get(name);
  if (found === undefined) {
    throw notFound(`${type} container ${name} not found in ${owner.kind} ${owner.name}`);
  }
  return found;
}

/** The version of a request that must exist. */
export function versionOf(request: ServiceRequest, platform: Platform, type: AssetType): AssetVersion {
  const found = containerOf(request, platform, type).versions.get(param(request, 'version'));
  if (found === undefined) {
    throw notFound(`Asset ${type}/${param(request, 'name')}/versions/${param(request, 'version')} was not found.`);
  }
  return found;
}

function listContainers(type: AssetType) {
  return (request: ServiceRequest, platform: Platform): Reply => {
    const owner = ownerOf(request, platform);
    const shown = platform.switches.listAnonymous;
    const all = [...platform.state.assets(owner, type).values()].filter(
      ({ versions }) =>
        shown || versions.size === 0 || [...versions.values()].some((v) => v.properties.isAnonymous !== true),
    );
    const found = visible(request, all, ({ properties }) => properties.isArchived === true);
    return page(request, platform, { all: found, render: (item) => renderContainer(platform, owner, type, item) });
  };
}

/** Code is looked for by the hash of its content, whatever its name: equal snapshots are uploaded once. */
function codesByHash(request: ServiceRequest, platform: Platform, hash: string): Reply {
  const owner = ownerOf(request, platform);
  const all = [...platform.state.assets(owner, 'codes').values()].flatMap(({ name, versions }) =>
    [...versions.values()].map((version) => ({ name, version })),
  );
  const found = all.filter(({ version }) => stringMap(version.properties.properties).hash_sha256 === hash);
  return page(request, platform, {
    all: found,
    render: ({ name, version }) => renderVersion(platform, owner, { type: 'codes', name }, version),
  });
}

function listVersions(type: AssetType) {
  return (request: ServiceRequest, platform: Platform): Reply => {
    const owner = ownerOf(request, platform);
    const hash = request.query.get('hash');
    if (type === 'codes' && hash !== null) {
      return codesByHash(request, platform, hash);
    }
    // The front end answers an unknown name with an empty list: azure-ai-ml asks for the newest version of new names.
    const known = platform.state.assets(owner, type).has(param(request, 'name'));
    if (!known && request.path.toLowerCase().startsWith('/mferp/')) {
      return ok({ value: [] });
    }
    const container = containerOf(request, platform, type);
    const { query } = request;
    const order = (query.get('$orderBy') ?? '').toLowerCase();
    let found = byCreation([...container.versions.values()]);
    if (order.startsWith('modifiedtime')) {
      found.sort((a, b) => a.modifiedAt.localeCompare(b.modifiedAt));
    }
    if (order.endsWith('desc')) {
      found.reverse();
    }
    found = visible(request, found, ({ properties }) => properties.isArchived === true);
    found = found.filter(({ properties }) => platform.switches.listAnonymous || properties.isAnonymous !== true);
    found = tagged(query.get('tags') ?? query.get('$tags'), found, ({ properties }) => stringMap(properties.tags));
    found = tagged(query.get('properties'), found, ({ properties }) => stringMap(properties.properties));
    found = found.filter(({ version }) => (query.get('version') ?? version) === version);
    const description = query.get('description');
    found = found.filter(({ properties }) => description === null || properties.description === description);
    return page(request, platform, {
      all: found,
      render: (item) => renderVersion(platform, owner, { type, name: container.name }, item),
    });
  };
}

function putVersion(type: AssetType) {
  return async (request: ServiceRequest, platform: Platform): Promise<Reply> => {
    const owner = ownerOf(request, platform);
    const [name, version] = [param(request, 'name'), param(request, 'version')];
    checkName(owner, type, name, version);
    if (!isObject(request.body.properties)) {
      throw new ServiceError(400, 'Request is invalid and/or missing fields. properties is required.');
    }
    const before = platform.state.assets(owner, type).get(name)?.versions.get(version);
    const sent =
      before && !uriFields.some((field) => textMember(request.body.properties, field) !== undefined)
        ? request.body.properties
        : await normaliseUri(platform, owner, type, request.body.properties);
    const properties = before ? mergeVersion(platform, type, before, sent) : completeVersion(type, sent);
    const target = {
      scope: owner,
      type,
      name,
      version,
      properties,
      now: platform.clock.now(),
      identity: request.identity,
    };
    if (owner.kind === 'workspace' || before) {
      const stored = storeVersion(platform.state, target);
      return { status: before ? 200 : 201, body: renderVersion(platform, owner, { type, name }, stored) };
    }
    const { statusUrl } = platform.operations.begin({
      prefix: 'registry',
      location: owner.location,
      apiVersion: apiVersion(request),
      commit: () => void storeVersion(platform.state, { ...target, now: platform.clock.now() }),
    });
    const shown: AssetVersion = {
      version,
      properties,
      sequence: 0,
      createdAt: target.now.toISOString(),
      createdBy: request.identity,
      modifiedAt: target.now.toISOString(),
    };
    const body = renderVersion(platform, owner, { type, name }, shown);
    return platform.operations.created(statusUrl, 201, {
      ...body,
      properties: { ...body.properties, provisioningState: 'Creating' },
    });
  };
}

function putContainer(type: AssetType) {
  return (request: ServiceRequest, platform: Platform): Reply => {
    const owner = ownerOf(request, platform);
    const name = param(request, 'name');
    if (!namePattern.test(name)) {
      throw new ServiceError(400, `The asset name ${name} is invalid: it must match ${namePattern.source}.`);
    }
    const existed = platform.state.assets(owner, type).has(name);
    const target = { scope: owner, type, name, now: platform.clock.now(), identity: request.identity };
    const container = ensureContainer(platform.state, target);
    const sent = objectMember(request.body, 'properties');
    for (const field of ['description', 'tags', 'properties', 'isArchived']) {
      if (sent[field] !== undefined) {
        container.properties[field] = sent[field];
      }
    }
    container.modifiedAt = target.now.toISOString();
    platform.state.changed();
    return { status: existed ? 200 : 201, body: renderContainer(platform, owner, type, container) };
  };
}

function deleteVersion(type: AssetType) {
  return (request: ServiceRequest, platform: Platform): Reply => {
    const owner = ownerOf(request, platform);
    const container = platform.state.assets(owner, type).get(param(request, 'name'));
    const removed = container?.versions.delete(param(request, 'version')) ?? false;
    platform.state.changed();
    return { status: removed ? 200 : 204 };
  };
}

function deleteContainer(type: AssetType) {
  return (request: ServiceRequest, platform: Platform): Reply => {
    const removed = platform.state.assets(ownerOf(request, platform), type).delete(param(request, 'name'));
    platform.state.changed();
    return { status: removed ? 200 : 204 };
  };
}

function routesOf(base: string, type: AssetType): Route[] {
  const container = `${base}/${type}/:name`;
  const version = `${container}/versions/:version`;
  const getContainer: Route['handle'] = (request, platform) =>
    ok(renderContainer(platform, ownerOf(request, platform), type, containerOf(request, platform, type)));
  const getVersion: Route['handle'] = (request, platform) => {
    const place = { type, name: param(request, 'name') };
    return ok(renderVersion(platform, ownerOf(request, platform), place, versionOf(request, platform, type)));
  };
  return [
    { method: 'GET', path: `${base}/${type}`, plane: 'arm', handle: listContainers(type) },
    { method: 'GET', path: container, plane: 'arm', handle: getContainer },
    { method: 'PUT', path: container, plane: 'arm', handle: putContainer(type) },
    { method: 'DELETE', path: container, plane: 'arm', handle: deleteContainer(type) },
    { method: 'GET', path: `${container}/versions`, plane: 'arm', handle: listVersions(type) },
    { method: 'GET', path: version, plane: 'arm', handle: getVersion },
    { method: 'PUT', path: version, plane: 'arm', handle: putVersion(type) },
    { method: 'DELETE', path: version, plane: 'arm', handle: deleteVersion(type) },
  ];
}

/** Containers and versions of all asset kinds, in workspaces and registries. */
export const assetRoutes: Route[] = assetTypes.flatMap((type) => [
  ...routesOf(workspacePath, type),
  ...routesOf(registryPath, type),
  ...routesOf(frontEndRegistryPath, type).map((route) => ({ ...route, handle: onFrontEnd(route.handle) })),
]);

/** The files of an asset version, for those who copy or read them. */
export function filesOf(platform: Platform, owner: Owner, version: AssetVersion) {
  return assetLocation(platform, owner, version.properties);
}
