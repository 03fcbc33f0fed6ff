/** A JSON object of unknown shape. */
export type JsonObject = Record<string, unknown>;

/** True for a plain JSON object (not null, not an array). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Read a member by its name, in any letter case: the service accepts both `uri` and `Uri`. */
export function member(value: unknown, name: string): unknown {
  if (!isObject(value)) {
    return undefined;
  }
  if (Object.hasOwn(value, name)) {
    return value[name];
  }
  const wanted = name.toLowerCase();
  for (const key of Object.keys(value)) {
    if (key.toLowerCase() === wanted) {
      return value[key];
    }
  }
  return undefined;
}

/** Read an object member; an empty object when it is absent or null. */
export function objectMember(value: unknown, name: string): JsonObject {
  const found = member(value, name);
  return isObject(found) ? found : {};
}

/** Read a text member; undefined when it is absent, null or not text. */
export function textMember(value: unknown, name: string): string | undefined {
  const found = member(value, name);
  return typeof found === 'string' ? found : undefined;
}

/** Read a number member; the service also accepts numbers written as text. */
export function numberMember(value: unknown, name: string): number | undefined {
  const found = member(value, name);
  if (typeof found === 'number') {
    return found;
  }
  return typeof found === 'string' && found.trim() !== '' && Number.isFinite(Number(found)) ? Number(found) : undefined;
}

/** Keep the text values of a string map (tags, properties, environment variables). */
export function stringMap(value: unknown): Record<string, string> {
  const map: Record<string, string> = {};
  for (const [key, text] of Object.entries(isObject(value) ? value : {})) {
    if (text !== null && text !== undefined) {
      map[key] = String(text);
    }
  }
  return map;
}

/** JSON text with sorted keys, so equal content gives equal text; null members count as absent. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonicalJson).join(',')}]`;
  }
  if (isObject(value)) {
    const parts = Object.keys(value)
      .filter((key) => value[key] !== null && value[key] !== undefined)
      .sort((a, b) => (a < b ? -1 : 1))
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
    return `{${parts.join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}

/** Milliseconds of an ISO 8601 duration such as `PT1M30S` or `PT0.5S`; undefined when it is not one. */
export function durationMilliseconds(text: string | undefined): number | undefined {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text ?? '');
  if (match === null || text === 'P' || text?.endsWith('T')) {
    return undefined;
  }
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return ((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
}

/** Read a member by its camelCase name, or by the same name in snake_case as pipeline nodes and components write it. */
export function either(value: unknown, name: string): unknown {
  return (
    member(value, name) ??
    member(
      value,
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    )
  );
}
