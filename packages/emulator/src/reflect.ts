/**
 * The three metadata functions that the certificate library's dependency container asks for at load time.
 * They are not part of ECMAScript; this is the least that satisfies it.
 */
const metadata = new WeakMap<object, Map<string, unknown>>();

function define(key: string, value: unknown, target: object): void {
  const entries = metadata.get(target) ?? new Map<string, unknown>();
  entries.set(key, value);
  metadata.set(target, entries);
}

function read(key: string, target: object): unknown {
  return metadata.get(target)?.get(key);
}

/** Add the functions to `Reflect` unless something else has done so. */
export function addReflectMetadata(): void {
  if (Reflect.has(Reflect, 'getMetadata')) {
    return;
  }
  Object.assign(Reflect, {
    defineMetadata: define,
    getMetadata: read,
    getOwnMetadata: read,
    hasOwnMetadata: (key: string, target: object) => metadata.get(target)?.has(key) ?? false,
    metadata: (key: string, value: unknown) => (target: object) => define(key, value, target),
  });
}
