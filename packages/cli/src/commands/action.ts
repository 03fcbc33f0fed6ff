import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ActionMetadata, parseAction } from '@switchyard/catalog';
import { childEnvironment } from '../environment.ts';
import type { CommandIo } from '../io.ts';
import { suiteFolder } from '../suite-folder.ts';

/** Commands that do on a laptop what an action does in a workflow: command to action. */
export const actionCommands: Readonly<Record<string, string>> = {
  detect: 'detect-changed-circuits',
  train: 'train',
  gate: 'compare-gate',
  promote: 'promote-to-registry',
  deploy: 'blue-green-deploy',
  rollback: 'rollback',
};

/**
 * Runs the action's own bundle with the options as inputs, in the current folder: one code path with the workflow.
 * Exit code: the bundle's.
 */
export async function actionCommand(action: string, argv: readonly string[], io: CommandIo): Promise<number> {
  const path = join(suiteFolder(), 'actions', action, 'action.yml');
  const metadata = parseAction(readFileSync(path, 'utf8'), path);
  const options = Object.fromEntries(
    metadata.inputs.map((input) => [input.name, { type: isFlag(input.default) ? 'boolean' : 'string' }] as const),
  );
  const { values } = parseArgs({
    args: [...argv],
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    allowPositionals: false,
  });
  if (values.help) {
    io.out(usage(action, metadata));
    return 0;
  }
  return runBundle(action, { ...defaults(metadata), ...textValues(values) }, io);
}

function isFlag(fallback: string | undefined): boolean {
  return fallback === 'true' || fallback === 'false';
}

function defaults(metadata: ActionMetadata): Record<string, string> {
  const plain = metadata.inputs.filter((input) => input.default !== undefined && !input.default.includes('${{'));
  return Object.fromEntries(plain.map((input) => [input.name, input.default ?? '']));
}

function textValues(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

async function runBundle(action: string, inputs: Readonly<Record<string, string>>, io: CommandIo): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-'));
  const files = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary.md') };
  for (const file of Object.values(files)) writeFileSync(file, '');
  try {
    const inputVariables = Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
    );
    const bundle = join(suiteFolder(), 'dist', action, 'index.js');
    const code = await exitCodeOf(
      bundle,
      childEnvironment({ GITHUB_WORKSPACE: undefined, ...inputVariables, ...files }),
    );
    io.out(readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'));
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function exitCodeOf(bundle: string, env: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bundle], { env, stdio: ['ignore', 'inherit', 'inherit'] });
    // Ctrl-C reaches the bundle by itself, which then puts things in order: wait for it. SIGTERM does not.
    const wait = () => undefined;
    const cancel = () => child.kill('SIGINT');
    process.on('SIGINT', wait).on('SIGTERM', cancel);
    child.once('error', reject);
    child.once('exit', (code) => {
      process.off('SIGINT', wait).off('SIGTERM', cancel);
      resolve(code ?? 1);
    });
  });
}

function usage(action: string, metadata: ActionMetadata): string {
  const rows = metadata.inputs.map((input) => {
    const note = input.required ? ' (required)' : input.default ? ` (default ${input.default})` : '';
    return `  --${input.name.padEnd(18)} ${input.description}${note}`;
  });
  return [`Runs the action ${action} here. ${metadata.description}`, '', ...rows].join('\n');
}
