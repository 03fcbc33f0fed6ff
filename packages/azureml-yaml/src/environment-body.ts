import { errorText } from '@switchyard/domain';
import { isMap } from 'yaml';
import { addInline, type Draft } from './draft.ts';
import { type JsonObject, type JsonValue, present } from './json.ts';
import type { MapReader } from './map-reader.ts';
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

/** Body of an environment version; shared by environment documents and environments written in place. */
export function environmentBody(reader: MapReader, draft: Draft): JsonObject {
  reader.refuse('build', 'build the image in its own step, push it and name it with "image"');
  const image = reader.text('image');
  if (image === undefined && !reader.has('image') && !reader.has('build')) {
    reader.missing('image', 'a Docker image that conda_file, if any, is installed into');
  }
  const properties = present({
    image,
    condaFile: condaText(reader, draft),
    osType: reader.oneOf('os_type', { linux: 'Linux', windows: 'Windows' }),
    inferenceConfig: inferenceConfig(reader),
    description: reader.text('description'),
    tags: reader.textMap('tags'),
    properties: reader.textMap('properties'),
  });
  return { properties };
}

/** `environment:` of a job or deployment: a reference, or an environment written in place. */
export function compileEnvironment(reader: MapReader, draft: Draft): string | undefined {
  const entry = reader.entry('environment');
  if (!entry) return undefined;
  if (isMap(entry.node)) {
    const child = reader.childOf(entry);
    if (!child) return undefined;
    child.skip('$schema', 'name', 'version');
    const body = environmentBody(child, draft);
    child.finish();
    return addInline(draft, entry, body);
  }
  const text = reader.text('environment');
  return text === undefined ? undefined : compileReference(reader, draft, { entry, type: 'environments', text });
}
