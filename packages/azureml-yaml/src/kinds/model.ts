import type { Compilation, Draft } from '../draft.ts';
import type { MapReader } from '../map-reader.ts';
import { modelBody, readModelVersion } from '../model-body.ts';
import { readName } from '../name.ts';

/** az ml model to `models/{name}/versions/{version}`. */
export function compileModel(reader: MapReader, draft: Draft): Compilation {
  if (!reader.has('name')) reader.missing('name', 'the name to register the model under');
  return {
    body: modelBody(reader, draft),
    name: readName(reader, 'name', 'asset'),
    version: readModelVersion(reader),
    resource: { type: 'models' },
  };
}
