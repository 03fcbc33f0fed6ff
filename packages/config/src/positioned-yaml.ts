import { type SourcePosition, SwitchyardError, type SwitchyardErrorInit, SwitchyardErrors } from '@switchyard/domain';
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';

/** Path of keys and indexes into a YAML document. */
export type YamlPath = readonly PropertyKey[];

/** A parsed YAML file that knows where every value stands. */
export interface PositionedYaml {
  readonly file: string;
  readonly value: unknown;
  /** Where the value at `path` stands; the nearest parent that exists when there is none. */
  positionOf(path: YamlPath): SourcePosition;
  /** Where the key at the end of `path` stands. */
  positionOfKey(path: YamlPath): SourcePosition;
  valueAt(path: YamlPath): unknown;
}

/**
 * Parses YAML with positions.
 * @throws SwitchyardErrors with one `CONFIG_NOT_YAML`: after the first syntax error nothing else is certain.
 */
export function readYaml(text: string, file: string): PositionedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const positionAt = (offset: number): SourcePosition => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const [error] = document.errors;
  if (error) throw new SwitchyardErrors([new SwitchyardError(notYaml(error, positionAt(error.pos[0])))]);
  const value: unknown = document.toJS();
  return {
    file,
    value,
    positionOf: (path) => positionAt(offsetOf(document, path)),
    positionOfKey: (path) => positionAt(offsetOfKey(document, path)),
    valueAt: (path) => path.reduce<unknown>((inner, key) => childOf(inner, key), value),
  };
}

function notYaml(error: { code: string; message: string }, position: SourcePosition): SwitchyardErrorInit {
  const [seen = 'invalid YAML'] = error.message.split('\n');
  return { code: 'CONFIG_NOT_YAML', seen, expected: 'a YAML file', next: 'correct the YAML at this place', position };
}

function childOf(value: unknown, key: PropertyKey): unknown {
  if (value === null || typeof value !== 'object') return undefined;
  return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

function offsetOf(document: Document, path: YamlPath): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const key of path) {
    const child: unknown =
      isMap(node) || isSeq(node) ? node.get(isSeq(node) ? Number(key) : String(key), true) : undefined;
    if (!isNode(child)) return isMap(node) ? keyOffset(node, key, offset) : offset;
    node = child;
    offset = child.range?.[0] ?? offset;
  }
  return offset;
}

function offsetOfKey(document: Document, path: YamlPath): number {
  const parentPath = path.slice(0, -1);
  const parent: unknown = parentPath.length === 0 ? document.contents : document.getIn(parentPath, true);
  const key = path.at(-1);
  return isMap(parent) && key !== undefined
    ? keyOffset(parent, key, offsetOf(document, parentPath))
    : offsetOf(document, path);
}

function keyOffset(map: { items: { key: unknown }[] }, key: PropertyKey, fallback: number): number {
  const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
  return isNode(pair?.key) ? (pair.key.range?.[0] ?? fallback) : fallback;
}
