import { isMap, isScalar, isSeq } from 'yaml';
import { type JsonObject, present } from './json.ts';
import type { Entry, MapReader } from './map-reader.ts';

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

/** `identity:` of an endpoint. */
export function readEndpointIdentity(reader: MapReader): JsonObject | undefined {
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
export function warnOfTraffic(reader: MapReader): void {
  for (const key of ['traffic', 'mirror_traffic']) {
    const entry = reader.entry(key);
    if (!entry) continue;
    checkShares(reader, entry);
    reader.warn(`"${key}" is not taken from the file; a rollout sets it`, entry);
  }
}

/** Shares are whole and sum to 100, or to 0 when nothing is live; mirrored ones to at most 50. */
function checkShares(reader: MapReader, { key }: Entry): void {
  const child = reader.child(key);
  if (!child) return;
  const shares = child.entries().map((entry) => child.whole(entry.key, { min: 0, max: 100 }));
  if (shares.some((share) => share === undefined)) return;
  const sum = shares.reduce<number>((total, share) => total + (share ?? 0), 0);
  const isMirror = key === 'mirror_traffic';
  if (isMirror ? sum <= 50 : sum === 0 || sum === 100) return;
  reader.mistake('YAML_TRAFFIC_INVALID', reader.entry(key), {
    seen: `the shares of "${key}" sum to ${sum}`,
    expected: isMirror ? 'at most 50' : '100, or 0 when nothing is live',
  });
}
