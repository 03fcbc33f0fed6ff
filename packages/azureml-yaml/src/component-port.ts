import { isMap, isScalar, isSeq } from 'yaml';
import type { PortType } from './draft.ts';
import { dataTypes, inputModes, isBinding, outputModes } from './job-input.ts';
import { type JsonObject, type JsonValue, present } from './json.ts';
import type { Entry, MapReader } from './map-reader.ts';
import { fractionText, scalarText } from './scalar-text.ts';

const inputTypes = {
  ...dataTypes,
  string: 'string',
  number: 'number',
  integer: 'integer',
  boolean: 'boolean',
  path: 'path',
} as const;

function sameWords(names: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, name]));
}

/** A bound or default of a number input always has a fraction: 1 is `1.0`. */
function amount(child: MapReader, key: string, type: string | undefined): string | undefined {
  const text = child.text(key);
  return type === 'number' && text !== undefined && Number.isFinite(Number(text)) ? fractionText(Number(text)) : text;
}

/** `default: ''` is a default. */
function hasEmptyDefault(child: MapReader): boolean {
  const node = child.entry('default')?.node;
  return isScalar(node) && typeof node.value === 'string' && node.value.trim() === '';
}

function declaredInput(child: MapReader): JsonObject {
  const type = child.has('type') ? child.oneOf('type', inputTypes) : child.missing('type', 'the type of the input');
  const optional = child.boolean('optional');
  const declared = present({
    type,
    mode: child.oneOf('mode', sameWords(inputModes)),
    // Only an optional input says so.
    optional: optional === true ? true : undefined,
    default: hasEmptyDefault(child) ? '' : amount(child, 'default', type),
    min: amount(child, 'min', type),
    max: amount(child, 'max', type),
    enum: child.texts('enum'),
    description: child.text('description'),
    datastore: child.text('datastore'),
  });
  child.finish();
  return declared;
}

function declaredOutput(child: MapReader): JsonObject {
  const declared = present({
    type: child.oneOf('type', inputTypes),
    mode: child.oneOf('mode', sameWords(outputModes)),
    description: child.text('description'),
    path: child.text('path'),
    early_available: child.boolean('early_available'),
    is_control: child.boolean('is_control'),
  });
  child.finish();
  return declared;
}

function declared(reader: MapReader, key: 'inputs' | 'outputs'): JsonObject | undefined {
  const ports = reader.child(key);
  if (!ports) return undefined;
  const entries = ports.entries().map((entry): [string, JsonValue | undefined] => {
    // A pipeline component may give a plain default for an input.
    if (key === 'inputs' && isScalar(entry.node)) return [entry.key, inferredInput(entry, () => undefined)];
    const child = ports.childOf(entry);
    return [entry.key, child && (key === 'inputs' ? declaredInput(child) : declaredOutput(child))];
  });
  return present(Object.fromEntries(entries));
}

/** `inputs:` that a component declares. */
export function declaredInputs(reader: MapReader): JsonObject | undefined {
  return declared(reader, 'inputs');
}

/** `outputs:` that a component declares. */
export function declaredOutputs(reader: MapReader): JsonObject | undefined {
  return declared(reader, 'outputs');
}

/** The types of declared inputs or outputs, for the nodes that use the component. */
export function portTypes(ports: JsonObject | undefined): ReadonlyMap<string, PortType> {
  return new Map(
    Object.entries(ports ?? {}).map(([name, port]) => {
      const { type, mode } = port as JsonObject;
      return [name, { type: String(type ?? 'uri_folder'), mode: mode === undefined ? undefined : String(mode) }];
    }),
  );
}

/** Finds the type of what a binding names; undefined when it names nothing. */
export type FindType = (binding: string) => PortType | undefined;

function plainType(value: unknown, text: string): string {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value !== 'number' || /^[-+]?\d+e/i.test(text)) return 'string';
  return /^[-+]?\d+$/.test(text) ? 'integer' : 'number';
}

/** A map among the inputs of an inline node: a data input, or the distribution of a sweep. */
function mapPort(entry: Entry): PortType | undefined {
  if (!isMap(entry.node)) return undefined;
  const { type, mode } = { type: entry.node.get('type'), mode: entry.node.get('mode') };
  return {
    type: type === undefined ? 'uri_folder' : String(type),
    mode: mode === undefined ? undefined : String(mode),
  };
}

/** Type and mode of an entry as it stands in a job, before anything is known of a component. */
export function entryType(entry: Entry, find: FindType): PortType {
  const { node } = entry;
  const fallback = { type: 'uri_folder' };
  if (isScalar(node) && node.value !== null) {
    const text = scalarText(node);
    return isBinding(text) ? (find(text) ?? fallback) : { type: plainType(node.value, text) };
  }
  return mapPort(entry) ?? fallback;
}

/** The input that the component of an inline node declares for what the node is given. */
export function inferredInput(entry: Entry, find: FindType): JsonObject {
  const { type, mode } = entryType(entry, find);
  const isPlain = isScalar(entry.node) && entry.node.value !== null && !isBinding(scalarText(entry.node));
  return present({ type, mode, default: isPlain && isScalar(entry.node) ? scalarText(entry.node) : undefined });
}

/** The output that the component of an inline node declares. */
export function inferredOutput(entry: Entry, find: FindType): JsonObject {
  const { type, mode } = entryType(entry, find);
  return present({ type, mode });
}

/** The input that the trial of a sweep declares for a value of the search space. */
export function sweptInput(entry: Entry): JsonObject {
  const map = isMap(entry.node) ? entry.node : undefined;
  const kind = String(map?.get('type') ?? '');
  const values = map?.get('values');
  const first = isSeq(values) && isScalar(values.items[0]) ? values.items[0] : undefined;
  if (kind === 'choice') return { type: first ? plainType(first.value, scalarText(first)) : 'string' };
  return { type: kind === 'randint' ? 'integer' : 'number' };
}
