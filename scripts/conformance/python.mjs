// The official Python clients against `switchyard emulator start`: an environment of their own, installed by pip, then
// the scripts of test/conformance/python with the variables that the emulator prints.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const scripts = join(root, 'test/conformance/python');
const requirements = ['requirements.txt', 'constraints.txt'].map((file) => join(scripts, file));
const environment = join(root, 'node_modules/.cache/switchyard-conformance/python');
const programs = join(environment, process.platform === 'win32' ? 'Scripts' : 'bin');
/** The Python that has the official clients, once `installPython` has run. */
export const pythonProgram = join(programs, 'python');
const startMilliseconds = 60_000;
let installed;

/** Installs the clients once; says in one line why it cannot, or nothing. */
export function installPython() {
  const wanted = requirements
    .reduce((hash, file) => hash.update(readFileSync(file)), createHash('sha256'))
    .digest('hex');
  const stamp = join(environment, '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return undefined;
  console.log(
    'Installing azure-ai-ml and mlflow from the Python package index; this takes a minute the first time ...',
  );
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(environment, { recursive: true });
  const made = spawnSync('python3', ['-m', 'venv', environment], { encoding: 'utf8' });
  if (made.status !== 0) return `python3 -m venv failed: ${lastLine(made.error?.message ?? made.stderr)}`;
  const [list, constraints] = requirements;
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
  const pip = ['-m', 'pip', 'install', ...quiet, '--requirement', list, '--constraint', constraints];
  const { status, stderr } = spawnSync(join(programs, 'python'), pip, { encoding: 'utf8' });
  if (status !== 0) {
    // An index that cannot be reached is the one reason to skip; anything else is a failure of the check.
    const unreachable = /NewConnectionError|ConnectTimeoutError|Could not fetch URL|name resolution|ProxyError/i.test(
      stderr,
    );
    if (!unreachable) throw new Error(`CONFORMANCE_INSTALL_FAILED: ${lastLine(stderr)}`);
    return `pip cannot reach a Python package index: ${lastLine(stderr)}`;
  }
  writeFileSync(stamp, wanted);
  return undefined;
}

function lastLine(text = '') {
  return text.trim().split('\n').pop();
}

/** Starts the emulator with the environment's Python for its jobs; gives the printed variables. */
function startEmulator() {
  const emulator = spawn(
    process.execPath,
    [join(root, 'packages/cli/bin/switchyard.mjs'), 'emulator', 'start', '--print-env'],
    { env: childEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  return new Promise((resolve, reject) => {
    let [printed, problems] = ['', ''];
    const timer = setTimeout(() => fail('it printed no variables in a minute'), startMilliseconds);
    const fail = (reason) => {
      clearTimeout(timer);
      emulator.kill();
      reject(new Error(`CONFORMANCE_EMULATOR_FAILED: ${reason}; ${lastLine(problems)}`));
    };
    emulator.stderr.on('data', (chunk) => {
      problems = `${problems}${chunk}`.slice(-2000);
    });
    emulator.once('exit', (code) => fail(`it ended with exit code ${code}`));
    emulator.stdout.on('data', (chunk) => {
      printed += chunk;
      const lines = [...printed.matchAll(/^export (\w+)='(.*)'$/gm)];
      // The variable that is printed last.
      if (!lines.some(([, name]) => name === 'CURL_CA_BUNDLE')) return;
      clearTimeout(timer);
      resolve({ emulator, variables: Object.fromEntries(lines.map(([, name, value]) => [name, value])) });
    });
  });
}

/** This process's variables without any that lead to another cloud, and with the clients' Python first. */
function childEnvironment() {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AZURE|ARM_|MLFLOW|NODE_EXTRA|PYTHON)/.test(name));
  return { ...Object.fromEntries(kept), PATH: `${programs}${delimiter}${process.env.PATH}`, VIRTUAL_ENV: environment };
}

function stop(emulator) {
  return new Promise((resolve) => {
    emulator.removeAllListeners('exit');
    emulator.once('exit', resolve);
    emulator.kill('SIGTERM');
  });
}

/** Runs one script; its own lines (the titles of its checks) are printed, the chatter of the clients only when it fails. */
function runScript([file, ...args], env) {
  const python = spawn(join(programs, 'python'), ['-W', 'ignore', join(scripts, file), ...args], { env });
  return new Promise((resolve) => {
    let output = '';
    for (const stream of [python.stdout, python.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    python.once('close', (code) => {
      const lines = output.split('\n').map((line) => line.replace(/^\.+(?= )/, ''));
      console.log((code === 0 ? lines.filter((line) => /^ {2}ok /.test(line)) : lines).join('\n'));
      resolve(code);
    });
  });
}

/**
 * A client of the table in scripts/conformance.mjs; `files` are its scripts with their arguments. Each script writes
 * its calls and results into the folder. `run` gives a promise.
 */
export function pythonClient(files) {
  const missing = () => {
    installed ??= { reason: installPython() };
    return installed.reason;
  };
  const run = async (folder) => {
    const { emulator, variables } = await startEmulator();
    const codes = [];
    try {
      const env = {
        ...childEnvironment(),
        ...variables,
        CONFORMANCE_FOLDER: folder,
        PYTHONPATH: join(scripts, 'loopback'),
        PYTHONDONTWRITEBYTECODE: '1',
      };
      for (const file of files) codes.push(await runScript(file, env));
    } finally {
      await stop(emulator);
    }
    const results = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
    const failedTests = results.flatMap((result) => result.failedTests);
    // A script that ended before it wrote its results is one failure more.
    const broken = codes.filter((code) => code !== 0).length > 0 && failedTests.length === 0 ? 1 : 0;
    return {
      passed: results.reduce((sum, { passed }) => sum + passed, 0),
      failed: failedTests.length + broken + Math.max(0, files.length - results.length),
      failedTests,
    };
  };
  return { missing, run };
}
