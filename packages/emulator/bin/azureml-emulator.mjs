#!/usr/bin/env node
// Starts the emulator and prints the variables to export. Ends with SIGINT or SIGTERM.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseSeed, startEmulator } from '../lib/index.js';

const usage = `azureml-emulator [--port N] [--state DIR] [--seed FILE] [--faults FILE] [--latency MS] [--strict-audience]
Starts Azure Machine Learning on 127.0.0.1 and prints the variables that clients need.`;

function number(text, name) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  console.error(`--${name} is "${text}"; expected a whole number`);
  process.exit(2);
}

const text = { type: 'string' };
const { values } = parseArgs({
  options: {
    port: text,
    state: text,
    seed: text,
    faults: text,
    latency: text,
    'strict-audience': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const options = {
  port: number(values.port, 'port'),
  stateFolder: values.state,
  seed: values.seed === undefined ? undefined : parseSeed(readFileSync(values.seed, 'utf8')),
  faultsFile: values.faults,
  latency: number(values.latency, 'latency'),
  strictAudience: values['strict-audience'],
};
const emulator = await startEmulator(
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
);
console.error(`Azure Machine Learning on this machine: ${emulator.url}`);
for (const [name, value] of Object.entries(emulator.environment)) {
  console.log(`export ${name}='${value.replaceAll("'", `'\\''`)}'`);
}
await new Promise((resolve) => {
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
});
await emulator.stop();
