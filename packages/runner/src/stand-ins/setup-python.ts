import { execFile } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SwitchyardError } from '@switchyard/domain';
import { stepEnvironment } from '../environment.ts';
import { errorCode } from '../error-code.ts';
import type { StandIn } from '../stand-in.ts';

const execute = promisify(execFile);

/** Offers this machine's python3 as `python`; nothing is downloaded. Another minor version gives a warning. */
export const setupPython: StandIn = {
  name: 'actions/setup-python',
  inputs: {
    'python-version': '',
    architecture: '',
    'check-latest': 'false',
    cache: '',
    'cache-dependency-path': '',
    'update-environment': 'true',
    token: '',
  },
  run: async ({ job, step, input }) => {
    const { path, version } = await findPython(stepEnvironment(job.run.options.env ?? {}));
    const asked = input('python-version');
    if (asked !== '' && !sameVersion(asked, version)) {
      const message = `python-version '${asked}' is asked for; this machine has ${version}, which is used`;
      step.annotate({ level: 'warning', message });
    }
    const folder = join(job.folders.temp, 'python');
    await mkdir(folder, { recursive: true });
    await symlink(path, join(folder, 'python')).catch((error: unknown) => {
      // A second setup-python in the same job finds the first one's link.
      if (errorCode(error) !== 'EEXIST') throw error;
    });
    job.path.unshift(folder);
    step.outputs['python-version'] = version;
    step.outputs['python-path'] = path;
    step.log(`python ${version}`);
  },
};

async function findPython(env: Record<string, string>): Promise<{ path: string; version: string }> {
  try {
    const script = 'import platform, sys; print(sys.executable); print(platform.python_version())';
    const { stdout } = await execute('python3', ['-c', script], { env });
    const [path = '', version = ''] = stdout.trim().split('\n');
    return { path, version };
  } catch (cause) {
    throw new SwitchyardError({
      code: 'RUN_PYTHON_MISSING',
      seen: 'python3 could not be started',
      next: 'install Python 3, or put it on PATH',
      cause,
    });
  }
}

function sameVersion(asked: string, version: string): boolean {
  const [major, minor] = asked.split('.');
  const [ownMajor, ownMinor] = version.split('.');
  return major === ownMajor && (minor === undefined || minor === 'x' || minor === ownMinor);
}
