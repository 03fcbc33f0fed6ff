import type { JsonObject } from '@switchyard/azureml-yaml';

/**
 * An answer of the service, kept whole: unknown members survive a GET, change, PUT round trip.
 * Never shaped, only looked into.
 */
export interface Json {
  [key: string]: unknown;
}

/** An ARM resource. */
export interface Resource extends Json {
  id: string;
  /** Of an asset version this is the version. */
  name: string;
  tags?: Record<string, string> | null;
  properties: Json;
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value when it is an object, else an empty one. */
export function objectAt(value: unknown, key: string): Json {
  const member = isJson(value) ? value[key] : undefined;
  return isJson(member) ? member : {};
}

/** The member when it is text with something in it. */
export function textAt(value: unknown, key: string): string | undefined {
  const member = isJson(value) ? value[key] : undefined;
  return typeof member === 'string' && member !== '' ? member : undefined;
}

/** A map of texts; members of other types are left out. */
export function textsAt(value: unknown, key: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(objectAt(value, key)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

export function arrayAt(value: unknown, key: string): readonly unknown[] {
  const member = isJson(value) ? value[key] : undefined;
  return Array.isArray(member) ? member : [];
}

/** Finds a member without regard to case: run history and MLflow use both `error` and `Error`. */
export function anyCase(value: unknown, key: string): unknown {
  if (!isJson(value)) return undefined;
  const name = Object.keys(value).find((candidate) => candidate.toLowerCase() === key.toLowerCase());
  return name === undefined ? undefined : value[name];
}

export function isResource(value: unknown): value is Resource {
  return isJson(value) && typeof value.id === 'string' && typeof value.name === 'string' && isJson(value.properties);
}

/** A compiled body as something that can be changed. */
export function copyBody(body: JsonObject): Json {
  return structuredClone(body) as Json;
}
