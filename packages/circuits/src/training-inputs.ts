import type { Circuit, Config } from '@switchyard/config';
import { digestOf } from '@switchyard/documents';
import { createPathMatcher } from './path-matcher.ts';

/** Patterns that decide the training of every circuit: `circuits.shared`, the job file and its code folder. */
export function sharedPatterns(config: Config, code?: string): string[] {
  return [...config.circuits.shared, config.training.file, ...(code === undefined ? [] : [code])];
}

/** Patterns of one circuit's data; none when the data is not in the repository. */
export function dataPatterns(circuit: Circuit): string[] {
  return circuit.data.includes(':') ? [] : [circuit.data];
}

export interface FingerprintRequest {
  readonly circuit: Circuit;
  readonly config: Config;
  /** Every path of the commit. */
  readonly allPaths: readonly string[];
  /** Folder of the job's code, where `circuits.shared` does not say which of its files matter. */
  readonly code?: string | undefined;
}

/**
 * Paths whose content decides what training produces, sorted. They are the same paths that make
 * `detectChanged` select the circuit; otherwise a release could miss the model of an unselected circuit.
 */
export function fingerprintInputs({ circuit, config, allPaths, code }: FingerprintRequest): string[] {
  const own = [circuit.file, ...dataPatterns(circuit)].map((pattern) => ({ pattern, owner: 'own' }));
  const shared = sharedPatterns(config, code).map((pattern) => ({ pattern, owner: 'shared' }));
  const matcher = createPathMatcher([...own, ...shared]);
  return allPaths.filter((path) => matcher.match(path).length > 0).sort();
}

/**
 * Digest of training's inputs: `sha256:` and 64 hex digits. The order of `entries` does not matter.
 * @param entries Paths of `fingerprintInputs` with their Git blob ids.
 * @param environmentVersion Package version of the environment file; null where there is none.
 */
export function fingerprintOf(
  entries: readonly { readonly path: string; readonly blob: string }[],
  environmentVersion: string | null,
): string {
  const blobs = Object.fromEntries(entries.map(({ path, blob }) => [path, blob]));
  return digestOf({ blobs, environmentVersion });
}
