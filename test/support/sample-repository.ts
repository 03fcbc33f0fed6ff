import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suiteRoot } from './suite.ts';

/** A Git repository made from the sample, with the operations that tests need. */
export interface SampleRepository {
  readonly folder: string;
  git(...args: string[]): string;
  read(path: string): string;
  /** Replaces the one occurrence of `before`; throws when it is not there. */
  edit(path: string, before: string, after: string): void;
  write(path: string, text: string): void;
  /** Commits everything; returns the commit id. */
  commit(subject: string): string;
}

/** Copies examples/sensor-forecasting into a new repository with one commit on the branch `develop`. */
export function createSampleRepository(): SampleRepository {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-sample-'));
  cpSync(join(suiteRoot, 'examples/sensor-forecasting'), folder, {
    recursive: true,
    filter: (path) => !path.includes('__pycache__'),
  });
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['-c', 'user.name=Sample', '-c', 'user.email=sample@example.invalid', '-c', 'commit.gpgsign=false', ...args],
      {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    ).trim();
  const read = (path: string) => readFileSync(join(folder, path), 'utf8');
  const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
  const commit = (subject: string) => {
    git('add', '-A');
    git('commit', '--quiet', '--allow-empty', '-m', subject);
    return git('rev-parse', 'HEAD');
  };
  const edit = (path: string, before: string, after: string) => {
    const text = read(path);
    if (!text.includes(before)) throw new Error(`${path} does not hold "${before}"`);
    write(
      path,
      text.replace(before, () => after),
    );
  };
  git('init', '--quiet', '-b', 'develop');
  commit('chore: first commit');
  return { folder, git, read, write, edit, commit };
}
