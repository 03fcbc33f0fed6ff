import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorText } from '@switchyard/domain';
import { AzureMlError } from './azure-ml-error.ts';
import { digestOfFiles, type FileDigest, sha256 } from './digest.ts';
import { parseIgnoreRules } from './ignore-rules.ts';

/** Files on disk that are about to be uploaded. */
export interface FolderSnapshot {
  /** Name of the folder, or of the single file. */
  readonly name: string;
  readonly isFile: boolean;
  readonly files: readonly (FileDigest & { readonly localPath: string })[];
  /** Hex; of paths and contents. */
  readonly hash: string;
}

export interface SnapshotOptions {
  /** More lines of gitignore form. */
  readonly ignore?: readonly string[];
}

async function readOptional(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

async function walk(root: string, isIgnored: (path: string, isFolder: boolean) => boolean): Promise<string[]> {
  const files: string[] = [];
  const visited = new Set<string>();
  const enter = async (folder: string): Promise<void> => {
    const real = await realpath(join(root, folder));
    // A link back to a parent would never end.
    if (visited.has(real)) return;
    visited.add(real);
    for (const { name } of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const found = await stat(join(root, path)).catch(() => undefined);
      if (!found || isIgnored(path, found.isDirectory())) continue;
      if (found.isDirectory()) await enter(path);
      else if (found.isFile()) files.push(path);
    }
  };
  await enter('');
  return files.sort((a, b) => (a < b ? -1 : 1));
}

/**
 * Lists and digests a folder (by its `.amlignore`, else its `.gitignore`) or a single file.
 * @throws AzureMlError `AZUREML_UPLOAD_FAILED` when there is nothing to upload.
 */
export async function takeSnapshot(path: string, { ignore = [] }: SnapshotOptions = {}): Promise<FolderSnapshot> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new AzureMlError({
      code: 'AZUREML_UPLOAD_FAILED',
      seen: `${path} cannot be read: ${errorText(cause)}`,
      expected: 'a file or folder of the checkout',
      next: 'paths in a YAML file are seen from the folder of that file',
      cause,
    });
  });
  const isFile = found.isFile();
  const rules = isFile
    ? ''
    : ((await readOptional(join(path, '.amlignore'))) ?? (await readOptional(join(path, '.gitignore'))) ?? '');
  const isIgnored = parseIgnoreRules([rules, ...ignore].join('\n'));
  const names = isFile ? [basename(path)] : await walk(path, isIgnored);
  if (names.length === 0) {
    throw new AzureMlError({
      code: 'AZUREML_UPLOAD_FAILED',
      seen: `${path} has no file to upload`,
      expected: 'at least one file that is not ignored',
    });
  }
  const files = await Promise.all(
    names.map(async (name) => {
      const localPath = isFile ? path : join(path, name);
      return { path: name, localPath, sha256: sha256(await readFile(localPath)) };
    }),
  );
  return { name: basename(path), isFile, files, hash: digestOfFiles(files).slice('sha256:'.length) };
}
