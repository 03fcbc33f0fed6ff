import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprintInputs, fingerprintOf } from '@switchyard/circuits';
import type { Circuit, Config } from '@switchyard/config';

/**
 * Digest of everything that decides what training a circuit produces: its config, its data, the shared code, the job
 * and the version of the environment. It is taken from the files as they lie in the work tree, since these are what a
 * job uploads; on a clean checkout it equals what Git's own blob ids would give.
 */
export async function fingerprintOfCircuit(parts: {
  readonly folder: string;
  readonly circuit: Circuit;
  readonly config: Config;
  readonly allPaths: readonly string[];
  readonly environmentVersion: string | null;
}): Promise<string> {
  const paths = fingerprintInputs({ circuit: parts.circuit, config: parts.config, allPaths: parts.allPaths });
  const entries = await Promise.all(
    paths.map(async (path) => ({ path, blob: await blobId(join(parts.folder, path)) })),
  );
  return fingerprintOf(entries, parts.environmentVersion);
}

/** Git's id of a file's content: SHA-1 over `blob <bytes>\0<content>`. */
async function blobId(path: string): Promise<string> {
  const content = await readFile(path);
  return createHash('sha1').update(`blob ${content.byteLength}\0`).update(content).digest('hex');
}
