import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SwitchyardError } from '@switchyard/domain';
import { stepEnvironment } from './environment.ts';

const execute = promisify(execFile);

/** Runs git in a folder and returns its output without the last newline. */
export async function git(folder: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  try {
    const { stdout } = await execute('git', ['-C', folder, ...args], {
      env: stepEnvironment({ GIT_TERMINAL_PROMPT: '0', ...env }),
      maxBuffer: 256 * 1024 * 1024,
    });
    return stdout.replace(/\n$/, '');
  } catch (cause) {
    throw new SwitchyardError({
      code: 'RUN_GIT_FAILED',
      seen: `git ${args.join(' ')} in ${folder} failed: ${failureText(cause)}`,
      cause,
    });
  }
}

/** As `git`, but undefined where git says no. */
export async function tryGit(folder: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return await git(folder, args);
  } catch {
    return undefined;
  }
}

function failureText(cause: unknown): string {
  if (
    typeof cause === 'object' &&
    cause !== null &&
    'stderr' in cause &&
    typeof cause.stderr === 'string' &&
    cause.stderr.trim() !== ''
  ) {
    return cause.stderr.trim();
  }
  return cause instanceof Error ? cause.message : String(cause);
}
