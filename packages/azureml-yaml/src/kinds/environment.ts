import type { Compilation, Draft } from '../draft.ts';
import { environmentBody } from '../environment-body.ts';
import type { MapReader } from '../map-reader.ts';
import { readName } from '../name.ts';

/** az ml environment to `environments/{name}/versions/{version}`. */
export function compileEnvironmentDocument(reader: MapReader, draft: Draft): Compilation {
  if (!reader.has('name')) reader.missing('name', 'the name to register the environment under');
  return {
    name: readName(reader, 'name', 'asset'),
    version: reader.text('version'),
    resource: { type: 'environments' },
    body: environmentBody(reader, draft),
  };
}
