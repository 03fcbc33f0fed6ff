import { notFound } from '../errors.ts';
import type { JsonObject } from '../fields.ts';
import type { AssetContainer, AssetType, AssetVersion, Registry, Workspace } from './records.ts';
import { type State, stamp } from './state.ts';

/** What a reference to an asset names. */
export interface AssetReference {
  type: AssetType;
  name: string;
  version: string;
  scope: Workspace | Registry;
}

const words = 'codes|models|data|environments|components';
const armForm = new RegExp(
  `^(?:azureml:)?/subscriptions/[^/]+/resourcegroups/([^/]+)/providers/microsoft\\.machinelearningservices/(workspaces|registries)/([^/]+)/(${words})/([^/]+)/versions/([^/]+)/?$`,
  'i',
);
const registryForm = new RegExp(`^azureml://registries/([^/]+)/(${words})/([^/]+)/(versions|labels)/([^/]+)/?$`, 'i');
const locationForm = new RegExp(
  `^azureml://locations/[^/]+/workspaces/([^/]+)/(${words})/([^/]+)/versions/([^/]+)/?$`,
  'i',
);

function reference(scope: Workspace | Registry, type = '', name = '', version = ''): AssetReference {
  return { scope, type: type.toLowerCase() as AssetType, name, version };
}

/**
 * Read an asset id: an ARM id, `azureml://registries/...` or `azureml://locations/...`.
 * Undefined when the text is none of them or names an unknown workspace or registry.
 */
export function parseAssetId(state: State, text: string): AssetReference | undefined {
  const arm = armForm.exec(text);
  if (arm) {
    const [, group = '', kind = '', scope = '', type, name, version] = arm;
    const owners = kind.toLowerCase() === 'workspaces' ? state.data.workspaces : state.data.registries;
    const owner = owners.get(scope.toLowerCase());
    const fits = owner?.resourceGroup.toLowerCase() === group.toLowerCase();
    return owner && fits ? reference(owner, type, name, version) : undefined;
  }
  const registry = registryForm.exec(text);
  if (registry) {
    const [, scope = '', type = '', name = '', form, version = ''] = registry;
    const owner = state.data.registries.get(scope.toLowerCase());
    const asset = owner && state.assets(owner, type.toLowerCase() as AssetType).get(name);
    const label = form?.toLowerCase() === 'labels' ? asset && newestVersion(asset)?.version : version;
    return owner && label ? reference(owner, type, name, label) : undefined;
  }
  const location = locationForm.exec(text);
  if (location) {
    const [, guid, type, name, version] = location;
    const owner = [...state.data.workspaces.values()].find((workspace) => workspace.guid === guid?.toLowerCase());
    return owner ? reference(owner, type, name, version) : undefined;
  }
  return undefined;
}

/** The version an asset id names; 404 when it does not exist. */
export function findAsset(state: State, id: string): { reference: AssetReference; version: AssetVersion } {
  const found = parseAssetId(state, id);
  const version = found && state.assets(found.scope, found.type).get(found.name)?.versions.get(found.version);
  if (!found || !version) {
    throw notFound(`Asset ${id} was not found.`);
  }
  return { reference: found, version };
}

/**
 * Refuse a reference to a version that is not there. References to workspaces and registries that the emulator does
 * not have (such as the public registry `azureml`) are taken as they are.
 */
export function checkReference(state: State, id: string | undefined): void {
  if (id !== undefined && parseAssetId(state, id) !== undefined) {
    findAsset(state, id);
  }
}

/** The version made last: what `@latest` means. */
export function newestVersion(container: AssetContainer): AssetVersion | undefined {
  return byCreation([...container.versions.values()]).pop();
}

/** Versions in the order in which they were made. */
export function byCreation(versions: AssetVersion[]): AssetVersion[] {
  return versions.sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.sequence - b.sequence);
}

/** The number that an automatic version would get: one more than the highest integer version. */
export function nextVersion(container: AssetContainer | undefined): string {
  const numbers = [...(container?.versions.keys() ?? [])].map(Number).filter(Number.isInteger);
  return String(Math.max(0, ...numbers) + 1);
}

/** Where and what to store. */
export interface NewVersion {
  scope: Workspace | Registry;
  type: AssetType;
  name: string;
  version: string;
  properties: JsonObject;
  now: Date;
  identity: string;
}

/** Make or find the container of a name. */
export function ensureContainer(state: State, target: Omit<NewVersion, 'version' | 'properties'>): AssetContainer {
  const containers = state.assets(target.scope, target.type);
  const container = containers.get(target.name) ?? {
    name: target.name,
    properties: { description: null, tags: {}, properties: {}, isArchived: false },
    versions: new Map<string, AssetVersion>(),
    ...stamp(target.now, target.identity),
  };
  containers.set(target.name, container);
  return container;
}

/** Store a version, making its container when needed; replaces the properties of one that exists. */
export function storeVersion(state: State, target: NewVersion): AssetVersion {
  const container = ensureContainer(state, target);
  const existing = container.versions.get(target.version);
  const version: AssetVersion = {
    ...(existing ?? { ...stamp(target.now, target.identity), sequence: state.next() }),
    version: target.version,
    modifiedAt: target.now.toISOString(),
    properties: target.properties,
  };
  container.versions.set(target.version, version);
  container.modifiedAt = version.modifiedAt;
  state.changed();
  return version;
}
