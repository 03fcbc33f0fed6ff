import { addUpload, type Compilation, type Draft } from '../draft.ts';
import { present } from '../json.ts';
import type { MapReader } from '../map-reader.ts';
import { readName } from '../name.ts';

function dataType(reader: MapReader): string {
  const type = reader.oneOf('type', { uri_file: 'uri_file', uri_folder: 'uri_folder', mltable: 'mltable' });
  return type ?? 'uri_folder';
}

function dataUri(reader: MapReader, draft: Draft): string | undefined {
  const path = reader.requiredText('path', 'a local file or folder, or a storage URI');
  const entry = reader.entry('path');
  if (path === undefined || !entry) return undefined;
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(path) ? path : addUpload(draft, entry, 'data', path);
}

/** az ml data asset to `data/{name}/versions/{version}`. */
export function compileData(reader: MapReader, draft: Draft): Compilation {
  if (!reader.has('name')) reader.missing('name', 'the name to register the data under');
  const properties = present({
    dataType: dataType(reader),
    dataUri: dataUri(reader, draft),
    description: reader.text('description'),
    tags: reader.textMap('tags'),
    properties: reader.textMap('properties'),
  });
  return {
    name: readName(reader, 'name', 'asset'),
    version: reader.text('version'),
    resource: { type: 'data' },
    body: { properties },
  };
}
