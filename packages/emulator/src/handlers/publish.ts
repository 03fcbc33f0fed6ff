import { authorize, registryWrite } from '../authorization.ts';
import { notFound, ServiceError } from '../errors.ts';
import { type JsonObject, textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import {
  apiVersion,
  param,
  type Reply,
  type Route,
  type ServiceRequest,
  workspaceOf,
  workspacePath,
} from '../request.ts';
import { storeVersion } from '../state/asset-store.ts';
import { type AssetType, type AssetVersion, assetTypes, type Registry } from '../state/records.ts';
import { filesOf, versionOf } from './assets.ts';

const uriFields: Partial<Record<AssetType, string>> = { codes: 'codeUri', models: 'modelUri', data: 'dataUri' };

function carried(platform: Platform, version: AssetVersion): JsonObject {
  const { jobName: _job, ...properties } = version.properties;
  const keep = platform.switches.publishCarries === 'tags-and-properties';
  return keep ? { ...properties } : { ...properties, tags: {}, properties: {}, flavors: {}, description: null };
}

/** Copy the files of a version into the registry's container; gives the properties that name the copy. */
async function copyFiles(
  request: ServiceRequest,
  platform: Platform,
  target: { type: AssetType; version: AssetVersion; registry: Registry; folder: string },
): Promise<JsonObject> {
  const field = uriFields[target.type];
  if (field === undefined) {
    return {};
  }
  const from = filesOf(platform, workspaceOf(request, platform), target.version);
  // The last part of the source is kept: it is the folder in which a deployment later finds the files.
  const last = from.path.replace(/\/$/, '').split('/').pop() ?? '';
  const isFolder = from.path.endsWith('/') || !last.includes('.');
  const to = { container: target.registry.container, path: isFolder ? `${target.folder}/${last}` : target.folder };
  const items = await platform.blobs.list(from);
  await platform.blobs.copy(from, to);
  // A single blob stays a single blob; its name is kept below the new folder.
  const single = items.length === 1 && items[0]?.path === from.path ? `/${from.path.split('/').pop()}` : '';
  return { [field]: platform.blobs.uri({ container: to.container, path: `${to.path}${single}` }) };
}

function publish(type: AssetType) {
  return (request: ServiceRequest, platform: Platform): Reply => {
    const version = versionOf(request, platform, type);
    const registryName = textMember(request.body, 'registryName') ?? '';
    const registry = platform.state.data.registries.get(registryName.toLowerCase());
    if (registry === undefined) {
      throw notFound(`Registry ${registryName} was not found.`);
    }
    const caller = platform.identities.find(({ clientId }) => clientId === request.identity);
    authorize(caller, registryWrite, platform.state.id(registry));
    const name = textMember(request.body, 'destinationName') ?? param(request, 'name');
    const wanted = textMember(request.body, 'destinationVersion') ?? version.version;
    const exists = () => platform.state.assets(registry, type).get(name)?.versions.has(wanted) ?? false;
    const conflict = `A ${type} asset with name ${name} and version ${wanted} already exists in registry ${registry.name}.`;
    if (exists() && platform.switches.publishOntoExisting === 'conflict') {
      throw new ServiceError(409, conflict);
    }
    let copied: JsonObject = {};
    const folder = `${type}/${name}/${wanted}/${platform.state.next()}`;
    const { resultUrl } = platform.operations.begin({
      prefix: 'publish',
      location: registry.location,
      apiVersion: apiVersion(request),
      prepare: async () => {
        copied = await copyFiles(request, platform, { type, version, registry, folder });
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
  };
}

export const publishRoutes: Route[] = assetTypes.map((type) => ({
  method: 'POST',
  path: `${workspacePath}/${type}/:name/versions/:version/publish`,
  plane: 'arm',
  handle: publish(type),
}));
