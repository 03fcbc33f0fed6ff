import { getExecOutput } from '@actions/exec';
import { errorText, SwitchyardError } from '@switchyard/domain';

export interface GitResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `git` in one folder, silently, with arguments as they are: no shell. */
export type GitCommand = (...args: string[]) => Promise<GitResult>;

/**
 * @throws SwitchyardError `GIT_MISSING` when there is no `git` to run. An exit code other than 0 is a result, not an error.
 */
export function gitIn(folder: string): GitCommand {
  return async (...args) => {
    try {
      return await getExecOutput('git', args, {
        cwd: folder,
        silent: true,
        ignoreReturnCode: true,
      });
    } catch (cause) {
      throw new SwitchyardError({
        code: 'GIT_MISSING',
        kind: 'failure',
        seen: `git could not be run in ${folder}: ${errorText(cause)}`,
        expected: 'git on the path and a folder that exists',
        next: 'run on an image with git, after actions/checkout',
        cause,
      });
    }
  };
}

/** Output of a command that must succeed. */
export async function gitText(git: GitCommand, args: readonly string[]): Promise<string> {
  const result = await git(...args);
  if (result.exitCode === 0) return result.stdout;
  throw commandFailed(args, result);
}

export function commandFailed(args: readonly string[], result: GitResult): SwitchyardError {
  return (
    unsafeDirectory(result) ??
    new SwitchyardError({
      code: 'GIT_COMMAND_FAILED',
      kind: 'failure',
      seen: `git ${args.join(' ')} ended with ${result.exitCode}: ${result.stderr.trim()}`,
      next: 'run the same command in the checkout to see more',
    })
  );
}

/** Git refuses a work tree of another owner, as in a container job; that needs its own advice. */
export function unsafeDirectory({ stderr }: GitResult): SwitchyardError | undefined {
  if (!/dubious ownership|safe\.directory/.test(stderr)) return undefined;
  const [, folder = '<folder>'] = /repository at '([^']+)'/.exec(stderr) ?? [];
  return new SwitchyardError({
    code: 'GIT_UNSAFE_DIRECTORY',
    seen: `git refuses ${folder} because another user owns it`,
    expected: 'a checkout owned by the user of this step',
    next: `run "git config --global --add safe.directory ${folder}" before this step`,
  });
}
