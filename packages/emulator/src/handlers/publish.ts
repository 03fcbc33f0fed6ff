import { authorize, registryWrite } from '../authorization.ts';
import { notFound, ServiceError } from '../errors.ts';
import { type JsonObject, textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import {
  apiVersion,
  frontEndRegistryPath,
  param,
  property,
  type Reply,
  type Route,
  type ServiceRequest,
  workspaceOf,
  workspacePath,
} from '../request.ts';
import { findAsset, storeVersion } from '../state/asset-store.ts';
import { type AssetType, type AssetVersion, assetTypes, type Registry, type Workspace } from '../state/records.ts';
import { filesOf, versionOf } from './assets.ts';

const uriFields: Partial<Record<AssetType, string>> = { codes: 'codeUri', models: 'modelUri', data: 'dataUri' };

function carried(platform: Platform, version: AssetVersion): JsonObject {
  const { jobName: _job, ...properties } = version.properties;
  const keep = platform.switches.publishCarries === 'tags-and-properties';
  return keep ? { ...properties } : { ...properties, tags: {}, properties: {}, flavors: {}, description: null };
}

/** A copy of an asset version from a workspace to a registry. */
interface Copy {
  type: AssetType;
  version: AssetVersion;
  workspace: Workspace;
  registry: Registry;
  /** Name and version in the registry. */
  name: string;
  wanted: string;
}

/** Copy the files of a version into the registry's container; gives the properties that name the copy. */
async function copyFiles(
  platform: Platform,
  { type, version, workspace, registry, name, wanted }: Copy,
): Promise<JsonObject> {
  const field = uriFields[type];
  if (field === undefined) {
    return {};
  }
  const from = filesOf(platform, workspace, version);
  const folder = `${type}/${name}/${wanted}/${platform.state.next()}`;
  // The last part of the source is kept: it is the folder in which a deployment later finds the files.
  const last = from.path.replace(/\/$/, '').split('/').pop() ?? '';
  const isFolder = from.path.endsWith('/') || !last.includes('.');
  const to = { container: registry.container, path: isFolder ? `${folder}/${last}` : folder };
  const items = await platform.blobs.list(from);
  await platform.blobs.copy(from, to);
  // A single blob stays a single blob; its name is kept below the new folder.
  const single = items.length === 1 && items[0]?.path === from.path ? `/${from.path.split('/').pop()}` : '';
  return { [field]: platform.blobs.uri({ container: to.container, path: `${to.path}${single}` }) };
}

/** Start the operation that copies a version, and answer 202. */
function startCopy(request: ServiceRequest, platform: Platform, copy: Copy): Reply {
  const { type, version, registry, name, wanted } = copy;
  const caller = platform.identities.find(({ clientId }) => clientId === request.identity);
  authorize(caller, registryWrite, platform.state.id(registry));
  const exists = () => platform.state.assets(registry, type).get(name)?.versions.has(wanted) ?? false;
  const conflict = `A ${type} asset with name ${name} and version ${wanted} already exists in registry ${registry.name}.`;
  if (exists() && platform.switches.publishOntoExisting === 'conflict') {
    throw new ServiceError(409, conflict);
  }
  let copied: JsonObject = {};
  const { resultUrl } = platform.operations.begin({
    prefix: 'publish',
    location: registry.location,
    apiVersion: apiVersion(request),
    prepare: async () => {
      copied = await copyFiles(platform, copy);
    },
    commit: () => {
      if (exists()) {
        if (platform.switches.publishOntoExisting === 'conflict') {
          throw new ServiceError(409, conflict);
        }
        return;
      }
      const properties = { ...carried(platform, version), ...copied };
      const now = platform.clock.now();
      storeVersion(platform.state, {
        scope: registry,
        type,
        name,
        version: wanted,
        properties,
        now,
        identity: request.identity,
      });
    },
  });
  return platform.operations.accepted(resultUrl);
}

function publish(type: AssetType) {
  return (request: ServiceRequest, platform: Platform): Reply => {
    const version = versionOf(request, platform, type);
    const registryName = textMember(request.body, 'registryName') ?? '';
    const registry = platform.state.data.registries.get(registryName.toLowerCase());
    if (registry === undefined) {
      throw notFound(`Registry ${registryName} was not found.`);
    }
    const name = textMember(request.body, 'destinationName') ?? param(request, 'name');
    const wanted = textMember(request.body, 'destinationVersion') ?? version.version;
    return startCopy(request, platform, {
      type,
      version,
      workspace: workspaceOf(request, platform),
      registry,
      name,
      wanted,
    });
  };
}

/** `az ml model share`: like publish, but asked of the registry, with the location-scoped id of the source. */
function importAsset(request: ServiceRequest, platform: Platform): Reply {
  const registry = platform.state.registry(param(request, 'rg'), param(request, 'reg'));
  const sourceId = property(request, 'sourceAssetId') ?? '';
  const { reference, version } = findAsset(platform.state, sourceId);
  if (reference.scope.kind !== 'workspace') {
    throw new ServiceError(400, `The source ${sourceId} is not an asset of a workspace.`);
  }
  return startCopy(request, platform, {
    type: reference.type,
    version,
    workspace: reference.scope,
    registry,
    name: property(request, 'destinationName') ?? reference.name,
    wanted: property(request, 'destinationVersion') ?? version.version,
  });
}

export const publishRoutes: Route[] = [
  ...assetTypes.map(
    (type): Route => ({
      method: 'POST',
      path: `${workspacePath}/${type}/:name/versions/:version/publish`,
      plane: 'arm',
      handle: publish(type),
    }),
  ),
  { method: 'POST', path: `${frontEndRegistryPath}/import`, plane: 'arm', handle: importAsset },
];
