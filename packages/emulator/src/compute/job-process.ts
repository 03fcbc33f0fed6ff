import type { ChildProcess } from 'node:child_process';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job, Workspace } from '../state/records.ts';
import type { State } from '../state/state.ts';
import type { Tokens } from '../tokens.ts';
import type { BlobStore } from './blob-store.ts';
import type { JobLog } from './job-log.ts';
import { artifactFolder } from './locations.ts';
import { runEnvironment } from './run-environment.ts';
import { RunFailure } from './run-failure.ts';
import { fillCommand, type RunPlan } from './run-plan.ts';
import { spawnSupervised } from './supervised.ts';

const longestMilliseconds = 21 * 24 * 3600_000;

async function makeReadOnly(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    await chmod(join(entry.parentPath ?? folder, entry.name), entry.isDirectory() ? 0o555 : 0o444);
  }
  await chmod(folder, 0o555);
}

async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o755).catch(() => undefined);
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (entry.isDirectory()) {
      await makeWritable(join(folder, entry.name));
    }
  }
}

/** Delete the folder of a run, read-only inputs included. */
export async function removeRunFolder(folder: string): Promise<void> {
  await makeWritable(folder);
  await rm(folder, { recursive: true, force: true });
}

/** The local path (or text) of each input and the path of each output. */
export interface RunPaths {
  inputs: Map<string, string>;
  outputs: Map<string, string>;
}

/** Fetch code and inputs into a folder. Errors: RunFailure for an input without files. */
export async function prepareRun(blobs: BlobStore, plan: RunPlan, folder: string): Promise<RunPaths> {
  const inputs = new Map<string, string>();
  const outputs = new Map<string, string>();
  await mkdir(join(folder, 'code'), { recursive: true });
  if (plan.code !== undefined) {
    await blobs.download(plan.code, join(folder, 'code'));
  }
  for (const input of plan.inputs) {
    if (input.location === undefined) {
      inputs.set(input.name, input.literal ?? '');
      continue;
    }
    const target = join(folder, 'inputs', input.name);
    await mkdir(target, { recursive: true });
    const files = await blobs.download(input.location, target);
    if (files.length === 0) {
      throw new RunFailure('UserError', `Input ${input.name}: there are no files at ${input.location.path}.`);
    }
    await makeReadOnly(target);
    inputs.set(input.name, input.isFile ? (files[0] ?? target) : target);
  }
  for (const output of plan.outputs) {
    const target = join(folder, 'outputs', output.name);
    await mkdir(output.isFile ? join(folder, 'outputs') : target, { recursive: true });
    outputs.set(output.name, target);
  }
  return { inputs, outputs };
}

/** What the process of a run needs. */
export interface RunProcess extends RunPaths {
  workspace: Workspace;
  job: Job;
  plan: RunPlan;
  folder: string;
  log: JobLog;
  /** Told about the process as soon as it runs. */
  started: (child: ChildProcess) => void;
}

/** Run a command to its end; gives its exit code. Errors: RunFailure when the time limit is over. */
export async function runProcess(
  context: {
    state: State;
    tokens: Tokens;
    python: string;
    programs: string;
    trust: { caFile: string; bundleFile: string };
  },
  run: RunProcess,
): Promise<number> {
  const { plan, log } = run;
  const child = spawnSupervised(context.python, ['bash', '-c', fillCommand(plan.command, run)], {
    cwd: join(run.folder, 'code'),
    env: runEnvironment(context, run),
  });
  run.started(child);
  child.stdout?.on('data', (chunk: Buffer) => log.add(chunk));
  child.stderr?.on('data', (chunk: Buffer) => log.add(chunk));
  let late = false;
  const timer = setTimeout(
    () => {
      late = true;
      child.stdin?.end();
    },
    Math.min(plan.timeoutMilliseconds ?? longestMilliseconds, 2 ** 31 - 1),
  );
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve(exit ?? 1));
  }).finally(() => clearTimeout(timer));
  if (late) {
    throw new RunFailure('UserError', 'The job exceeded its timeout and was stopped.');
  }
  return code;
}

/** Store the folders `outputs` and `logs` of the working directory with the run, as the service does. */
export async function keepArtifacts(
  blobs: BlobStore,
  run: { workspace: Workspace; job: Job; folder: string },
): Promise<void> {
  const artifacts = artifactFolder(run.workspace, run.job.name);
  for (const name of ['outputs', 'logs']) {
    const root = join(run.folder, 'code', name);
    for (const entry of await readdir(root, { withFileTypes: true, recursive: true }).catch(() => [])) {
      if (entry.isFile()) {
        const file = join(entry.parentPath ?? root, entry.name);
        const path = `${artifacts.path}${name}/${file.slice(root.length + 1)}`;
        await blobs.upload(file, { container: artifacts.container, path });
        if (name === 'logs') {
          run.job.logs.push(`${name}/${file.slice(root.length + 1)}`);
        }
      }
    }
  }
}
