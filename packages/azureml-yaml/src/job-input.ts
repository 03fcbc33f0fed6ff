import { isMap, isScalar } from 'yaml';
import { addUpload, type Draft } from './draft.ts';
import { type JsonObject, type JsonValue, present } from './json.ts';
import { type KeyCase, keyed } from './key-case.ts';
import type { Entry, MapReader } from './map-reader.ts';
import { compileReference, isReference } from './reference.ts';
import { scalarText } from './scalar-text.ts';

export const dataTypes = {
  uri_file: 'uri_file',
  uri_folder: 'uri_folder',
  mltable: 'mltable',
  custom_model: 'custom_model',
  mlflow_model: 'mlflow_model',
  triton_model: 'triton_model',
} as const;

const literalTypes = { string: 'literal', number: 'literal', integer: 'literal', boolean: 'literal' } as const;

export const inputModes = {
  ro_mount: 'ReadOnlyMount',
  rw_mount: 'ReadWriteMount',
  mount: 'ReadOnlyMount',
  download: 'Download',
  direct: 'Direct',
  eval_mount: 'EvalMount',
  eval_download: 'EvalDownload',
} as const;

export const outputModes = {
  rw_mount: 'ReadWriteMount',
  mount: 'ReadWriteMount',
  upload: 'Upload',
  direct: 'Direct',
} as const;

const bindingPattern = /\$\{\{\s*(parent\.|inputs\.|outputs\.|jobs\.)[^}]*\}\}/;

/** True for text that names another input or output: `${{parent.inputs.x}}`. */
export function isBinding(text: string): boolean {
  return bindingPattern.test(text);
}

function inputUri(reader: MapReader, draft: Draft, type: string): string | undefined {
  const entry = reader.entry('path');
  const text = entry
    ? reader.text('path')
    : reader.missing('path', 'a local path, azureml:<name>:<version> or a storage URI');
  if (text === undefined || !entry) return undefined;
  if (isReference(text)) {
    // An input of another type may take a model of a registry as its folder.
    const isModel = type.endsWith('_model') || /^azureml:\/\/registries\/[^/]+\/models\//.test(text);
    return compileReference(reader, draft, { entry, type: isModel ? 'models' : 'data', text });
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text) || text.startsWith('runs:/')) return text;
  return addUpload(draft, entry, type.endsWith('_model') ? 'model' : 'data', text);
}

function literal(value: string, keyCase: KeyCase): JsonObject {
  return keyed(keyCase, { job_input_type: 'literal', value });
}

function compileInputMap(child: MapReader, draft: Draft, keyCase: KeyCase): JsonObject {
  const type =
    child.oneOf('type', { ...dataTypes, ...literalTypes }) ?? (child.has('value') ? 'literal' : 'uri_folder');
  child.skip('optional', 'default', 'min', 'max', 'enum');
  const description = keyCase === 'camel' ? child.text('description') : undefined;
  child.skip('description');
  const mode = child.oneOf('mode', inputModes);
  const path = child.has('path') ? child.text('path') : undefined;
  if (path !== undefined && isBinding(path)) {
    return keyed(keyCase, { job_input_type: 'literal', value: path, mode: keyCase === 'snake' ? mode : undefined });
  }
  if (type === 'literal') {
    const value = child.text('value') ?? child.text('default');
    if (value === undefined) child.missing('value', 'the value of the input');
    return keyed(keyCase, { job_input_type: 'literal', value, description });
  }
  return keyed(keyCase, { job_input_type: type, uri: inputUri(child, draft, type), mode, description });
}

function compileInput(reader: MapReader, entry: Entry, draft: Draft, keyCase: KeyCase): JsonValue | undefined {
  if (isScalar(entry.node)) {
    if (entry.node.value === null) return undefined;
    return literal(scalarText(entry.node), keyCase);
  }
  const child = reader.childOf(entry);
  if (!child) return undefined;
  const compiled = compileInputMap(child, draft, keyCase);
  child.finish();
  return compiled;
}

/** `inputs:` of a job (`camel`) or of a node in a pipeline (`snake`): values become literals, local paths uploads. */
export function compileInputs(reader: MapReader, draft: Draft, keyCase: KeyCase = 'camel'): JsonObject | undefined {
  const inputs = reader.child('inputs');
  if (!inputs) return undefined;
  return present(
    Object.fromEntries(inputs.entries().map((entry) => [entry.key, compileInput(inputs, entry, draft, keyCase)])),
  );
}

function isAbsent(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

function compileOutputMap(child: MapReader, keyCase: KeyCase): JsonObject {
  const type = child.oneOf('type', dataTypes) ?? 'uri_folder';
  const mode = child.oneOf('mode', outputModes);
  const path = child.text('path');
  const asset = { name: child.text('name'), version: child.text('version') };
  const description = child.text('description');
  if (path !== undefined && isBinding(path)) return present({ type: 'literal', value: path, mode, ...asset });
  // A node calls the asset that it registers otherwise than a job does.
  if (keyCase === 'snake') return present({ job_output_type: type, uri: path, mode, description, ...asset });
  const { name: assetName, version: assetVersion } = asset;
  return present({ jobOutputType: type, mode, uri: path, description, assetName, assetVersion });
}

function compileOutput(reader: MapReader, entry: Entry, keyCase: KeyCase): JsonValue | undefined {
  // An output without a value is a folder, as az ml has it; a node leaves it to its component.
  if (isAbsent(entry.node)) return keyCase === 'camel' ? { jobOutputType: 'uri_folder' } : undefined;
  if (!isMap(entry.node)) {
    const text = reader.text(entry.key);
    if (text === undefined || (keyCase === 'snake' && isBinding(text))) return text && { type: 'literal', value: text };
  }
  const child = reader.childOf(entry);
  if (!child) return undefined;
  const compiled = compileOutputMap(child, keyCase);
  child.finish();
  return compiled;
}

/** `outputs:` of a job or of a node in a pipeline. */
export function compileOutputs(reader: MapReader, keyCase: KeyCase = 'camel'): JsonObject | undefined {
  const outputs = reader.child('outputs');
  if (!outputs) return undefined;
  return present(
    Object.fromEntries(outputs.entries().map((entry) => [entry.key, compileOutput(outputs, entry, keyCase)])),
  );
}
