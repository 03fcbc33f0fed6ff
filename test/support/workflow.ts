import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Azure } from './azure.ts';
import type { SampleRepository } from './sample-repository.ts';
import { suiteRoot } from './suite.ts';

/** Result of a run, as `switchyard run --json` writes it; only what tests look at. */
export interface WorkflowRun {
  readonly conclusion: string;
  readonly jobs: readonly {
    readonly id: string;
    readonly result: string;
    readonly approvedBy?: string;
    readonly environment?: string;
    readonly outputs: Readonly<Record<string, string>>;
    readonly steps: readonly { readonly id?: string; readonly outputs: Readonly<Record<string, string>> }[];
  }[];
  readonly artifacts: Readonly<Record<string, string>>;
  readonly annotations: readonly { readonly level: string; readonly message: string }[];
}

export interface WorkflowOptions {
  readonly ref: string;
  readonly event?: string;
  readonly inputs?: Readonly<Record<string, string>>;
  /** GitHub environments that wait for somebody; others are open. */
  readonly reviewers?: Readonly<Record<string, string>>;
  /** GitHub environment to the login that approves it. */
  readonly approvals?: Readonly<Record<string, string>>;
}

/** Copies workflow files of the suite into the repository, as a user does, and commits them. */
export function addWorkflows(repository: SampleRepository, folder: string): void {
  mkdirSync(join(repository.folder, '.github/workflows'), { recursive: true });
  cpSync(join(suiteRoot, folder), join(repository.folder, '.github/workflows'), { recursive: true });
  repository.commit('ci: workflows');
}

/** Runs a workflow file of the repository by the command, against the emulator. */
export async function runWorkflowFile(
  azure: Azure,
  repository: SampleRepository,
  file: string,
  options: WorkflowOptions,
): Promise<WorkflowRun> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-workflow-'));
  const json = join(folder, 'run.json');
  const environments = join(folder, 'environments.json');
  const guarded = Object.entries(options.reviewers ?? {}).map(([name, login]) => [name, { reviewers: [login] }]);
  writeFileSync(environments, JSON.stringify(Object.fromEntries(guarded)));
  const { AZURE_TENANT_ID = '', AZURE_SUBSCRIPTION_ID = '', AZURE_CLIENT_ID = '', ...secret } = azure.env;
  const pairs = (flag: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
  const args = [
    join(suiteRoot, 'packages/cli/bin/switchyard.mjs'),
    ...['run', `.github/workflows/${file}`, '--event', options.event ?? 'push', '--ref', options.ref],
    ...['--repo', repository.folder, '--work', folder, '--json', json, '--environments', environments],
    ...pairs('--var', { AZURE_TENANT_ID, AZURE_SUBSCRIPTION_ID, AZURE_CLIENT_ID }),
    ...pairs('--env', { ...secret, SWITCHYARD_POLL_SECONDS: '0.1' }),
    ...pairs('--input', options.inputs ?? {}),
    ...pairs('--approve', options.approvals ?? {}),
  ];
  const { code, text } = await collect(args);
  try {
    return JSON.parse(readFileSync(json, 'utf8')) as WorkflowRun;
  } catch (cause) {
    throw new Error(`switchyard run ended with ${code} and wrote no result:\n${text}`, { cause });
  }
}

function collect(args: readonly string[]): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    const add = (chunk: Buffer) => {
      text += chunk.toString();
    };
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, text }));
  });
}
