import type { ModelReference } from './observation.ts';
import { joinFitting } from './tag-value.ts';

/** A deployment that finished a rollout, or served everything before the first one. */
export interface LastKnownGood {
  readonly slot: string;
  readonly model: ModelReference;
  /** Null for a deployment that the engine did not make. */
  readonly confighash: string | null;
}

/** `blue@model:7#9f3c`, the newest first, separated by commas; the oldest fall off where the tag is full. */
export function formatLastKnownGood(history: readonly LastKnownGood[]): string {
  const entries = history.map(
    ({ slot, model, confighash }) => `${slot}@${model.name}:${model.version}#${confighash ?? '-'}`,
  );
  return joinFitting(entries, ',');
}

/** The inverse of `formatLastKnownGood`. Entries that cannot be read are left out: they prove nothing. */
export function parseLastKnownGood(text: string | undefined): LastKnownGood[] {
  return (text ?? '').split(',').flatMap((entry) => {
    const [, slot, name, version, hash] = /^([^@,]+)@([^:#,]+):([^:#,]+)#([^#,]+)$/.exec(entry) ?? [];
    if (slot === undefined || name === undefined || version === undefined || hash === undefined) return [];
    return [{ slot, model: { name, version }, confighash: hash === '-' ? null : hash }];
  });
}

/** The history with `entry` in front; earlier entries of the same model and configuration are dropped. */
export function rememberGood(history: readonly LastKnownGood[], entry: LastKnownGood): LastKnownGood[] {
  return [entry, ...history.filter((known) => !isSameEntry(known, entry))];
}

function isSameEntry(a: LastKnownGood, b: LastKnownGood): boolean {
  // The same model with other settings in another slot is another deployment.
  const sameModel = a.model.name === b.model.name && a.model.version === b.model.version;
  return sameModel && (a.confighash === b.confighash || a.slot === b.slot);
}
