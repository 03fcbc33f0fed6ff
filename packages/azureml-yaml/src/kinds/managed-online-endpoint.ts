import { isMap, isScalar, isSeq } from 'yaml';
import type { Compilation, Draft } from '../draft.ts';
import { type JsonObject, present } from '../json.ts';
import type { MapReader } from '../map-reader.ts';
import { readName } from '../name.ts';

/** The ids under `user_assigned_identities`: a list of ids or of maps with `resource_id`. */
function userAssignedIds(reader: MapReader): readonly string[] | undefined {
  const entry = reader.entry('user_assigned_identities');
  if (!entry) return undefined;
  const ids: string[] = [];
  for (const item of isSeq(entry.node) ? entry.node.items : []) {
    const id = isMap(item) ? item.get('resource_id') : isScalar(item) ? item.value : undefined;
    if (typeof id === 'string') ids.push(id);
  }
  if (ids.length > 0) return ids;
  reader.mistake('YAML_TYPE_WRONG', entry, {
    seen: `"${entry.path}" names no identity`,
    expected: 'a list of resource_id',
  });
  return undefined;
}

function identity(reader: MapReader): JsonObject | undefined {
  const child = reader.child('identity');
  if (!child) return { type: 'SystemAssigned' };
  const type = child.oneOf('type', {
    system_assigned: 'SystemAssigned',
    systemassigned: 'SystemAssigned',
    user_assigned: 'UserAssigned',
    userassigned: 'UserAssigned',
    none: 'None',
  });
  const ids = userAssignedIds(child);
  child.finish();
  const userAssignedIdentities = ids && Object.fromEntries(ids.map((id) => [id, {}]));
  return present({ type, userAssignedIdentities });
}

/** Traffic belongs to a rollout: the service refuses shares for deployments that do not exist yet. */
function warnOfTraffic(reader: MapReader): void {
  for (const key of ['traffic', 'mirror_traffic']) {
    const entry = reader.entry(key);
    if (entry) reader.warn(`"${key}" is not taken from the file; a rollout sets it`, entry);
  }
}

/** az ml managedOnlineEndpoint to `onlineEndpoints/{name}`. */
export function compileManagedOnlineEndpoint(reader: MapReader, draft: Draft): Compilation {
  reader.refuse('compute', 'remove it: only managed endpoints are supported, Kubernetes ones are not');
  warnOfTraffic(reader);
  const name = readName(reader, 'name', 'endpoint');
  const properties = present({
    authMode: reader.oneOf('auth_mode', { key: 'Key', aml_token: 'AMLToken', aad_token: 'AADToken' }) ?? 'Key',
    description: reader.text('description'),
    publicNetworkAccess: reader.oneOf('public_network_access', { enabled: 'Enabled', disabled: 'Disabled' }),
    properties: reader.textMap('properties'),
  });
  const body = present({
    location: reader.text('location') ?? draft.context.location,
    tags: reader.textMap('tags'),
    identity: identity(reader),
    properties,
  });
  return { name, resource: { type: 'onlineEndpoints' }, body };
}
