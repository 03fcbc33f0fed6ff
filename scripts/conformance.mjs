// The emulator as the official clients see it: each client runs its own tests against `switchyard emulator start`,
// then a table says what it exercised. `npm run conformance -- arm-machinelearning` runs one client.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { differentialClient } from './conformance/differential.mjs';
import { pythonClient } from './conformance/python.mjs';

const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'switchyard-conformance-'));

/**
 * A client: `missing()` says why it cannot run here, or nothing; `run(folder)` runs its tests, which write into
 * `folder` what they called, and returns `{ passed, failed, failedTests }`.
 */
const clients = {
  'arm-machinelearning': npmClient('@azure/arm-machinelearning', 'arm-machinelearning'),
  identity: npmClient('@azure/identity', 'azure-identity'),
  'storage-blob': npmClient('@azure/storage-blob', 'azure-storage-blob'),
  'azure-ai-ml': pythonClient([['workspace.py'], ['endpoints.py']]),
  mlflow: pythonClient([
    ['tracking.py', 'plain'],
    ['tracking.py', 'plugin'],
  ]),
  differential: differentialClient(),
};

/** A client for Node: its tests are `test/conformance/<file>.test.ts` of the jest project `conformance`. */
function npmClient(name, file) {
  const missing = () => {
    if (!existsSync(join(root, 'node_modules', name))) return `${name} is not installed; run "npm ci --include=dev"`;
    const [major] = process.versions.node.split('.').map(Number);
    return major < 24
      ? `this is Node ${process.versions.node}; start it as "npm run conformance", on Node 24`
      : undefined;
  };
  const run = (folder) => {
    const report = join(scratch, `${file}.jest.json`);
    const jest = [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=DEP0205',
      join(root, 'node_modules/jest/bin/jest.js'),
      '--selectProjects=conformance',
      `--testPathPatterns=/conformance/${file}\\.test\\.ts$`,
      '--json',
      `--outputFile=${report}`,
    ];
    const env = { ...process.env, CONFORMANCE_FOLDER: folder };
    // The JSON that jest also prints is not for people; its progress and failures are on standard error.
    spawnSync(process.execPath, jest, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
    if (!existsSync(report)) return { passed: 0, failed: 1, failedTests: [] };
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
    const failedTests = tests.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
    return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites, failedTests };
  };
  return { missing, run };
}

/** What the tests of one client called: a row for each group of operations. */
function exercisedRows(folder, failedTests) {
  return readdirSync(folder).flatMap((file) => {
    const { client, version, calls } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const groups = Map.groupBy(calls, ({ group }) => group);
    return [...groups].map(([group, made]) => ({
      client,
      version,
      group,
      operations: [...new Set(made.map(({ operation }) => operation))].sort().join(', '),
      calls: made.length,
      ok: !made.some(({ test }) => failedTests.includes(test)),
    }));
  });
}

function textTable(rows) {
  const names = Object.keys(rows[0]);
  const cells = [names, ...rows.map((row) => names.map((name) => String(row[name])))];
  const widths = names.map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  return cells
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function chosenClients(names) {
  const unknown = names.filter((name) => !Object.hasOwn(clients, name));
  if (unknown.length === 0) return names.length === 0 ? Object.keys(clients) : names;
  console.error(
    `CONFORMANCE_CLIENT_UNKNOWN: "${unknown.join('", "')}"; expected one of ${Object.keys(clients).join(', ')}; correct the name`,
  );
  process.exit(1);
}

const rows = [];
const totals = { passed: 0, failed: 0, skipped: 0 };
for (const name of chosenClients(process.argv.slice(2))) {
  console.log(`\n== ${name}`);
  const reason = clients[name].missing();
  if (reason !== undefined) {
    console.log(`skipped: ${reason}`);
    totals.skipped += 1;
    continue;
  }
  const folder = mkdtempSync(join(scratch, `${name}-`));
  const { passed, failed, failedTests } = await clients[name].run(folder);
  totals.passed += passed;
  totals.failed += failed;
  rows.push(...exercisedRows(folder, failedTests));
}
rmSync(scratch, { recursive: true, force: true });
if (rows.length > 0) console.log(`\n${textTable(rows)}`);
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} clients skipped`);
process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1);
