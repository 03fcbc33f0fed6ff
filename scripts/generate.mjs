// Writes every generated file but dist: the catalogue, the API tables in the action READMEs, the JSON Schemas.
// `--check` writes nothing and fails where a file differs. Wiring only; the logic is in the packages.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { checkMetadata, insertApiTables, parseAction, renderApiTables, renderCatalog } from '@switchyard/catalog';
import { jsonSchemaOfConfig } from '@switchyard/config';
import { documentSchemas, jsonSchemaOf } from '@switchyard/documents';

const root = join(import.meta.dirname, '..');
const check = process.argv.includes('--check');
const read = (path) => readFileSync(join(root, path), 'utf8');

function filesBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

const names = readdirSync(join(root, 'actions'))
  .filter((name) => existsSync(join(root, 'actions', name, 'action.yml')))
  .sort();
const actions = names.map((name) => parseAction(read(`actions/${name}/action.yml`), `actions/${name}/action.yml`));
const files = new Set([...filesBelow('actions'), ...filesBelow('test'), ...filesBelow('workflows-examples')]);
const problems = checkMetadata({ actions, files });
for (const problem of problems) console.error(problem.message);

const generated = new Map([['action-catalog.md', renderCatalog(actions)]]);
for (const [index, name] of names.entries()) {
  const path = `actions/${name}/README.md`;
  generated.set(path, insertApiTables(read(path), renderApiTables(actions[index])));
}
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
generated.set('packages/config/schema/switchyard.schema.json', json(jsonSchemaOfConfig()));
for (const name of Object.keys(documentSchemas)) {
  generated.set(`packages/documents/schema/${name}.schema.json`, json(jsonSchemaOf(name)));
}

let stale = 0;
for (const [path, text] of generated) {
  const full = join(root, path);
  if (existsSync(full) && readFileSync(full, 'utf8') === text) continue;
  stale += 1;
  if (check) {
    console.error(`${path} is not what its source gives; run "npm run generate" and commit it`);
    continue;
  }
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
  console.log(`wrote ${path}`);
}
process.exitCode = problems.length > 0 || (check && stale > 0) ? 1 : 0;
