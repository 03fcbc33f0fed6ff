import picomatch from 'picomatch';

const options: picomatch.PicomatchOptions = { dot: true };

interface Rule<T> {
  readonly owner: T;
  readonly test: (path: string) => boolean;
}

interface Branch<T> {
  readonly children: Map<string, Branch<T>>;
  readonly rules: Rule<T>[];
}

/** Answers which owners' patterns a path matches. */
export interface PathMatcher<T> {
  /** Owners in the order of their first pattern, each once. */
  match(path: string): T[];
}

/**
 * Builds a matcher for many patterns. A pattern is a path, a folder (everything below it) or a glob;
 * `!` in front takes paths away from the same owner's other patterns.
 * Patterns hang in a tree by their literal beginning, so that a path meets only those on its way:
 * with 10,000 circuits, trying every pattern on every path takes minutes.
 */
export function createPathMatcher<T>(patterns: Iterable<{ pattern: string; owner: T }>): PathMatcher<T> {
  const root: Branch<T> = { children: new Map(), rules: [] };
  const compiled = new Map<string, (path: string) => boolean>();
  const exceptions = new Map<T, ((path: string) => boolean)[]>();
  const order = new Map<T, number>();
  for (const { pattern, owner } of patterns) {
    if (!order.has(owner)) order.set(owner, order.size);
    const clean = cleanPattern(pattern.replace(/^!/, ''));
    const test = remember(compiled, clean);
    if (pattern.startsWith('!')) exceptions.set(owner, [...(exceptions.get(owner) ?? []), test]);
    else branchFor(root, literalFolders(clean)).rules.push({ owner, test });
  }
  return {
    match(path) {
      const owners = new Set(
        rulesOnTheWay(root, path)
          .filter((rule) => rule.test(path))
          .map((rule) => rule.owner),
      );
      const kept = [...owners].filter((owner) => !exceptions.get(owner)?.some((test) => test(path)));
      return kept.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
    },
  };
}

/** `./data/x/` and `data/x` are one pattern; Git writes paths with `/` and without a leading `./`. */
export function cleanPattern(pattern: string): string {
  return pattern.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
}

function remember(compiled: Map<string, (path: string) => boolean>, pattern: string): (path: string) => boolean {
  const known = compiled.get(pattern);
  if (known) return known;
  const { isGlob } = picomatch.scan(pattern);
  const test = isGlob
    ? picomatch(pattern, options)
    : (path: string) => path === pattern || path.startsWith(`${pattern}/`);
  compiled.set(pattern, test);
  return test;
}

function literalFolders(pattern: string): string[] {
  const { base, isGlob } = picomatch.scan(pattern);
  const literal = isGlob ? base : pattern;
  return literal === '' ? [] : literal.split('/');
}

function branchFor<T>(root: Branch<T>, folders: readonly string[]): Branch<T> {
  let branch = root;
  for (const folder of folders) {
    const child = branch.children.get(folder) ?? { children: new Map(), rules: [] };
    branch.children.set(folder, child);
    branch = child;
  }
  return branch;
}

function rulesOnTheWay<T>(root: Branch<T>, path: string): Rule<T>[] {
  const rules = [...root.rules];
  let branch: Branch<T> | undefined = root;
  for (const part of path.split('/')) {
    branch = branch.children.get(part);
    if (!branch) break;
    rules.push(...branch.rules);
  }
  return rules;
}
