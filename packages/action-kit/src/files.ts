import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { SwitchyardError } from '@switchyard/domain';

/** Reads a text file; a relative path starts at `folder`. @throws SwitchyardError `FILE_NOT_FOUND`, `FILE_UNREADABLE`. */
export async function readTextFile(folder: string, path: string): Promise<string> {
  const full = isAbsolute(path) ? path : join(folder, path);
  try {
    return await readFile(full, 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new SwitchyardError({
      code: missing ? 'FILE_NOT_FOUND' : 'FILE_UNREADABLE',
      seen: missing ? `there is no file "${path}"` : `file "${path}" cannot be read: ${(cause as Error).message}`,
      expected: `a readable file below ${folder}`,
      next: missing
        ? 'check the path, and that the job runs actions/checkout first'
        : 'check that it is a file and its permissions',
      cause,
    });
  }
}

/** Writes JSON under a temporary name and renames it: a reader never sees half a file. */
export async function writeJsonFile(path: string, document: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.tmp`;
  await writeFile(draft, `${JSON.stringify(document, null, 2)}\n`);
  await rename(draft, path);
}
