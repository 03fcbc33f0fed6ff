// Makes a fresh clone usable: installs when node_modules does not fit the lock file, compiles when lib is older than
// the sources. Plain Node 20, no dependencies. `npm run demo` and `npm test` start with it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

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

/** True when this process could not use the packaged Node 24 (another system): the sources then run from lib. */
function hasTooOldNode() {
  const [major = 0] = process.versions.node.split('.').map(Number);
  return major < 20;
}

if (hasTooOldNode()) {
  console.error(
    `SETUP_NODE_TOO_OLD: this is Node ${process.versions.node}; expected 20.11 or newer; install a current Node`,
  );
  process.exit(1);
}
installIfNeeded();
if (process.argv.includes('--install-only')) process.exit(0);
if (!statSync(join(root, 'node_modules', 'typescript'), { throwIfNoEntry: false })) {
  console.error(
    'SETUP_INCOMPLETE: node_modules has no typescript; expected the development dependencies; run "npm ci --include=dev"',
  );
  process.exit(1);
}
run('npx', ['--no-install', 'tsc', '-b']);
