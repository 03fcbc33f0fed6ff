// Builds dist/<action>/ from actions/lib: ncc bundles, esbuild minifies. Reproducible: the same sources and lock file
// give the same bytes. `--check` builds elsewhere and compares; names limit it to some actions.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import ncc from '@vercel/ncc';
import { transform } from 'esbuild';

const root = join(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false } },
  allowPositionals: true,
});

// Drawn in by the Azure SDKs, used by no action: a browser opener and a column format for query results.
const unused = { open: 'node:util', 'apache-arrow': 'node:util' };

async function minify(source) {
  const { code } = await transform(source.toString(), {
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    legalComments: 'none',
  });
  return code;
}

async function bundle(action, out) {
  const folder = join(out, action);
  rmSync(folder, { recursive: true, force: true });
  const entry = join(root, 'actions', 'lib', action, 'src', 'index.js');
  const { code, assets } = await ncc(entry, {
    cache: false,
    esm: true,
    quiet: true,
    license: 'LICENSES.txt',
    externals: unused,
  });
  const files = { 'index.js': { source: code }, ...assets };
  for (const [name, { source, permissions }] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, /\.m?js$/.test(name) ? await minify(source) : source, permissions ? { mode: permissions } : {});
  }
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function differences(built, committed) {
  const names = [...new Set([...filesBelow(built), ...filesBelow(committed)])].sort();
  const read = (folder, name) => {
    try {
      return readFileSync(join(folder, name));
    } catch {
      return null;
    }
  };
  return names.filter((name) => {
    const [left, right] = [read(built, name), read(committed, name)];
    return left === null || right === null || !left.equals(right);
  });
}

const all = readdirSync(join(root, 'actions'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'lib' && entry.name !== 'node_modules')
  .map((entry) => entry.name);
const actions = positionals.length > 0 ? positionals : all;
const dist = join(root, 'dist');
const out = values.check ? mkdtempSync(join(tmpdir(), 'switchyard-dist-')) : dist;
for (const action of actions) {
  await bundle(action, out);
  console.log(`${values.check ? 'built' : 'wrote'} dist/${action}`);
}
if (values.check) {
  const stale = differences(out, dist);
  rmSync(out, { recursive: true, force: true });
  for (const name of stale)
    console.error(`dist/${name} is not what the sources give; run "npm run build" and commit dist`);
  process.exitCode = stale.length === 0 ? 0 : 1;
}
