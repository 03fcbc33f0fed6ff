// Everything that `npm test` promises, stage by stage; the first lines of a failing stage are its own output.
// Ends with a table and one line "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'switchyard-test-'));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  join(root, 'node_modules/jest/bin/jest.js'),
];

/** No stage may hang: an open handle in a test would otherwise hold everything up until the machine's own limit. */
const STAGE_LIMIT_MS = 10 * 60_000;

function run(command, args, cwd = root) {
  const options = {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: STAGE_LIMIT_MS,
    killSignal: 'SIGKILL',
  };
  const { status, error } = spawnSync(command, args, options);
  if (error) console.error(`${command} ${args.join(' ')}: ${error.message}`);
  return status === 0;
}

/** One command that passes or fails as a whole. */
function command(name, program, args, cwd) {
  return { name, run: () => (run(program, args, cwd) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }) };
}

/** A Jest project; its tests are counted one by one. */
function tests(project) {
  const runTests = () => {
    const file = join(scratch, `${project}.json`);
    run(process.execPath, [...jest, '--selectProjects', project, '--json', '--outputFile', file]);
    const result = JSON.parse(readFileSync(file, 'utf8'));
    return { passed: result.numPassedTests, failed: result.numFailedTests + result.numRuntimeErrorTestSuites };
  };
  return { name: `${project} tests`, run: runTests };
}

const stages = [
  command('types', bin('tsc'), ['-p', 'tsconfig.tests.json']),
  command('lint and format', bin('biome'), ['ci', '--error-on-warnings', '--colors=off', '.']),
  command('generated files', process.execPath, ['scripts/generate.mjs', '--check']),
  command('bundles are what the sources give', process.execPath, ['scripts/bundle.mjs', '--check']),
  command(
    'sample repository (Python)',
    'python3',
    ['-m', 'unittest', '--quiet'],
    join(root, 'examples/sensor-forecasting'),
  ),
  tests('unit'),
  tests('repo'),
  tests('scenario'),
];

const rows = [];
for (const stage of stages) {
  console.log(`\n== ${stage.name}`);
  const started = performance.now();
  let result;
  try {
    result = stage.run();
  } catch (error) {
    console.error(`${stage.name}: ${error.message}`);
    result = { passed: 0, failed: 1 };
  }
  rows.push({ stage: stage.name, ...result, seconds: Number(((performance.now() - started) / 1000).toFixed(1)) });
}
rmSync(scratch, { recursive: true, force: true });
console.log('');
console.table(rows);
const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exit(sum('failed') === 0 && sum('passed') > 0 ? 0 : 1);
