// Measurements by name: `npm run bench -- cold-start`. `--json FILE` also writes the rows; `--rounds N` (default 15).
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { coldStart } from './bench/cold-start.mjs';
import { compile } from './bench/compile.mjs';
import { emulator } from './bench/emulator.mjs';

const benches = { 'cold-start': coldStart, compile, emulator };

const { values, positionals } = parseArgs({
  options: { json: { type: 'string' }, rounds: { type: 'string', default: '15' } },
  allowPositionals: true,
});

function refuse(text) {
  console.error(text);
  process.exit(1);
}

const names = Object.keys(benches);
if (positionals.length === 0) refuse(`BENCH_NAME_MISSING: expected one of ${names.join(', ')}; name one`);
const unknown = positionals.find((name) => !names.includes(name));
if (unknown !== undefined) {
  refuse(`BENCH_UNKNOWN: "${unknown}"; expected one of ${names.join(', ')}; correct the name`);
}
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  refuse(`BENCH_ROUNDS_INVALID: --rounds is "${values.rounds}"; expected a whole number above 0; correct the option`);
}
const results = {};
for (const name of positionals) {
  try {
    results[name] = await benches[name]({ rounds });
  } catch (error) {
    refuse(error.message);
  }
  console.log(`${name}: medians of ${rounds} interleaved rounds`);
  console.table(results[name]);
}
if (values.json)
  writeFileSync(values.json, `${JSON.stringify({ schema: 'switchyard/bench/v1', rounds, results }, null, 2)}\n`);
