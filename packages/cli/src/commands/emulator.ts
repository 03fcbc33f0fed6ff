import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { errorText, SwitchyardError } from '@switchyard/domain';
import { type Emulator, type EmulatorOptions, type EmulatorSeed, parseSeed, startEmulator } from '@switchyard/emulator';
import type { CommandIo } from '../io.ts';

export const emulatorUsage = `switchyard emulator start [options]

  Starts Azure Machine Learning on this machine (127.0.0.1 only) and prints the variables to export.

  --port N          port to listen on; a free one when absent
  --state DIR       keep the state in DIR; a restart goes on from there
  --seed FILE       JSON with workspaces, registries and identities to begin with
  --faults FILE     JSON list of faults to put in: which requests, and what happens to them
  --latency MS      how long a long operation takes (default 300)
  --time-scale X    speed of the clock that jobs and operations see (default 1)
  --random-seed N   makes traffic splitting and names repeatable
  --print-env       print only the export lines, for eval in a shell; logs go to standard error`;

const options = {
  port: { type: 'string' },
  state: { type: 'string' },
  seed: { type: 'string' },
  faults: { type: 'string' },
  latency: { type: 'string' },
  'time-scale': { type: 'string' },
  'random-seed': { type: 'string' },
  'print-env': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Runs until SIGINT or SIGTERM. Exit code 0 after a clean stop. */
export async function emulatorCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  if (values.help) {
    io.out(emulatorUsage);
    return 0;
  }
  if (positionals.length !== 1 || positionals[0] !== 'start') {
    throw new SwitchyardError({
      code: 'CLI_UNKNOWN_COMMAND',
      seen: `"emulator ${positionals.join(' ')}"`,
      expected: '"emulator start"',
      next: 'run "switchyard emulator --help"',
    });
  }
  const start = emulatorOptions(values);
  // Listening from before the start: a signal while the processes come up must end them too.
  const stop = stopSignal();
  const emulator = await startedEmulator(start);
  printEnvironment(emulator, values['print-env'], io);
  await stop;
  await emulator.stop();
  io.err('Stopped.');
  return 0;
}

function emulatorOptions(values: Readonly<Record<string, string | boolean | undefined>>): EmulatorOptions {
  const number = (name: string, range: NumberRange) => numberOption(name, values[name], range);
  const defined = {
    port: number('port', { min: 0, max: 65_535, whole: true }),
    stateFolder: values.state,
    seed: typeof values.seed === 'string' ? readSeed(values.seed) : undefined,
    faultsFile: values.faults,
    latency: number('latency', { min: 0, max: 3_600_000, whole: false }),
    timeScale: number('time-scale', { min: 0.001, max: 100_000, whole: false }),
    randomSeed: number('random-seed', { min: 0, max: Number.MAX_SAFE_INTEGER, whole: true }),
  };
  return Object.fromEntries(Object.entries(defined).filter(([, value]) => value !== undefined));
}

interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
}

function numberOption(name: string, text: string | boolean | undefined, range: NumberRange): number | undefined {
  if (typeof text !== 'string') return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= range.min && value <= range.max && (Number.isInteger(value) || !range.whole)) return value;
  throw new SwitchyardError({
    code: 'CLI_OPTION_INVALID',
    seen: `--${name} is "${text}"`,
    expected: `a ${range.whole ? 'whole ' : ''}number from ${range.min} to ${range.max}`,
    next: 'correct the option',
  });
}

function readSeed(file: string): EmulatorSeed {
  try {
    return parseSeed(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new SwitchyardError({
      code: 'CLI_SEED_INVALID',
      seen: `--seed ${file}: ${errorText(cause)}`,
      expected: 'a JSON file with what the emulator begins with',
      next: 'correct the file or its path',
      cause,
    });
  }
}

async function startedEmulator(start: EmulatorOptions): Promise<Emulator> {
  try {
    return await startEmulator(start);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause;
    throw new SwitchyardError({
      code: 'CLI_PORT_IN_USE',
      seen: `another program listens on port ${start.port}`,
      expected: 'a free port of 127.0.0.1',
      next: 'end that program, or choose another port with --port, or leave the option out',
      cause,
    });
  }
}

function printEnvironment(emulator: Emulator, onlyEnvironment: boolean, io: CommandIo): void {
  const lines = Object.entries(emulator.environment).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
  );
  const note = onlyEnvironment ? io.err : io.out;
  note(`Azure ML emulator: ${emulator.url}  (what is in it: the same address in a browser; stop: Ctrl-C)`);
  if (!onlyEnvironment) note('In another shell:');
  for (const line of lines) io.out(line);
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
