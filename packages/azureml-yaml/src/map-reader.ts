import type { SourcePosition } from '@switchyard/domain';
import { isCollection, isMap, isScalar, isSeq, YAMLMap } from 'yaml';
import type { WarningCode } from './document.ts';
import { describe, type Entry, type Place } from './entry.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { nearestOf } from './nearest.ts';
import type { Mistake, Problems, YamlErrorCode } from './problems.ts';
import { scalarText } from './scalar-text.ts';
import { followAlias, type Source } from './source.ts';

export type { Entry } from './entry.ts';

/**
 * Reads one map key by key. It remembers what was asked for: what is left at `finish` is unknown to the
 * service, which would drop it without a word. A wrong value is recorded and reads as undefined.
 */
export class MapReader {
  readonly path: string;
  readonly position: SourcePosition;
  readonly #node: YAMLMap;
  readonly #source: Source;
  readonly #problems: Problems;
  readonly #entries = new Map<string, Entry>();
  readonly #asked = new Set<string>();

  constructor(source: Source, problems: Problems, node: YAMLMap, place?: Place) {
    this.#node = node;
    this.#source = source;
    this.#problems = problems;
    this.path = place?.path ?? '';
    this.position = source.positionOf(node, place?.position ?? { file: source.file, line: 1, column: 1 });
    this.#addEntries(node);
  }

  #addEntries(node: YAMLMap): void {
    for (const { key: keyNode, value } of node.items) {
      const key = isScalar(keyNode) ? String(keyNode.value) : String(keyNode);
      const resolved = followAlias(this.#source, value);
      if (key === '<<') {
        for (const merged of isSeq(resolved) ? resolved.items : [resolved]) {
          const map = followAlias(this.#source, merged);
          if (isMap(map)) this.#addMerged(map);
        }
        continue;
      }
      this.#entries.set(key, this.#entry(key, keyNode, resolved));
    }
  }

  #addMerged(map: YAMLMap): void {
    const own = new Map(this.#entries);
    this.#addEntries(map);
    for (const [key, entry] of own) this.#entries.set(key, entry);
  }

  #entry(key: string, keyNode: unknown, node: unknown): Entry {
    const keyPosition = this.#source.positionOf(keyNode, this.position);
    const path = this.path === '' ? key : `${this.path}.${key}`;
    // A block below its key begins on a later line; the key is what the reader looks for.
    const isBlock = isCollection(node) && node.flow !== true;
    const position = isBlock ? keyPosition : this.#source.positionOf(node, keyPosition);
    return { key, path, node, keyPosition, position };
  }

  keys(): string[] {
    return [...this.#entries.keys()];
  }

  /** True when the key is there with a value; does not count as asking. */
  has(key: string): boolean {
    const node = this.#entries.get(key)?.node;
    return node !== undefined && node !== null && !(isScalar(node) && node.value === null);
  }

  entry(key: string): Entry | undefined {
    this.#asked.add(key);
    return this.has(key) ? this.#entries.get(key) : undefined;
  }

  /** Marks keys as known without reading them. */
  skip(...keys: readonly string[]): void {
    for (const key of keys) this.#asked.add(key);
  }

  mistake(code: YamlErrorCode, entry: Entry | undefined, rest: Omit<Mistake, 'code' | 'position'>): void {
    const from = entry && this.#source.sets.get(entry.path);
    const seen = from === undefined ? rest.seen : `${rest.seen} (from set "${from}")`;
    this.#problems.mistake({ ...rest, code, seen, position: entry?.position ?? this.position });
  }

  warn(message: string, entry?: Entry, code: WarningCode = 'YAML_NOTE'): void {
    this.#problems.warn(code, message, entry?.position ?? this.position);
  }

  #wrongType(entry: Entry, expected: string): undefined {
    this.mistake('YAML_TYPE_WRONG', entry, { seen: `"${entry.path}" is ${describe(entry.node)}`, expected });
    return undefined;
  }

