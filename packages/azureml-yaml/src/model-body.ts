import { isMap } from 'yaml';
import { addInline, addUpload, type Draft } from './draft.ts';
import { type JsonObject, type JsonValue, present } from './json.ts';
import type { MapReader } from './map-reader.ts';
import { readName } from './name.ts';
import { compileReference } from './reference.ts';

const modelTypes = {
  custom_model: 'custom_model',
  mlflow_model: 'mlflow_model',
  triton_model: 'triton_model',
} as const;

function modelUri(reader: MapReader, draft: Draft): string | undefined {
  const path = reader.requiredText(
    'path',
    'a local file or folder, a datastore path or azureml://jobs/<job>/outputs/<output>',
  );
  const entry = reader.entry('path');
  if (path === undefined || !entry) return undefined;
  const isRemote = /^[a-z][a-z0-9+.-]+:\/\//i.test(path) || path.startsWith('runs:/') || path.startsWith('azureml:');
  return isRemote ? path : addUpload(draft, entry, 'model', path);
}

/** The version of a model: a whole number, unlike versions of other assets. */
export function readModelVersion(reader: MapReader): string | undefined {
  const version = reader.text('version');
  if (version === undefined || /^[1-9]\d*$/.test(version)) return version;
  reader.mistake('YAML_VALUE_NOT_ALLOWED', reader.entry('version'), {
    seen: `"version" is "${version}"`,
    expected: 'a positive whole number: a workspace numbers model versions',
    next: 'keep a release number such as 1.2.3 in a tag',
  });
  return undefined;
}

/** Body of a model version; shared by model documents and models written in place. */
export function modelBody(reader: MapReader, draft: Draft): JsonObject {
  const properties = present({
    modelType: reader.oneOf('type', modelTypes) ?? 'custom_model',
    modelUri: modelUri(reader, draft),
    description: reader.text('description'),
    tags: reader.textMap('tags'),
    properties: reader.textMap('properties'),
    stage: reader.text('stage'),
    flavors: reader.plain('flavors') as JsonValue | undefined,
  });
  return { properties };
}

/** `model:` of a deployment: a reference, or a model written in place, which is registered first. */
export function compileModelOf(reader: MapReader, draft: Draft): string | undefined {
  const entry = reader.entry('model');
  if (!entry) return undefined;
  if (!isMap(entry.node)) {
    const text = reader.text('model');
    return text === undefined ? undefined : compileReference(reader, draft, { entry, type: 'models', text });
  }
  const child = reader.childOf(entry);
  if (!child) return undefined;
  if (!draft.takesAll) {
    reader.mistake('YAML_NOT_SUPPORTED', entry, {
      seen: `"${entry.path}" is written in place`,
      expected: 'azureml:<name>:<version>, a registry id or an ARM id',
      next: 'register the model first and name it here',
    });
    return undefined;
  }
  child.skip('$schema');
  const [name, version] = [readName(child, 'name', 'asset'), readModelVersion(child)];
  const { properties } = modelBody(child, draft) as { properties: JsonObject };
  const body = { properties: name === undefined ? { ...properties, isAnonymous: true } : properties };
  child.finish();
  return addInline(draft, entry, {
    type: 'models',
    body,
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version }),
  });
}
