// Starts a script of this repository on a fresh clone as on any other: installs when node_modules does not fit the lock
// file, compiles when lib is older than the sources, and goes on with the packaged Node 24 where there is one.
// `node scripts/start.mjs SCRIPT [arguments]`. Plain Node 20, no dependencies.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const stamp = join(root, 'node_modules', '.switchyard-install');

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) return;
  console.error(
    `SETUP_FAILED: "${command} ${args.join(' ')}" ended with ${error?.message ?? `exit code ${status}`}; read the lines above, then run the command by hand`,
  );
  process.exit(1);
}

function installIfNeeded() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Installing dependencies (npm ci); this takes about a minute the first time ...');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, wanted);
}

/**
 * Goes on in another process. The shell that npm started has looked `node` up before the packaged one was installed, so
 * it is named here, and put first on PATH for whatever the script starts.
 */
function goOn([script, ...args]) {
  const packaged = join(root, 'node_modules', '.bin', 'node');
  const node = existsSync(packaged) ? packaged : process.execPath;
  const env = { ...process.env, PATH: [dirname(packaged), process.env.PATH].join(delimiter) };
  const child = spawn(node, [join(root, script), ...args], { stdio: 'inherit', env });
  // Ctrl-C reaches the child by itself; it decides what to do, and this process waits for it.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.once('error', (error) => {
    console.error(`SETUP_FAILED: ${node} cannot be started: ${error.message}; run "npm ci"`);
    process.exitCode = 1;
  });
  child.once('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 20) {
  const seen = `this is Node ${process.versions.node}; expected 20.11 or newer; install a current Node`;
  console.error(`SETUP_NODE_TOO_OLD: ${seen}`);
  process.exit(1);
}
installIfNeeded();
if (!existsSync(join(root, 'node_modules', 'typescript'))) {
  const seen = 'node_modules has no typescript; expected the development dependencies; run "npm ci --include=dev"';
  console.error(`SETUP_INCOMPLETE: ${seen}`);
  process.exit(1);
}
run('npx', ['--no-install', 'tsc', '-b']);
goOn(process.argv.slice(2));
