import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { unsafeDirectory } from './git-command.ts';
import { isZeroSha, openRepository } from './repository.ts';

let base = '';
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-git-')));
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

/** Settings that keep the developer's own Git configuration out of the tests. */
const settings = [
  'user.name=A',
  'user.email=a@example.com',
  'commit.gpgsign=false',
  'tag.gpgsign=false',
  'core.autocrlf=false',
];

function git(folder: string, ...args: string[]): string {
  const all = [...settings.flatMap((setting) => ['-c', setting]), ...args];
  return execFileSync('git', all, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** A repository with one branch that hands out every commit it has. */
function init(name = 'origin'): string {
  const folder = join(base, name);
  mkdirSync(folder);
  git(folder, 'init', '--quiet', '--initial-branch=main');
  git(folder, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  return folder;
}

/** Writes and removes files (null removes), commits, and gives the commit's id. */
function commit(folder: string, files: Record<string, string | null>): string {
  for (const [path, text] of Object.entries(files)) {
    if (text === null) git(folder, 'rm', '--quiet', path);
    else {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  }
  git(folder, 'add', '--all');
  git(folder, 'commit', '--quiet', '--allow-empty', '--message=change');
  return git(folder, 'rev-parse', 'HEAD');
}

function clone(origin: string, ...options: string[]): string {
  const folder = join(base, 'clone');
  git(base, 'clone', '--quiet', ...options, `file://${origin}`, folder);
  return folder;
}

describe('openRepository', () => {
  it('finds the root from a folder inside', async () => {
    const folder = init();
    commit(folder, { 'a/b.txt': '1' });
    expect((await openRepository(join(folder, 'a'))).root).toBe(folder);
  });

  it('refuses a folder without a repository', async () => {
    await expect(openRepository(base)).rejects.toThrow(/GIT_NOT_A_REPOSITORY.*actions\/checkout/);
  });

  it('refuses a folder that does not exist', async () => {
    await expect(openRepository(join(base, 'nothing'))).rejects.toThrow('GIT_MISSING');
  });

  it('says how to trust a checkout of another user', () => {
    const stderr = "fatal: detected dubious ownership in repository at '/w/repo'\nTo add an exception ...";
    expect(unsafeDirectory({ exitCode: 128, stdout: '', stderr })?.message).toContain(
      'git config --global --add safe.directory /w/repo',
    );
  });
});

describe('changedPaths', () => {
  it('lists added, changed and deleted files', async () => {
    const folder = init();
    const first = commit(folder, { 'kept.txt': '1', 'changed.txt': '1', 'deleted.txt': '1' });
    const second = commit(folder, { 'added.txt': '1', 'changed.txt': '2', 'deleted.txt': null });
    const repository = await openRepository(folder);
    expect(await repository.changedPaths(first, second)).toEqual(['added.txt', 'changed.txt', 'deleted.txt']);
    expect(await repository.changedPaths(first, first)).toEqual([]);
  });

  it('lists a file that moved out of a folder at both places', async () => {
    const folder = init();
    const first = commit(folder, { 'circuits/a/data.csv': 'same content\n' });
    git(folder, 'config', 'diff.renames', 'true');
    const second = commit(folder, { 'circuits/a/data.csv': null, 'circuits/b/data.csv': 'same content\n' });
    const repository = await openRepository(folder);
    expect(await repository.changedPaths(first, second)).toEqual(['circuits/a/data.csv', 'circuits/b/data.csv']);
  });

  it('keeps names with umlauts, quotes, spaces and line breaks as they are', async () => {
    const folder = init();
    const first = commit(folder, {});
    const names = ['Größe 1.csv', 'a "quoted" name', 'line\nbreak', 'tab\there'];
    const second = commit(folder, Object.fromEntries(names.map((name) => [name, '1'])));
    const repository = await openRepository(folder);
    expect(new Set(await repository.changedPaths(first, second))).toEqual(new Set(names));
    expect(new Set((await repository.listPaths(second)).map((entry) => entry.path))).toEqual(new Set(names));
  });

  it.each([
    '0000000000000000000000000000000000000000',
    'ffffffffffffffffffffffffffffffffffffffff',
    'no-such-branch',
    '--output=x',
  ])('refuses the unknown base %s and says what to do', async (before) => {
    const folder = init();
    const head = commit(folder, { a: '1' });
    const repository = await openRepository(folder);
    await expect(repository.changedPaths(before, head)).rejects.toThrow(/GIT_COMMIT_MISSING.*fetch-depth: 0/);
  });
});

describe('a commit', () => {
  it('lists its files with the ids of their content', async () => {
    const folder = init();
    const head = commit(folder, { 'a.txt': 'x\n', 'b/c.txt': 'x\n', 'd.txt': 'y\n' });
    const entries = await (await openRepository(join(folder, 'b'))).listPaths(head);
    expect(entries.map((entry) => entry.path)).toEqual(['a.txt', 'b/c.txt', 'd.txt']);
    expect(entries[0]?.blob).toBe(git(folder, 'rev-parse', 'HEAD:a.txt'));
    expect(entries[0]?.blob).toBe(entries[1]?.blob);
    expect(entries[0]?.blob).not.toBe(entries[2]?.blob);
  });

  it('is empty when it has no files', async () => {
    const folder = init();
    expect(await (await openRepository(folder)).listPaths(commit(folder, {}))).toEqual([]);
  });

  it('gives a file as it was, whatever the work tree holds', async () => {
    const folder = init();
    const first = commit(folder, { 'a.txt': 'old\n\n' });
    commit(folder, { 'a.txt': 'new\n' });
    const repository = await openRepository(folder);
    expect(await repository.readFile(first, 'a.txt')).toBe('old\n\n');
    expect(await repository.readFile('HEAD', 'a.txt')).toBe('new\n');
  });

  it('gives undefined for a file it does not have, and for a folder', async () => {
    const folder = init();
    const head = commit(folder, { 'a/b.txt': '1', 'empty.txt': '' });
    const repository = await openRepository(folder);
    expect(await repository.readFile(head, 'c.txt')).toBeUndefined();
    expect(await repository.readFile(head, 'a')).toBeUndefined();
    expect(await repository.readFile(head, 'empty.txt')).toBe('');
  });

  it('is found by branch, by tag and by short id', async () => {
    const folder = init();
    const head = commit(folder, { a: '1' });
    git(folder, 'tag', '--annotate', '--message=x', 'v1');
    const repository = await openRepository(folder);
    for (const ref of ['main', 'v1', head.slice(0, 8), 'HEAD']) expect(await repository.resolve(ref)).toBe(head);
    await expect(repository.resolve('v2')).rejects.toThrow('GIT_COMMIT_MISSING');
    await expect(repository.resolve('HEAD~1')).rejects.toThrow('GIT_COMMIT_MISSING');
  });
});

describe('a shallow clone', () => {
  it('compares with a commit that it fetches first', async () => {
    const origin = init();
    const before = commit(origin, { a: '1' });
    commit(origin, { b: '1' });
    const head = commit(origin, { c: '1' });
    const repository = await openRepository(clone(origin, '--depth=1'));
    expect(await repository.isShallow()).toBe(true);
    expect(await repository.hasCommit(before)).toBe(false);
    await repository.fetchCommit(before);
    expect(await repository.hasCommit(before)).toBe(true);
    expect(await repository.changedPaths(before, head)).toEqual(['b', 'c']);
  });

  it('finds the merge base by fetching more history', async () => {
    const origin = init();
    const fork = commit(origin, { a: '1' });
    git(origin, 'checkout', '--quiet', '-b', 'topic');
    const topic = commit(origin, { b: '1' });
    git(origin, 'checkout', '--quiet', 'main');
    for (let index = 0; index < 3; index += 1) commit(origin, { [`m${index}`]: '1' });
    const repository = await openRepository(clone(origin, '--depth=1', '--no-single-branch'));
    expect(await repository.mergeBase('HEAD', topic)).toBe(fork);
  });

  it('says that a force push took the commit away', async () => {
    const origin = init();
    commit(origin, { a: '1' });
    const repository = await openRepository(clone(origin, '--depth=1'));
    await expect(repository.fetchCommit('1234567812345678123456781234567812345678')).rejects.toThrow(
      /GIT_COMMIT_GONE.*after a force push/,
    );
  });
});

describe('a full clone', () => {
  it('fetches a commit that a force push left behind', async () => {
    const origin = init();
    commit(origin, { a: '1' });
    const before = commit(origin, { b: '1' });
    git(origin, 'reset', '--quiet', '--hard', 'HEAD~1');
    const head = commit(origin, { c: '1' });
    const repository = await openRepository(clone(origin));
    expect(await repository.hasCommit(before)).toBe(false);
    await repository.fetchCommit(before);
    expect(await repository.changedPaths(before, head)).toEqual(['b', 'c']);
  });

  it('has no merge base for two histories', async () => {
    const folder = init();
    const main = commit(folder, { a: '1' });
    git(folder, 'checkout', '--quiet', '--orphan', 'other');
    const other = commit(folder, { b: '1' });
    const repository = await openRepository(folder);
    expect(await repository.isShallow()).toBe(false);
    await expect(repository.mergeBase(main, other)).rejects.toThrow('GIT_NO_MERGE_BASE');
    await expect(repository.mergeBase(main, 'nothing')).rejects.toThrow('GIT_COMMAND_FAILED');
  });

  it('cannot fetch without an origin', async () => {
    const folder = init();
    commit(folder, { a: '1' });
    await expect((await openRepository(folder)).fetchCommit('1'.repeat(40))).rejects.toThrow('GIT_COMMAND_FAILED');
  });
});

describe('isZeroSha', () => {
  it.each([
    ['0'.repeat(40), true],
    ['0'.repeat(64), true],
    [`${'0'.repeat(39)}1`, false],
    ['', false],
  ])('of %j is %s', (sha, zero) => {
    expect(isZeroSha(sha)).toBe(zero);
  });
});
