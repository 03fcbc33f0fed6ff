import { isMap, isScalar } from 'yaml';
import { addUpload, type Draft } from './draft.ts';
import { type JsonObject, type JsonValue, present } from './json.ts';
import type { Entry, MapReader } from './map-reader.ts';
import { compileReference, isReference } from './reference.ts';

const dataTypes = {
  uri_file: 'uri_file',
  uri_folder: 'uri_folder',
  mltable: 'mltable',
  custom_model: 'custom_model',
  mlflow_model: 'mlflow_model',
  triton_model: 'triton_model',
} as const;

const literalTypes = { string: 'literal', number: 'literal', integer: 'literal', boolean: 'literal' } as const;

const inputModes = {
  ro_mount: 'ReadOnlyMount',
  rw_mount: 'ReadWriteMount',
  download: 'Download',
  direct: 'Direct',
  eval_mount: 'EvalMount',
  eval_download: 'EvalDownload',
} as const;

const outputModes = {
  rw_mount: 'ReadWriteMount',
  mount: 'ReadWriteMount',
  upload: 'Upload',
  direct: 'Direct',
} as const;

function inputUri(reader: MapReader, draft: Draft, type: string): string | undefined {
  const entry = reader.entry('path');
  const text = entry
    ? reader.text('path')
    : reader.missing('path', 'a local path, azureml:<name>:<version> or a storage URI');
  if (text === undefined || !entry) return undefined;
  if (isReference(text)) {
    return compileReference(reader, draft, { entry, type: type.endsWith('_model') ? 'models' : 'data', text });
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text) || text.startsWith('runs:/')) return text;
  return addUpload(draft, entry, type.endsWith('_model') ? 'model' : 'data', text);
}

function literal(text: string): JsonObject {
  return { jobInputType: 'literal', value: text };
}

function compileInput(reader: MapReader, entry: Entry, draft: Draft): JsonValue | undefined {
  if (isScalar(entry.node)) return literal(reader.text(entry.key) ?? '');
  const child = reader.childOf(entry);
  if (!child) return undefined;
  const type =
    child.oneOf('type', { ...dataTypes, ...literalTypes }) ?? (child.has('value') ? 'literal' : 'uri_folder');
  child.skip('optional');
  const description = child.text('description');
  if (type === 'literal') {
    const value = child.text('value') ?? child.text('default');
    if (value === undefined) child.missing('value', 'the value of the input');
    child.finish();
    return present({ jobInputType: 'literal', value, description });
  }
  const mode = child.oneOf('mode', inputModes);
  const compiled = present({ jobInputType: type, uri: inputUri(child, draft, type), mode, description });
  child.finish();
  return compiled;
}

/** `inputs:` of a job: values become literals, local paths uploads. */
export function compileInputs(reader: MapReader, draft: Draft): JsonObject | undefined {
  const inputs = reader.child('inputs');
  return (
    inputs &&
    present(Object.fromEntries(inputs.entries().map((entry) => [entry.key, compileInput(inputs, entry, draft)])))
  );
}

function compileOutput(reader: MapReader, entry: Entry): JsonValue | undefined {
  // An output without a value is a folder, as az ml has it.
  if (!isMap(entry.node) && (entry.node === null || (isScalar(entry.node) && entry.node.value === null))) {
    return { jobOutputType: 'uri_folder', mode: 'ReadWriteMount' };
  }
  const child = reader.childOf(entry);
  if (!child) return undefined;
  const compiled = present({
    jobOutputType: child.oneOf('type', dataTypes) ?? 'uri_folder',
    mode: child.oneOf('mode', outputModes) ?? 'ReadWriteMount',
    uri: child.text('path'),
    description: child.text('description'),
    assetName: child.text('name'),
    assetVersion: child.text('version'),
  });
  child.finish();
  return compiled;
}

/** `outputs:` of a job. */
export function compileOutputs(reader: MapReader): JsonObject | undefined {
  const outputs = reader.child('outputs');
  return (
    outputs && present(Object.fromEntries(outputs.entries().map((entry) => [entry.key, compileOutput(outputs, entry)])))
  );
}
