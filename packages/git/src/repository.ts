import { SwitchyardError } from '@switchyard/domain';
import { commandFailed, type GitCommand, gitIn, gitText, unsafeDirectory } from './git-command.ts';
import { ensureMergeBase } from './merge-base.ts';

export interface TreeEntry {
  /** Relative to the root of the work tree, with `/`. */
  readonly path: string;
  /** Git's id of the content. */
  readonly blob: string;
}

/** What the suite reads from a Git work tree. Refs may be any revision; paths are relative to the root. */
export interface Repository {
  /** Absolute path of the work tree. */
  readonly root: string;
  /** Paths that differ between two commits, in Git's order. A moved file is listed at both places. */
  changedPaths(base: string, head: string): Promise<string[]>;
  listPaths(ref: string): Promise<TreeEntry[]>;
  /** Text of a file, or undefined when the commit does not have it. */
  readFile(ref: string, path: string): Promise<string | undefined>;
  /** Full commit id of a ref. */
  resolve(ref: string): Promise<string>;
  hasCommit(sha: string): Promise<boolean>;
  /** Fetches one commit from `origin`, without its history. */
  fetchCommit(sha: string): Promise<void>;
  /** Commit that both sides came from; in a shallow clone the history is fetched until it is there. */
  mergeBase(a: string, b: string): Promise<string>;
  isShallow(): Promise<boolean>;
}

/** True for the id that GitHub sends as `before` of a new branch. */
export function isZeroSha(sha: string): boolean {
  return /^0+$/.test(sha);
}

/**
 * Opens the work tree that holds `folder`.
 * @throws SwitchyardError `GIT_NOT_A_REPOSITORY`, `GIT_UNSAFE_DIRECTORY` or `GIT_MISSING`.
 */
export async function openRepository(folder: string): Promise<Repository> {
  const result = await gitIn(folder)('rev-parse', '--show-toplevel');
  if (result.exitCode !== 0) throw unsafeDirectory(result) ?? notARepository(folder);
  const root = result.stdout.replace(/\r?\n$/, '');
  const git = gitIn(root);
  return {
    root,
    changedPaths: (base, head) => changedPaths(git, base, head),
    listPaths: (ref) => listPaths(git, ref),
    readFile: (ref, path) => readFile(git, ref, path),
    resolve: (ref) => resolve(git, ref),
    hasCommit: (sha) => hasCommit(git, sha),
    fetchCommit: (sha) => fetchCommit(git, sha),
    mergeBase: (a, b) => ensureMergeBase(git, a, b),
    isShallow: () => isShallow(git),
  };
}

function notARepository(folder: string): SwitchyardError {
  return new SwitchyardError({
    code: 'GIT_NOT_A_REPOSITORY',
    seen: `${folder} is not inside a Git work tree`,
    expected: 'a checkout of the repository',
    next: 'run actions/checkout before this step',
  });
}

async function changedPaths(git: GitCommand, base: string, head: string): Promise<string[]> {
  await requireCommit(git, base);
  await requireCommit(git, head);
  // Without --no-renames the old place of a moved file is not listed, and its circuit would not be noticed.
  const text = await gitText(git, ['diff', '--name-only', '-z', '--no-renames', base, head, '--']);
  return splitZero(text);
}

async function listPaths(git: GitCommand, ref: string): Promise<TreeEntry[]> {
  await requireCommit(git, ref);
  const text = await gitText(git, ['ls-tree', '-r', '-z', '--full-tree', ref]);
  return splitZero(text).flatMap((line) => {
    // A path may hold tabs itself; only the first one ends the details.
    const tab = line.indexOf('\t');
    const [, type, blob = ''] = line.slice(0, tab).split(' ');
    return type === 'blob' ? [{ path: line.slice(tab + 1), blob }] : [];
  });
}

async function readFile(git: GitCommand, ref: string, path: string): Promise<string | undefined> {
  await requireCommit(git, ref);
  const args = ['ls-tree', '-z', '--full-tree', ref, '--', path];
  if (!/^\d+ blob /.test(await gitText(git, args))) return undefined;
  return gitText(git, ['cat-file', 'blob', `${ref}:${path}`]);
}

async function resolve(git: GitCommand, ref: string): Promise<string> {
  const result = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`);
  if (result.exitCode !== 0) throw unsafeDirectory(result) ?? missingCommit(ref);
  return result.stdout.trim();
}

async function hasCommit(git: GitCommand, sha: string): Promise<boolean> {
  if (isZeroSha(sha)) return false;
  return (await git('cat-file', '-e', `${sha}^{commit}`)).exitCode === 0;
}

async function fetchCommit(git: GitCommand, sha: string): Promise<void> {
  const args = ['fetch', '--no-tags', '--quiet', '--depth=1', '--end-of-options', 'origin', sha];
  const result = await git(...args);
  if (result.exitCode === 0) return;
  if (/not our ref|couldn't find remote ref|unadvertised object/.test(result.stderr)) {
    throw new SwitchyardError({
      code: 'GIT_COMMIT_GONE',
      seen: `origin does not have commit ${sha}`,
      expected: 'a commit that a branch or a tag still holds',
      next: 'after a force push, name another base, or select the circuits by name or ALL',
    });
  }
  throw commandFailed(args, result);
}

async function isShallow(git: GitCommand): Promise<boolean> {
  return (await gitText(git, ['rev-parse', '--is-shallow-repository'])).trim() === 'true';
}

async function requireCommit(git: GitCommand, ref: string): Promise<void> {
  if (isZeroSha(ref) || (await git('cat-file', '-e', `${ref}^{commit}`)).exitCode !== 0) throw missingCommit(ref);
}

function missingCommit(ref: string): SwitchyardError {
  return new SwitchyardError({
    code: 'GIT_COMMIT_MISSING',
    seen: `commit "${ref}" is not in this clone`,
    expected: 'a commit that was fetched',
    next: 'set "fetch-depth: 0" on actions/checkout, or fetch the commit first',
  });
}

function splitZero(text: string): string[] {
  return text.split('\0').filter((part) => part !== '');
}