  #missing(key: string, expected: string): undefined {
    const near = nearestOf(
      key,
      this.keys().filter((name) => !this.#asked.has(name)),
    );
    const entry = near === undefined ? undefined : this.#entries.get(near);
    const hint = near === undefined ? '' : `, but there is "${near}"`;
    const where = this.path === '' ? '' : ` in "${this.path}"`;
    this.#problems.mistake({
      code: 'YAML_KEY_MISSING',
      seen: `no "${key}"${where}${hint}`,
      expected,
      position: entry?.keyPosition ?? this.position,
    });
    return undefined;
  }

  /** Text; numbers and booleans count as their text. */
  text(key: string): string | undefined {
    const entry = this.entry(key);
    if (!entry) return undefined;
    const { node } = entry;
    if (!isScalar(node)) return this.#wrongType(entry, 'text');
    const text = scalarText(node);
    if (text.trim() !== '') return text;
    this.mistake('YAML_VALUE_EMPTY', entry, { seen: `"${entry.path}" is empty`, expected: 'text, or no such key' });
    return undefined;
  }

  requiredText(key: string, expected: string): string | undefined {
    if (!this.has(key)) {
      this.#asked.add(key);
      return this.#missing(key, expected);
    }
    return this.text(key);
  }

  /** Records that a key which must be there is not. */
  missing(key: string, expected: string): undefined {
    this.#asked.add(key);
    return this.#missing(key, expected);
  }

  whole(key: string, range: { readonly min: number; readonly max?: number }): number | undefined {
    const entry = this.entry(key);
    if (!entry) return undefined;
    const { node } = entry;
    const text = isScalar(node) ? String(node.value) : '';
    const max = range.max ?? Number.MAX_SAFE_INTEGER;
    const expected =
      range.max === undefined ? `a whole number from ${range.min}` : `a whole number from ${range.min} to ${max}`;
    if (!/^[+-]?\d+$/.test(text)) return this.#wrongType(entry, expected);
    const value = Number(text);
    if (value >= range.min && value <= max) return value;
    this.mistake('YAML_VALUE_OUT_OF_RANGE', entry, { seen: `"${entry.path}" is ${value}`, expected });
    return undefined;
  }

  /** A list of plain values, as texts; one value counts as a list of one. */
  texts(key: string): string[] | undefined {
    const entry = this.entry(key);
    if (!entry) return undefined;
    const items: unknown[] = isSeq(entry.node) ? entry.node.items : [entry.node];
    const texts = items
      .map((item) => followAlias(this.#source, item))
      .map((item) => (isScalar(item) ? scalarText(item) : undefined));
    return texts.every((text) => text !== undefined) ? texts : this.#wrongType(entry, 'a list of texts');
  }

  boolean(key: string): boolean | undefined {
    const entry = this.entry(key);
    if (!entry) return undefined;
    const text = isScalar(entry.node) ? String(entry.node.value).toLowerCase() : '';
    if (text === 'true' || text === 'false') return text === 'true';
    return this.#wrongType(entry, 'true or false');
  }

  /** One of a closed set, compared without case; the result is the REST word from `values`. */
  oneOf<T extends string>(key: string, values: Readonly<Record<string, T>>): T | undefined {
    const entry = this.entry(key);
    if (!entry) return undefined;
    const text = isScalar(entry.node) ? String(entry.node.value) : undefined;
    const known = Object.keys(values);
    const match = known.find((name) => name === text?.toLowerCase());
    if (match !== undefined) return values[match];
    const near = text === undefined ? undefined : nearestOf(text, known);
    this.mistake('YAML_VALUE_NOT_ALLOWED', entry, {
      seen: `"${entry.path}" is ${describe(entry.node)}`,
      expected: `one of ${known.join(', ')}`,
      ...(near === undefined ? {} : { next: `did you mean "${near}"?` }),
    });
    return undefined;
  }

  child(key: string): MapReader | undefined {
    const entry = this.entry(key);
    return entry && this.childOf(entry);
  }

  /** The map at an entry; anything else is a mistake. */
  childOf(entry: Entry): MapReader | undefined {
    if (!isMap(entry.node)) return this.#wrongType(entry, 'a map of keys');
    return new MapReader(this.#source, this.#problems, entry.node, { path: entry.path, position: entry.keyPosition });
  }

  /** True when the value is a map of keys and not plain. */
  isMapAt(key: string): boolean {
    return isMap(this.#entries.get(key)?.node);
  }

  /** Every entry, all asked for. */
  entries(): Entry[] {
    this.skip(...this.keys());
    return [...this.#entries.values()];
  }

  /** A map of texts: tags, properties, environment variables. */
  textMap(key: string): Record<string, string> | undefined {
    const child = this.child(key);
    if (!child) return undefined;
    const pairs: [string, string][] = [];
    for (const entry of child.entries()) {
      if (isScalar(entry.node)) pairs.push([entry.key, entry.node.value === null ? '' : scalarText(entry.node)]);
      else if (entry.node === null || entry.node === undefined) pairs.push([entry.key, '']);
      else child.#wrongType(entry, 'text');
    }
    return Object.fromEntries(pairs);
  }

  /** A reader of `{ inner: value }` where the document has the value alone. */
  wrapped(key: string, inner: string): MapReader | undefined {
    const entry = this.entry(key);
    if (!entry) return undefined;
    const map = new YAMLMap();
    map.set(inner, entry.node);
    return new MapReader(this.#source, this.#problems, map, { path: entry.path, position: entry.position });
  }

  /** The keys nobody asked for, as they are: the official SDK sends them, and the service drops them. Each is a warning. */
  passOn(advice: Readonly<Record<string, string>>): JsonObject {
    const unknown = [...this.#entries.values()].filter(({ key }) => !this.#asked.has(key));
    for (const entry of unknown) {
      const near = nearestOf(entry.key, this.#asked);
      const known = advice[entry.key];
      const hint = known ?? (near === undefined ? undefined : `did you mean "${near}"?`);
      const text = `unknown key "${entry.path}"; the service drops it`;
      const code = known === undefined ? 'YAML_KEY_UNKNOWN' : 'YAML_KEY_IGNORED';
      this.#problems.warn(code, hint === undefined ? text : `${text}; ${hint}`, entry.keyPosition);
    }
    return Object.fromEntries(unknown.map(({ key }) => [key, this.plain(key) as JsonValue]));
  }

  fraction(key: string, range: { readonly min: number; readonly max: number }): number | undefined {
    const entry = this.entry(key);
    if (!entry) return undefined;
    const value = isScalar(entry.node) ? Number(entry.node.value) : Number.NaN;
    if (value >= range.min && value <= range.max) return value;
    return this.#wrongType(entry, `a number from ${range.min} to ${range.max}`);
  }

  /** The same map as if it did not have these keys. */
  without(...keys: readonly string[]): MapReader {
    const copy = new YAMLMap();
    copy.items = this.#node.items.filter(({ key }) => !(isScalar(key) && keys.includes(String(key.value))));
    return new MapReader(this.#source, this.#problems, copy, { path: this.path, position: this.position });
  }

  /** Reads what stands at a key of another file, with the mistakes of both in one list. */
  readerOf(source: Source, place: Place): MapReader {
    return new MapReader(source, this.#problems, source.root, place);
  }

  /** The value as plain JSON, for what the service takes as it is. */
  plain(key: string): unknown {
    const node = this.entry(key)?.node;
    return isMap(node) || isSeq(node) || isScalar(node) ? node.toJS(this.#source.document) : undefined;
  }

  /** Refuses a key that az ml knows and this compiler does not carry over yet. */
  refuse(key: string, next: string): void {
    const entry = this.entry(key);
    if (entry) this.mistake('YAML_NOT_SUPPORTED', entry, { seen: `"${entry.path}" is not supported yet`, next });
  }

  /** Warns of keys nobody asked for: a misspelt key would be dropped by the service in silence. */
  finish(): void {
    for (const entry of this.#entries.values()) {
      if (this.#asked.has(entry.key)) continue;
      const near = nearestOf(entry.key, this.#asked);
      const hint = near === undefined ? '' : `; did you mean "${near}"?`;
      this.#problems.warn(
        'YAML_KEY_UNKNOWN',
        `unknown key "${entry.path}"; the service would drop it, it is left out${hint}`,
        entry.keyPosition,
      );
    }
  }
}
