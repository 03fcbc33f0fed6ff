import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A temporary git repository with the test actions in it; removed at the end of the block. */
export interface TestRepository extends Disposable {
  readonly folder: string;
  readonly workFolder: string;
  /** For jobs that must know of each other. */
  readonly sharedFolder: string;
  write(path: string, content: string): void;
  commit(message: string): string;
  git(...args: string[]): string;
}

/** A repository with the test actions and workflows, and `files` by path; everything is committed to `main`. */
export function testRepository(files: Readonly<Record<string, string>> = {}): TestRepository {
  const root = mkdtempSync(join(tmpdir(), 'switchyard-run-'));
  const folder = join(root, 'repository');
  const sharedFolder = join(root, 'shared');
  mkdirSync(folder);
  mkdirSync(sharedFolder);
  const git = (...args: string[]) => {
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid', '-c', 'commit.gpgsign=false'];
    return execFileSync('git', ['-C', folder, ...identity, ...args], { encoding: 'utf8' }).trim();
  };
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const commit = (message: string) => {
    git('add', '--all');
    git('commit', '--quiet', '--allow-empty', '--message', message);
    return git('rev-parse', 'HEAD');
  };
  git('init', '--quiet', '--initial-branch=main');
  cpSync(join(import.meta.dirname, 'actions'), join(folder, 'actions'), { recursive: true });
  cpSync(join(import.meta.dirname, 'workflows'), join(folder, '.github/workflows'), { recursive: true });
  for (const [path, content] of Object.entries(files)) write(path, content);
  commit('first');
  return {
    folder,
    sharedFolder,
    workFolder: join(root, 'work'),
    write,
    commit,
    git,
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
