import { createHash } from 'node:crypto';

/** One file of a model or folder: path with forward slashes, sha256 of the content in hex. */
export interface FileDigest {
  readonly path: string;
  readonly sha256: string;
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * `sha256:<hex>` over the files sorted by path, each as `path NUL sha256 newline`. The same files give the same digest
 * in a workspace, a registry and on disk.
 */
export function digestOfFiles(files: readonly FileDigest[]): string {
  const hash = createHash('sha256');
  for (const { path, sha256: content } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`${path}\0${content}\n`);
  }
  return `sha256:${hash.digest('hex')}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

/** Hex sha256 of JSON with sorted keys. */
export function digestOfJson(value: unknown): string {
  return sha256(JSON.stringify(sorted(value)));
}
