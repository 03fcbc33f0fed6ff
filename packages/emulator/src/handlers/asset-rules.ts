import { longUri, resolveUri } from '../compute/locations.ts';
import { ServiceError } from '../errors.ts';
import { canonicalJson, type JsonObject, stringMap, textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import type { AssetType, AssetVersion, Registry, Workspace } from '../state/records.ts';

type Owner = Workspace | Registry;

/** What the name of an asset may look like. */
export const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,254}$/;

/** Fields that say where an asset's files are. */
export const uriFields = ['modelUri', 'dataUri', 'codeUri'];

/** Fields that may not change on an existing version, besides the uri. */
const fixedFields: Record<AssetType, string[]> = {
  codes: [],
  models: ['modelType'],
  data: ['dataType'],
  environments: ['image', 'condaFile', 'build'],
  components: ['componentSpec'],
};

/** Refuse names and versions that the service does not take. */
export function checkName(owner: Owner, type: AssetType, name: string, version: string): void {
  if (!namePattern.test(name)) {
    throw new ServiceError(400, `The asset name ${name} is invalid: it must match ${namePattern.source}.`);
  }
  if (type === 'models' && owner.kind === 'workspace' && !/^[1-9]\d*$/.test(version)) {
    throw new ServiceError(
      400,
      `The model version ${version} is invalid: the version of a model in a workspace is a positive integer.`,
    );
  }
}

/** Write the uri of a body as the service stores it: job outputs and short forms become the long datastore form. */
export async function normaliseUri(
  platform: Platform,
  owner: Owner,
  type: AssetType,
  properties: JsonObject,
): Promise<JsonObject> {
  const field = uriFields.find((name) => typeof properties[name] === 'string' && properties[name] !== '');
  const missing = {
    codes: undefined,
    models: 'modelUri',
    data: 'dataUri',
    environments: undefined,
    components: undefined,
  };
  if (field === undefined) {
    if (missing[type] !== undefined) {
      throw new ServiceError(400, `Request is invalid and/or missing fields. ${missing[type]} is required.`);
    }
    return properties;
  }
  const uri = String(properties[field]);
  if (owner.kind === 'registry') {
    return properties;
  }
  // Data may point at storage the emulator cannot reach; it is kept as it is and fails when a job reads it.
  if (type === 'data' && /^https?:|^wasbs:|^abfss:/.test(uri)) {
    return properties;
  }
  const location = resolveUri(platform, owner, uri);
  if (type === 'models' && platform.switches.requireModelFiles && (await platform.blobs.list(location)).length === 0) {
    throw new ServiceError(400, `The asset path ${uri} does not exist.`);
  }
  const long = type === 'codes' ? undefined : longUri(platform.state, owner, location);
  const job = /^azureml:\/\/jobs\/([^/]+)\//.exec(uri)?.[1];
  return {
    ...properties,
    [field]: long ?? uri,
    ...(type === 'models' && job ? { jobName: properties.jobName ?? job } : {}),
  };
}

/** Merge a PUT body into what exists; refuse changes of what a version is made of. */
export function mergeVersion(platform: Platform, type: AssetType, before: AssetVersion, sent: JsonObject): JsonObject {
  const status = platform.switches.immutableStatus;
  for (const field of uriFields) {
    const value = textMember(sent, field);
    if (value !== undefined && value.replace(/\/$/, '') !== String(before.properties[field]).replace(/\/$/, '')) {
      throw new ServiceError(status, 'Asset paths cannot be updated.', { inner: 'Immutable' });
    }
  }
  for (const field of fixedFields[type]) {
    if (
      sent[field] !== undefined &&
      sent[field] !== null &&
      canonicalJson(sent[field]) !== canonicalJson(before.properties[field])
    ) {
      throw new ServiceError(status, `The property ${field} of an existing version cannot be changed.`, {
        inner: 'Immutable',
      });
    }
  }
  const changed: JsonObject = { ...before.properties };
  for (const field of ['description', 'tags', 'properties', 'isArchived', 'stage']) {
    if (sent[field] !== undefined) {
      changed[field] = sent[field];
    }
  }
  return { ...changed, tags: stringMap(changed.tags), properties: stringMap(changed.properties) };
}

/** All fields of a new version, with null for what the service always shows. */
export function completeVersion(type: AssetType, sent: JsonObject): JsonObject {
  const { provisioningState: _ignored, ...properties } = sent;
  return {
    description: null,
    isArchived: false,
    isAnonymous: false,
    ...(type === 'models' ? { modelType: 'custom_model', flavors: {}, jobName: null, stage: null } : {}),
    ...(type === 'environments' ? { environmentType: 'UserCreated', osType: 'Linux' } : {}),
    ...properties,
    tags: stringMap(sent.tags),
    properties: stringMap(sent.properties),
  };
}
