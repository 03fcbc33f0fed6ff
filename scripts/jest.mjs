// Runs one Jest project on the packaged Node: `node scripts/jest.mjs unit packages/gates`. Patterns limit the files.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const [project, ...patterns] = process.argv.slice(2);
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const args = ['--selectProjects', project, ...(patterns.length > 0 ? ['--testPathPatterns', ...patterns] : [])];
const { status } = spawnSync(process.execPath, [...flags, join(root, 'node_modules/jest/bin/jest.js'), ...args], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
