import { SwitchyardError } from '@switchyard/domain';
import { commandFailed, type GitCommand } from './git-command.ts';

/** Commits of history fetched at each try; the last try asks for everything. */
const deepenSteps = ['--deepen=50', '--deepen=500', '--unshallow'] as const;

/**
 * Finds the merge base. In a shallow clone `git merge-base` ends with 1 and says nothing, so the
 * history is deepened step by step.
 * @throws SwitchyardError `GIT_NO_MERGE_BASE`.
 */
export async function ensureMergeBase(git: GitCommand, a: string, b: string): Promise<string> {
  for (const step of [null, ...deepenSteps]) {
    if (step !== null && !(await deepen(git, step))) break;
    const args = ['merge-base', '--end-of-options', a, b];
    const result = await git(...args);
    if (result.exitCode === 0) return result.stdout.trim();
    if (result.exitCode !== 1) throw commandFailed(args, result);
  }
  throw new SwitchyardError({
    code: 'GIT_NO_MERGE_BASE',
    seen: `${a} and ${b} have no common commit in this clone`,
    expected: 'two commits of one history',
    next: 'set "fetch-depth: 0" on actions/checkout',
  });
}

/** False when there is nothing more to fetch or no way to fetch it. */
async function deepen(git: GitCommand, step: string): Promise<boolean> {
  const shallow = await git('rev-parse', '--is-shallow-repository');
  if (shallow.stdout.trim() !== 'true') return false;
  return (await git('fetch', '--no-tags', '--quiet', step, 'origin')).exitCode === 0;
}
