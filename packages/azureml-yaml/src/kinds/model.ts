import { addUpload, type Compilation, type Draft } from '../draft.ts';
import { type JsonValue, present } from '../json.ts';
import type { MapReader } from '../map-reader.ts';
import { readName } from '../name.ts';

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

function readVersion(reader: MapReader): string | undefined {
  const version = reader.text('version');
  if (version === undefined || /^[1-9]\d*$/.test(version)) return version;
  reader.mistake('YAML_VALUE_NOT_ALLOWED', reader.entry('version'), {
    seen: `"version" is "${version}"`,
    expected: 'a positive whole number: a workspace numbers model versions',
    next: 'keep a release number such as 1.2.3 in a tag',
  });
  return undefined;
}

/** az ml model to `models/{name}/versions/{version}`. */
export function compileModel(reader: MapReader, draft: Draft): Compilation {
  if (!reader.has('name')) reader.missing('name', 'the name to register the model under');
  const properties = present({
    modelType: reader.oneOf('type', modelTypes) ?? 'custom_model',
    modelUri: modelUri(reader, draft),
    description: reader.text('description'),
    tags: reader.textMap('tags'),
    properties: reader.textMap('properties'),
    stage: reader.text('stage'),
    flavors: reader.plain('flavors') as JsonValue | undefined,
  });
  return {
    name: readName(reader, 'name', 'asset'),
    version: readVersion(reader),
    resource: { type: 'models' },
    body: { properties },
  };
}
