import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SwitchyardError } from '@switchyard/domain';
import { suiteFolder } from '../suite-folder.ts';

/** The user's repository of the demo. */
export interface SampleRepository {
  readonly folder: string;
  git(...args: string[]): string;
  /** Replaces the one occurrence of a line's text; commits. Returns the commit before, as a push event names it. */
  editAndCommit(edit: Edit): string;
}

export interface Edit {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly subject: string;
}

/** Makes a Git repository of the sample with the caller workflows of the gitflow strategy, on the branch develop. */
export function createSampleRepository(folder: string): SampleRepository {
  const sample = join(suiteFolder(), 'examples', 'sensor-forecasting');
  cpSync(sample, folder, { recursive: true, filter: (path) => !path.includes('__pycache__') });
  const workflows = join(suiteFolder(), 'workflows-examples', 'gitflow');
  mkdirSync(join(folder, '.github', 'workflows'), { recursive: true });
  for (const name of readdirSync(workflows)) cpSync(join(workflows, name), join(folder, '.github', 'workflows', name));
  const git = (...args: string[]) => runGit(folder, args);
  git('init', '--quiet', '-b', 'develop');
  git('add', '-A');
  git('commit', '--quiet', '-m', 'feat: five circuits in three plants');
  return { folder, git, editAndCommit: (edit) => editAndCommit(folder, git, edit) };
}

function editAndCommit(folder: string, git: SampleRepository['git'], { file, before, after, subject }: Edit): string {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  if (text.split(before).length !== 2) {
    throw new SwitchyardError({
      code: 'DEMO_EDIT_FAILED',
      kind: 'failure',
      seen: `${file} holds "${before}" ${text.split(before).length - 1} times`,
      expected: 'exactly once',
      next: 'adapt the edit in packages/cli/src/demo/story.ts to the sample',
    });
  }
  const parent = git('rev-parse', 'HEAD');
  writeFileSync(
    path,
    text.replace(before, () => after),
  );
  git('commit', '--quiet', '-am', subject);
  return parent;
}

/** Runs git with an identity of its own, so that the demo needs no configuration of the user. */
function runGit(folder: string, args: readonly string[]): string {
  const identity = ['-c', 'user.name=Demo', '-c', 'user.email=demo@example.invalid', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...identity, ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}
