import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { SwitchyardError } from '@switchyard/domain';
import type { StandIn } from '../stand-in.ts';

const execute = promisify(execFile);

/** Puts this machine's Node on the path when its major version is the one asked for; nothing is downloaded. */
export const setupNode: StandIn = {
  name: 'actions/setup-node',
  inputs: {
    'node-version': '',
    'check-latest': 'false',
    cache: '',
    'cache-dependency-path': '',
    'package-manager-cache': 'true',
    token: '',
  },
  run: async ({ job, step, input }) => {
    const binary = job.run.nodeBinary;
    const { stdout } = await execute(binary, ['--version']);
    const version = stdout.trim().replace(/^v/, '');
    const asked = input('node-version');
    const major = /^v?(\d+)/.exec(asked)?.[1];
    if (major !== undefined && major !== version.split('.')[0]) {
      throw new SwitchyardError({
        code: 'RUN_NODE_MISSING',
        seen: `node-version '${asked}' is asked for, this run has ${version} (${binary})`,
        next: 'start the run with a Node of that version',
      });
    }
    job.path.unshift(dirname(binary));
    step.outputs['node-version'] = `v${version}`;
    step.log(`node ${version}`);
  },
};
