import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { SwitchyardError } from '@switchyard/domain';

export interface StoredArtifact {
  readonly id: number;
  readonly name: string;
  readonly folder: string;
  readonly digest: string;
}

/** Artifacts of one run: a name can be written once, unless `overwrite` says otherwise. */
export class ArtifactStore {
  readonly #folder: string;
  readonly #stored = new Map<string, StoredArtifact>();
  readonly #reserved = new Set<string>();
  #nextId = 1;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Stores `files` (absolute paths) with their paths relative to `root`. */
  async upload(name: string, root: string, files: readonly string[], overwrite: boolean): Promise<StoredArtifact> {
    const invalid = /["<>|*?\r\n\\/:]/.exec(name)?.[0];
    if (name === '' || invalid !== undefined) {
      throw new SwitchyardError({
        code: 'RUN_ARTIFACT_NAME_INVALID',
        seen: `artifact name '${name}'`,
        expected: 'a name without " : < > | * ? \\ / and line breaks',
      });
    }
    if (this.#reserved.has(name) && !overwrite) {
      throw new SwitchyardError({
        code: 'RUN_ARTIFACT_EXISTS',
        seen: `an artifact with the name '${name}' exists on this run already`,
        next: 'use another name for each job, or `overwrite: true`',
      });
    }
    this.#reserved.add(name);
    const folder = join(this.#folder, name);
    await rm(folder, { recursive: true, force: true });
    const hash = createHash('sha256');
    for (const file of [...files].sort()) {
      const path = relative(root, file);
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await cp(file, join(folder, path));
      hash
        .update(path)
        .update('\0')
        .update(await readFile(file));
    }
    const artifact = { id: this.#nextId, name, folder, digest: hash.digest('hex') };
    this.#nextId += 1;
    this.#stored.set(name, artifact);
    return artifact;
  }

  get(name: string): StoredArtifact | undefined {
    return this.#stored.get(name);
  }

  /** In the order they were uploaded. */
  list(): StoredArtifact[] {
    return [...this.#stored.values()];
  }
}

/** Every file below a folder, as absolute paths in a stable order. */
export async function listFiles(folder: string): Promise<string[]> {
  const paths = await readdir(folder, { recursive: true });
  // A link that leads nowhere is no file.
  const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  return paths
    .map((path) => join(folder, path))
    .filter(isFile)
    .sort(byName);
}

/** The order of names that does not depend on the machine's language. */
function byName(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
