import { type JsonObject, type JsonValue, present } from './json.ts';

/** How member names are written: REST objects `camel`, nodes of a pipeline `snake`. */
export type KeyCase = 'camel' | 'snake';

function camel(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** An object from members in snake case, without the undefined ones. Names inside the members stay. */
export function keyed(keyCase: KeyCase, members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  if (keyCase === 'snake') return present(members);
  return present(Object.fromEntries(Object.entries(members).map(([name, value]) => [camel(name), value])));
}
