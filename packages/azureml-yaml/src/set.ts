import type { SourcePosition } from '@switchyard/domain';
import { type Document, isMap, isScalar, isSeq, parseDocument, YAMLMap } from 'yaml';
import type { Problems } from './problems.ts';

export interface SetTarget {
  readonly document: Document;
  readonly root: YAMLMap;
  readonly set: readonly string[];
  readonly file: string;
}

/** `3` and `true` become a number and a boolean, `[a]` a list, everything else stays text, also what only looks like YAML. */
function typedValue(document: Document, text: string): unknown {
  if (text === '') return document.createNode('');
  const parsed = parseDocument(text);
  const { contents } = parsed;
  const isFlow = /^[[{"']/.test(text);
  if (parsed.errors.length > 0 || (!isScalar(contents) && !isFlow)) return document.createNode(text);
  return document.createNode(parsed.toJS());
}

/** Puts one value at its path. Returns why it cannot, or undefined. */
function setOne({ document, root }: SetTarget, path: readonly string[], value: unknown): string | undefined {
  let at: unknown = root;
  for (const [index, key] of path.entries()) {
    if (!isMap(at) && !isSeq(at)) return `"${path.slice(0, index).join('.')}" is a plain value`;
    if (isSeq(at) && !/^\d+$/.test(key)) return `"${path.slice(0, index).join('.')}" is a list`;
    if (index === path.length - 1) {
      at.set(isSeq(at) ? Number(key) : key, value);
      return undefined;
    }
    const next: unknown = at.get(isSeq(at) ? Number(key) : key, true);
    // A key that is absent or has no value becomes a map; anything written there by hand stays.
    if (next === undefined || (isScalar(next) && next.value === null)) {
      const created = new YAMLMap(document.schema);
      at.set(isSeq(at) ? Number(key) : key, created);
      at = created;
    } else at = next;
  }
  return undefined;
}

/**
 * Applies `path=value` texts to a document by the rules of `az ml --set`: dots separate keys, missing maps are made,
 * a later text wins. Returns the texts by path, for messages.
 */
export function applySets(target: SetTarget, problems: Problems): ReadonlyMap<string, string> {
  const sets = new Map<string, string>();
  const position: SourcePosition = { file: target.file, line: 1, column: 1 };
  for (const text of target.set) {
    const equals = text.indexOf('=');
    const path = text.slice(0, Math.max(equals, 0)).trim().split('.');
    const why = path.includes('')
      ? 'it has no path'
      : setOne(target, path, typedValue(target.document, text.slice(equals + 1)));
    if (why === undefined) sets.set(path.join('.'), text);
    else {
      problems.mistake({
        code: 'YAML_SET_INVALID',
        seen: `set "${text}" cannot be applied: ${why}`,
        expected: 'path=value, with dots between keys, as in inputs.data.path=./data.csv',
        position,
      });
    }
  }
  return sets;
}
