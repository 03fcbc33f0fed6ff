/** `a/./b/../c` to `a/c`. Leading `..` and a leading `/` stay; backslashes count as separators. */
export function normalizePath(path: string): string {
  const forward = path.replaceAll('\\', '/');
  const isAbsolute = forward.startsWith('/');
  const parts: string[] = [];
  for (const part of forward.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!isAbsolute) parts.push('..');
  }
  const joined = parts.join('/');
  if (isAbsolute) return `/${joined}`;
  return joined === '' ? '.' : joined;
}

/** Folder of a file; `.` when it has none. */
export function folderOf(file: string): string {
  return normalizePath(`${file}/..`);
}

function isAbsolutePath(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path);
}

/** A path as written in a document, seen from where `documentFile` itself is seen from (az ml: from the YAML's folder). */
export function resolveFromDocument(documentFile: string, path: string): string {
  return normalizePath(isAbsolutePath(path) ? path : `${folderOf(documentFile)}/${path}`);
}

/**
 * The way from a document's folder to `path`, as the document must write it: `('azureml/train.yml', 'data/a.csv')`
 * gives `../data/a.csv`. Both are seen from the same folder. For `--set inputs.x.path=`.
 */
export function pathFromDocument(documentFile: string, path: string): string {
  if (isAbsolutePath(path)) return normalizePath(path);
  const from = folderOf(documentFile) === '.' ? [] : folderOf(documentFile).split('/');
  const to = normalizePath(path).split('/');
  let shared = 0;
  while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) shared += 1;
  const rest = to.slice(shared).join('/');
  const up = '../'.repeat(from.length - shared);
  return up === '' ? `./${rest}` : `${up}${rest}`;
}
