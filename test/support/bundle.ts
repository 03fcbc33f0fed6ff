import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suiteRoot } from './suite.ts';

export interface BundleRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** The JSON report, parsed; undefined when none was written. */
  readonly report: unknown;
}

export interface BundleOptions {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** `GITHUB_WORKSPACE`; an empty folder when absent. */
  readonly workspace?: string;
  /** Another bundle folder than dist, or another Node than this one. */
  readonly dist?: string;
  readonly node?: string;
  /** Sends the signal once standard output holds the text. */
  readonly interrupt?: { readonly on: string; readonly signal: NodeJS.Signals };
}

/** Runs a bundle as the runner would: inputs and file commands through the environment, nothing else from this process. */
export async function runBundle(action: string, options: BundleOptions = {}): Promise<BundleRun> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-bundle-'));
  const files = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary.md') };
  for (const file of Object.values(files)) writeFileSync(file, '');
  const inputs = Object.entries(options.inputs ?? {}).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    RUNNER_TEMP: folder,
    GITHUB_WORKSPACE: options.workspace ?? folder,
    SWITCHYARD_POLL_SECONDS: '0.1',
    ...files,
    ...Object.fromEntries(inputs),
    ...options.env,
  };
  const bundle = join(options.dist ?? join(suiteRoot, 'dist'), action, 'index.js');
  const run = await collect(options.node ?? process.execPath, bundle, folder, env, options.interrupt);
  const outputs = parseOutputs(readFileSync(files.GITHUB_OUTPUT, 'utf8'));
  const reportFile = outputs['report-file'];
  return {
    ...run,
    outputs,
    summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
    report: reportFile ? JSON.parse(readFileSync(reportFile, 'utf8')) : undefined,
  };
}

function collect(
  node: string,
  bundle: string,
  cwd: string,
  env: Record<string, string>,
  interrupt: BundleOptions['interrupt'],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [bundle], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let interrupted = false;
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      if (interrupt && !interrupted && stdout.includes(interrupt.on)) {
        interrupted = true;
        child.kill(interrupt.signal);
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Reads a GITHUB_OUTPUT file: `name=value` lines and heredocs. */
export function parseOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const heredoc = /^([^=<]+)<<(.+)$/.exec(lines[index] ?? '');
    const [, name = '', delimiter] = heredoc ?? [];
    if (delimiter === undefined) {
      const [key, ...value] = (lines[index] ?? '').split('=');
      if (key && value.length > 0) outputs[key] = value.join('=');
      continue;
    }
    const end = lines.indexOf(delimiter, index + 1);
    outputs[name] = lines.slice(index + 1, end).join('\n');
    index = end;
  }
  return outputs;
}
