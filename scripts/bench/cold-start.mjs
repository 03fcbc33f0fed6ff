// How long a bundle takes from process start to its end, against a Node that does nothing. Without inputs a bundle
// loads, reads its inputs and refuses: that is the price of every step. One case does real work besides.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measure } from './interleaved.mjs';
import { findNode } from './node-versions.mjs';

const root = join(import.meta.dirname, '../..');
const dist = join(root, 'dist');
const bare = 'node -e 0';
const realWork = 'detect-changed-circuits, one changed circuit';

/** One row for each case: bundle, milliseconds and ratio under each Node, kB of JavaScript. */
export function coldStart({ rounds = 15, warmUps = 2 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-bench-'));
  try {
    const cases = caseList(folder);
    const nodes = [{ path: process.execPath, version: process.versions.node }, findNode(20)].filter(
      (node, index) => node !== undefined && (index === 0 || !process.versions.node.startsWith('20.')),
    );
    // All Nodes in the same rounds: their columns can be compared too.
    const name = (version, each) => `${version} ${each.name}`;
    const runs = nodes.flatMap(({ path, version }) =>
      cases.map((each) => ({ ...each, name: name(version, each), command: path })),
    );
    const medians = measure(runs, { rounds, warmUps });
    return cases.map((each) => {
      const columns = nodes.flatMap(({ version }) => {
        const milliseconds = medians.get(name(version, each));
        const [major] = version.split('.');
        return [
          [`ms Node ${major}`, Math.round(milliseconds * 10) / 10],
          [`ratio Node ${major}`, Math.round((milliseconds / medians.get(name(version, { name: bare }))) * 100) / 100],
        ];
      });
      return { bundle: each.name, ...Object.fromEntries(columns), kB: each.kB };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function caseList(folder) {
  const actions = readdirSync(dist).filter((name) => existsSync(join(dist, name, 'index.js')));
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  const refused = ({ status, stdout }) =>
    status === 1 && /::error::[A-Z]+(_[A-Z]+)+: /.test(stdout) ? undefined : 'expected exit code 1 and a coded error';
  const bundles = actions.map((name) => ({
    name,
    args: [join(dist, name, 'index.js')],
    env: stepEnvironment(folder, empty, {}),
    cwd: empty,
    kB: kilobytes(name),
    expect: refused,
  }));
  const nothing = { name: bare, args: ['-e', '0'], env: stepEnvironment(folder, empty, {}), cwd: empty, kB: 0 };
  return [nothing, ...bundles, ...(actions.includes('detect-changed-circuits') ? [detectCase(folder)] : [])];
}

function stepEnvironment(folder, workspace, inputs) {
  const files = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary.md') };
  for (const file of Object.values(files)) writeFileSync(file, '');
  const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  return {
    PATH: process.env.PATH,
    HOME: folder,
    RUNNER_TEMP: folder,
    GITHUB_WORKSPACE: workspace,
    ...files,
    ...Object.fromEntries(given),
  };
}

/** The sample repository with two commits, the second of which changes one circuit. */
function detectCase(folder) {
  const repository = join(folder, 'repository');
  cpSync(join(root, 'examples/sensor-forecasting'), repository, { recursive: true });
  const git = (...args) => {
    const identity = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.invalid', '-c', 'commit.gpgsign=false'];
    return execFileSync('git', [...identity, ...args], { cwd: repository, encoding: 'utf8' }).trim();
  };
  git('init', '--quiet', '-b', 'develop');
  git('add', '-A');
  git('commit', '--quiet', '-m', 'chore: first commit');
  const base = git('rev-parse', 'HEAD');
  writeFileSync(join(repository, 'data/PLANT001_CIRCUIT01.csv'), 'timestamp,value\n2016-01-01,1.0\n');
  git('commit', '--quiet', '-a', '-m', 'data: another series');
  return {
    name: realWork,
    args: [join(dist, 'detect-changed-circuits/index.js')],
    env: stepEnvironment(folder, repository, { base, head: git('rev-parse', 'HEAD') }),
    cwd: repository,
    kB: kilobytes('detect-changed-circuits'),
    expect: ({ status }) => (status === 0 ? undefined : 'expected exit code 0'),
  };
}

/** Size of a bundle's JavaScript in kB (1000 bytes), parts that are loaded on demand included. */
function kilobytes(name) {
  const files = readdirSync(join(dist, name)).filter((file) => file.endsWith('.js'));
  return Math.round(files.reduce((sum, file) => sum + statSync(join(dist, name, file)).size, 0) / 1000);
}
