import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { runBundle } from '../support/bundle.ts';
import { listFolders, suiteRoot } from '../support/suite.ts';

/** Bundles alone, as a workflow of another repository gets them: no node_modules in any folder above. */
const dist = join(mkdtempSync(join(tmpdir(), 'switchyard-alone-')), 'dist');

/** The Node of a self-hosted runner that is behind: major 20, when this machine has one. */
const node20 = [process.env.SWITCHYARD_NODE20, '/usr/bin/node', '/usr/local/bin/node'].find(
  (path) => path !== undefined && majorOf(path) === '20',
);

function majorOf(node: string): string | undefined {
  try {
    return /^v(\d+)/.exec(execFileSync(node, ['--version'], { encoding: 'utf8' }))?.[1];
  } catch {
    return undefined;
  }
}

/** What each action asks for first. */
const required: Record<string, readonly string[]> = {
  'blue-green-deploy': ['circuit', 'environment'],
  'compare-gate': ['circuit', 'training-report'],
  'detect-changed-circuits': [],
  'promote-to-registry': ['circuit', 'training-report', 'verdict'],
  rollback: ['environment', 'reason'],
  train: ['circuit'],
};

beforeAll(() => {
  cpSync(join(suiteRoot, 'dist'), dist, { recursive: true });
});

describe.each(listFolders('actions', 'action.yml'))('the bundle of %s', (action) => {
  it.each([['the Node that runs the tests', process.execPath], ...(node20 === undefined ? [] : [['Node 20', node20]])])(
    'starts alone with %s and names the missing inputs',
    async (_which, node) => {
      const run = await runBundle(action, { dist, node: node ?? '' });
      expect(run).toMatchObject({ code: 1, outputs: { status: 'error' } });
      expect(run.stderr).toBe('');
      const names = required[action] ?? ['an entry in this test'];
      for (const name of names) expect(run.stdout).toContain(`::error::INPUT_MISSING: input "${name}" is empty`);
      expect(run.stdout.match(/INPUT_MISSING/g) ?? []).toHaveLength(names.length);
    },
  );
});
