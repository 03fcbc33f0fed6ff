// Compiles every az ml document of a folder twice, with the official Python SDK and with this suite, and compares.
// `node scripts/differential/run.mjs [--corpus DIR] [--python FILE] [--json FILE] [--only TEXT] [--show]`
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { installPython, pythonProgram } from '../conformance/python.mjs';
import { canonicalOfOurs, canonicalOfSdk, firstDifference, withoutGeneratedNames } from './canonical.mjs';

const root = join(import.meta.dirname, '..', '..');
const ownCorpus = join(root, 'packages/azureml-yaml/testdata/documents');
const context = {
  subscriptionId: '00000000-0000-0000-0000-000000000000',
  resourceGroup: 'group',
  workspaceName: 'workspace',
  location: 'westeurope',
};
const workspaceId = `/subscriptions/${context.subscriptionId}/resourceGroups/group/providers/Microsoft.MachineLearningServices/workspaces/workspace`;
/** Codes that say "this suite does not do it", as opposed to "the document is wrong". */
const refusals = new Set(['YAML_KIND_UNSUPPORTED', 'YAML_NOT_SUPPORTED', 'YAML_TEMPLATE_UNFILLED']);

function textOf(error) {
  return error instanceof Error ? error.message : String(error);
}

function documentsIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((path) => /\.ya?ml$/.test(path) && !/(^|\/)(\.git|node_modules)\//.test(path))
    .sort()
    .map((path) => join(folder, path));
}

/** `az ml` takes these names on its command line; both sides get the same ones. */
function setsFor(kind, text) {
  if (kind === undefined || !kind.endsWith('Deployment')) return {};
  const missing = (key) => !new RegExp(`^${key}:`, 'm').test(text);
  const model = kind === 'modelBatchDeployment' && missing('model') ? { model: 'azureml:model:1' } : {};
  return {
    ...model,
    ...(missing('endpoint_name') ? { endpoint_name: 'endpoint' } : {}),
    ...(missing('name') ? { name: 'deployment' } : {}),
  };
}

function compileOurs(library, file, text) {
  const kind = library.kindOf(text, file);
  const sets = setsFor(kind, text);
  const set = Object.entries(sets).map(([key, value]) => `${key}=${value}`);
  try {
    const compiled = library.compileDocument({
      text,
      file,
      set,
      context,
      readText: (path) => readFileSync(path, 'utf8'),
      assets: 'all',
    });
    return { kind, sets, compiled };
  } catch (error) {
    return { kind, sets, errors: error.errors ?? [error] };
  }
}

/** One process of the SDK for all documents. */
function startSdk(python) {
  const child = spawn(python, [join(import.meta.dirname, 'compile_with_sdk.py')], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done)
      throw new Error(
        'DIFFERENTIAL_SDK_ENDED: the process of azure-ai-ml ended; run compile_with_sdk.py by hand to see why',
      );
    return JSON.parse(value);
  };
  return {
    ready: answer(),
    ask: (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return answer();
    },
    end: () => child.stdin.end(),
  };
}

function verdictOfErrors(errors, sdk) {
  const [first] = errors;
  const reason = textOf(first);
  if (!errors.every((error) => error.code?.startsWith('YAML_'))) return { verdict: 'crashed', reason };
  if (errors.some(({ code }) => refusals.has(code))) return { verdict: 'refused', reason };
  return sdk.error === undefined
    ? { verdict: 'different', reason: `only ours refuses: ${reason}` }
    : { verdict: 'both refuse', reason };
}

function verdictOf({ compiled, errors }, sdk, folder) {
  if (errors) return verdictOfErrors(errors, sdk);
  if (sdk.error !== undefined)
    return { verdict: 'sdk refuses', reason: sdk.error.replaceAll(/\s+/g, ' ').slice(0, 400) };
  const ours = canonicalOfOurs(compiled, { workspaceId, folder });
  const difference = firstDifference(withoutGeneratedNames(canonicalOfSdk(sdk, folder), ours), ours);
  return difference === undefined ? { verdict: 'equal' } : { verdict: 'different', reason: difference };
}

