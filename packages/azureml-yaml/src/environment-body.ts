import { errorText } from '@switchyard/domain';
import { isMap } from 'yaml';
import { addInline, addUpload, type Draft } from './draft.ts';
import { type JsonObject, type JsonValue, present } from './json.ts';
import { readLinked } from './linked-file.ts';
import type { Entry, MapReader } from './map-reader.ts';
import { resolveFromDocument } from './path.ts';
import { compileReference } from './reference.ts';

/** The text of `conda_file`: a path, or the conda document itself written in place. */
function condaText(reader: MapReader, draft: Draft): string | undefined {
  const entry = reader.entry('conda_file');
  if (!entry) return undefined;
  // JSON is YAML: a conda document written in place needs no YAML writer.
  if (isMap(entry.node)) return `${JSON.stringify(reader.plain('conda_file'), null, 2)}\n`;
  const path = reader.text('conda_file');
  if (path === undefined) return undefined;
  const resolved = resolveFromDocument(draft.file, path);
  try {
    if (!draft.readText) throw new Error('no files can be read here');
    return draft.readText(resolved);
  } catch (cause) {
    reader.mistake('YAML_FILE_UNREADABLE', entry, {
      seen: `"${entry.path}" is "${path}", and ${resolved} cannot be read: ${errorText(cause)}`,
      expected: "a conda file, seen from the document's own folder",
    });
    return undefined;
  }
}

function route(reader: MapReader, key: string): JsonValue | undefined {
  const child = reader.child(key);
  if (!child) return undefined;
  const compiled = present({
    path: child.requiredText('path', 'the path of the route, /score'),
    port: child.whole('port', { min: 1, max: 65535 }),
  });
  child.finish();
  return compiled;
}

function inferenceConfig(reader: MapReader): JsonValue | undefined {
  const child = reader.child('inference_config');
  if (!child) return undefined;
  const compiled = present({
    livenessRoute: route(child, 'liveness_route'),
    readinessRoute: route(child, 'readiness_route'),
    scoringRoute: route(child, 'scoring_route'),
  });
  child.finish();
  return compiled;
}

/** `build:`: the folder goes up as it is; the service builds the image from it. */
function build(reader: MapReader, draft: Draft): JsonObject | undefined {
  if (!draft.takesAll) reader.refuse('build', 'build the image in its own step, push it and name it with "image"');
  const child = reader.child('build');
  if (!child) return undefined;
  const path = child.requiredText('path', 'the folder with the Dockerfile');
  const entry = child.entry('path');
  const isRemote = path !== undefined && /^(https?|git\+https?):\/\//.test(path);
  const contextUri =
    path === undefined || !entry ? undefined : isRemote ? path : addUpload(draft, entry, 'build', path);
  const compiled = present({ contextUri, dockerfilePath: child.text('dockerfile_path') });
  child.finish();
  return compiled;
}

/** Body of an environment version; shared by environment documents and environments written in place. */
export function environmentBody(reader: MapReader, draft: Draft): JsonObject {
  const image = reader.text('image');
  if (image === undefined && !reader.has('image') && !reader.has('build')) {
    reader.missing('image', 'a Docker image that conda_file, if any, is installed into');
  }
  const properties = present({
    image,
    build: build(reader, draft),
    condaFile: condaText(reader, draft),
    osType: reader.oneOf('os_type', { linux: 'Linux', windows: 'Windows' }),
    inferenceConfig: inferenceConfig(reader),
    description: reader.text('description'),
    tags: reader.textMap('tags'),
    properties: reader.textMap('properties'),
  });
  return { properties };
}

function inlineEnvironment(reader: MapReader, draft: Draft, entry: Entry): string {
  reader.skip('$schema', 'name', 'version');
  const body = environmentBody(reader, draft);
  reader.finish();
  return addInline(draft, entry, { type: 'environments', body });
}

function environmentFromFile(reader: MapReader, draft: Draft, entry: Entry, path: string): string | undefined {
  const file = resolveFromDocument(draft.file, path);
  const source = readLinked(reader, draft, { entry, file, what: 'an environment file' });
  if (!source) return undefined;
  const place = { path: entry.path, position: entry.position };
  return inlineEnvironment(reader.readerOf(source, place), { ...draft, file, source }, entry);
}

/** `environment:` of a job or deployment: a reference, an environment written in place, or `file:` and a path. */
export function compileEnvironment(reader: MapReader, draft: Draft): string | undefined {
  const entry = reader.entry('environment');
  if (!entry) return undefined;
  if (isMap(entry.node)) {
    const child = reader.childOf(entry);
    return child && inlineEnvironment(child, draft, entry);
  }
  const text = reader.text('environment');
  if (text?.startsWith('file:')) return environmentFromFile(reader, draft, entry, text.slice('file:'.length));
  return text === undefined ? undefined : compileReference(reader, draft, { entry, type: 'environments', text });
}
