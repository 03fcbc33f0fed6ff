/** Never part of a snapshot: they change without the code changing. */
const always = ['.git/', '__pycache__/', '*.pyc', '.amlignore', '.DS_Store'];

interface Rule {
  readonly pattern: RegExp;
  readonly isNegated: boolean;
  readonly onlyFolders: boolean;
}

/** One `[...]` class from `at`; undefined when it is not closed. */
function classAt(pattern: string, at: number): { readonly source: string; readonly length: number } | undefined {
  const end = pattern.indexOf(']', at + 2);
  if (end < 0) return undefined;
  const inside = pattern
    .slice(at + 1, end)
    .replace(/^!/, '^')
    .replaceAll('\\', '\\\\');
  return { source: `[${inside}]`, length: end - at + 1 };
}

function toSource(pattern: string): string {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const rest = pattern.slice(at);
    const found = rest.startsWith('[') ? classAt(pattern, at) : undefined;
    if (rest.startsWith('**/')) {
      source += '(?:.*/)?';
      at += 2;
    } else if (rest === '**') {
      source += '.*';
      at += 1;
    } else if (found) {
      source += found.source;
      at += found.length - 1;
    } else if (rest.startsWith('*')) source += '[^/]*';
    else if (rest.startsWith('?')) source += '[^/]';
    else if (rest.startsWith('\\') && rest.length > 1) {
      source += rest.slice(1, 2).replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
      at += 1;
    } else source += rest.slice(0, 1).replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
  }
  return source;
}

function toRule(line: string): Rule | undefined {
  const text = line.replace(/\r$/, '').replace(/(?<!\\) +$/, '');
  if (text === '' || text.startsWith('#')) return undefined;
  const isNegated = text.startsWith('!');
  const body = isNegated ? text.slice(1) : text;
  const onlyFolders = body.endsWith('/');
  const path = onlyFolders ? body.slice(0, -1) : body;
  // A slash anywhere but at the end ties the pattern to the root.
  const isAnchored = path.includes('/');
  const source = toSource(path.replace(/^\//, ''));
  return { pattern: new RegExp(isAnchored ? `^${source}$` : `^(?:.*/)?${source}$`), isNegated, onlyFolders };
}

/**
 * Rules of an ignore file by gitignore semantics: the last matching line wins, `!` takes back, a trailing slash means
 * folders only. What lies in an ignored folder stays ignored: folders are asked first.
 */
export function parseIgnoreRules(text: string): (path: string, isFolder: boolean) => boolean {
  const rules = [...text.split('\n'), ...always].map(toRule).filter((rule) => rule !== undefined);
  return (path, isFolder) => {
    const last = rules.findLast((rule) => (isFolder || !rule.onlyFolders) && rule.pattern.test(path));
    return last !== undefined && !last.isNegated;
  };
}