function digest(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

async function compareFile({ library, sdk, file, folder }) {
  const before = digest(file);
  const ours = compileOurs(library, file, readFileSync(file, 'utf8'));
  const unknown = ours.errors?.some(({ code }) => code === 'YAML_KIND_UNKNOWN') || ours.kind === undefined;
  if (unknown && !ours.compiled) return undefined;
  const isKnown = ours.compiled !== undefined || !ours.errors.some(({ code }) => code === 'YAML_KIND_UNSUPPORTED');
  const set = Object.entries(ours.sets).map(([key, value]) => ({ [key]: value }));
  const answer = isKnown ? await sdk.ask({ file, kind: ours.kind, set }) : {};
  const row = { file: relative(folder, file), kind: ours.kind, ...verdictOf(ours, answer, folder) };
  return digest(file) === before ? row : { ...row, verdict: 'changed', reason: 'the file was changed' };
}

const verdicts = ['equal', 'different', 'refused', 'both refuse', 'sdk refuses', 'crashed', 'changed'];

function table(rows) {
  const kinds = Map.groupBy(rows, ({ kind }) => kind);
  const line = (kind, of) => ({
    kind,
    documents: of.length,
    ...Object.fromEntries(verdicts.map((verdict) => [verdict, of.filter((row) => row.verdict === verdict).length])),
  });
  return [...[...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, of]) => line(kind, of)), line('all', rows)];
}

/** Compares a folder. `share` is equal / (equal + different + crashed). */
export async function compareFolder({ folder, python, only = '' }) {
  const library = await import(join(root, 'packages/azureml-yaml/lib/index.js'));
  const sdk = startSdk(python);
  await sdk.ready;
  const rows = [];
  for (const file of documentsIn(folder).filter((path) => path.includes(only))) {
    const row = await compareFile({ library, sdk, file, folder });
    if (row) rows.push(row);
  }
  sdk.end();
  const count = (verdict) => rows.filter((row) => row.verdict === verdict).length;
  const wrong = count('different') + count('crashed') + count('changed');
  return { rows, table: table(rows), share: count('equal') / Math.max(1, count('equal') + wrong), wrong };
}

/** The folder to compare: the one given, that of SWITCHYARD_AZUREML_EXAMPLES, else our own documents. */
export function corpusFolder(given) {
  const corpus = given ?? process.env.SWITCHYARD_AZUREML_EXAMPLES;
  if (corpus === undefined)
    console.log('no corpus given (--corpus DIR or SWITCHYARD_AZUREML_EXAMPLES): our own documents');
  return resolve(corpus ?? ownCorpus);
}

async function main() {
  const { values } = parseArgs({
    options: {
      corpus: { type: 'string' },
      python: { type: 'string' },
      json: { type: 'string' },
      only: { type: 'string', default: '' },
      show: { type: 'boolean', default: false },
    },
  });
  const missing = values.python === undefined ? installPython() : undefined;
  const python = values.python ?? pythonProgram;
  if (missing !== undefined) {
    console.log(`skipped: ${missing}`);
    return 0;
  }
  const folder = corpusFolder(values.corpus);
  const { rows, table: lines, share, wrong } = await compareFolder({ folder, python, only: values.only });
  for (const { file, kind, verdict, reason } of rows) {
    if (verdict === 'different' || verdict === 'crashed' || verdict === 'changed' || (values.show && reason)) {
      console.log(`${verdict}  ${kind}  ${file}\n    ${reason}`);
    }
  }
  console.table(lines);
  console.log(`${(share * 100).toFixed(1)} % of the compiled documents equal, ${wrong} different`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
  return share >= 0.98 ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) process.exitCode = await main();
