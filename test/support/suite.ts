import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository. */
export const suiteRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

const skipped = new Set(['node_modules', 'lib', 'dist', '.git', '.switchyard', 'coverage', '__pycache__']);

/** Paths of all files below `folder` (relative to the root, sorted), without what is installed or built. */
export function listFiles(folder: string, accept: (path: string) => boolean = () => true): string[] {
  const entries = readdirSync(join(suiteRoot, folder), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(suiteRoot, join(entry.parentPath, entry.name)))
    .filter((path) => !path.split('/').some((part) => skipped.has(part)) && accept(path))
    .sort();
}

export function readSuiteFile(path: string): string {
  return readFileSync(join(suiteRoot, path), 'utf8');
}

/** Names of the folders directly below `folder` that hold a file `marker`. */
export function listFolders(folder: string, marker: string): string[] {
  return listFiles(folder, (path) => path.endsWith(`/${marker}`) && path.split('/').length === 3).map(
    (path) => path.split('/')[1] ?? '',
  );
}
