import type { SourcePosition } from '@switchyard/domain';
import { isMap, isScalar, isSeq } from 'yaml';

export interface Entry {
  readonly key: string;
  /** Dotted path from the root. */
  readonly path: string;
  readonly node: unknown;
  /** Of the value, or of the key where the value has none. */
  readonly position: SourcePosition;
  readonly keyPosition: SourcePosition;
}

export interface Place {
  readonly path: string;
  readonly position: SourcePosition;
}

/** A node in the words of a message. */
export function describe(node: unknown): string {
  if (isMap(node)) return 'a map';
  if (isSeq(node)) return 'a list';
  return isScalar(node) ? JSON.stringify(node.value) : 'nothing';
}
