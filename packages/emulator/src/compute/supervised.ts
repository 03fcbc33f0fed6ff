import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the Python programs that the package ships. */
export const pythonFolder = join(import.meta.dirname, '..', '..', 'python');

/** The path of one of the shipped Python programs. Errors: throws when the file is not there. */
export function pythonProgram(name: string): string {
  const path = join(pythonFolder, name);
  if (!existsSync(path)) {
    throw new Error(`The emulator's file ${path} is missing. Reinstall the package.`);
  }
  return path;
}

/**
 * Start a command under the supervisor: it runs in a process group of its own and the whole group ends when
 * the supervisor's standard input closes, which happens at the latest when this process dies.
 */
export function spawnSupervised(
  python: string,
  command: string[],
  options: Pick<SpawnOptions, 'cwd' | 'env'>,
): ChildProcess {
  return spawn(python, ['-S', '-E', pythonProgram('supervise.py'), ...command], {
    ...options,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
}

/** End a supervised command and wait until it is gone. */
export function endSupervised(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.once('close', () => resolve());
    child.stdin?.end();
  });
}
