import type { ChildProcess } from 'node:child_process';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { ServiceError } from '../errors.ts';
import { textMember } from '../fields.ts';
import type { Job, JobStatus, Workspace } from '../state/records.ts';
import type { State } from '../state/state.ts';
import type { Tokens } from '../tokens.ts';
import type { BlobStore } from './blob-store.ts';
import { JobLog } from './job-log.ts';
import { registerOutputs } from './job-outputs.ts';
import { artifactFolder } from './locations.ts';
import { runEnvironment } from './run-environment.ts';
import { fillCommand, type RunPlan } from './run-plan.ts';
import { Slots } from './slots.ts';
import { endSupervised, spawnSupervised } from './supervised.ts';

/** What the runner needs from the rest of the emulator. */
export interface JobRunnerOptions {
  state: State;
  clock: Clock;
  blobs: BlobStore;
  tokens: Tokens;
  python: string;
  /** Folder with `python` and `python3`, put first on PATH. */
  programs: string;
  scratch: string;
  trust: { caFile: string; bundleFile: string };
  latency: number;
  slotsPerCompute: number;
}

interface Running {
  child: ChildProcess | undefined;
  cancelled: boolean;
  /** Aborted when the job is not to go on; frees it from waiting for a place. */
  left: AbortSignal;
  leave: () => void;
  /** The emulator is stopping. */
  interrupted: boolean;
  done: Promise<void>;
}

/** Failure of a run as run history reports it. */
class RunFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** How a job ends whose run the emulator could not finish. */
export const interruption = new RunFailure('JobInterrupted', 'The emulator stopped while the job was running.');

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

/** Runs jobs as real processes of this machine, a bounded number at a time on each compute. */
export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #slots = new Map<string, Slots>();
  readonly #running = new Map<Job, Running>();

  constructor(options: JobRunnerOptions) {
    this.#options = options;
  }

  /** Start a job; its status walks on after this call. */
  submit(workspace: Workspace, job: Job, plan: RunPlan): void {
    const leaving = new AbortController();
    const running: Running = {
      child: undefined,
      cancelled: false,
      left: leaving.signal,
      leave: () => leaving.abort(),
      interrupted: false,
      done: Promise.resolve(),
    };
    this.#running.set(job, running);
    running.done = this.#run(workspace, job, plan, running).finally(() => this.#running.delete(job));
  }

  /** Ask a job to stop; its whole process group is ended. */
  cancel(job: Job): void {
    const running = this.#running.get(job);
    if (running !== undefined) {
      running.cancelled = true;
      running.leave();
      this.#set(job, 'CancelRequested');
      running.child?.stdin?.end();
    }
  }

  /** End all jobs; those that had not finished become Failed with the code JobInterrupted. */
  async stop(): Promise<void> {
    const all = [...this.#running.entries()];
    for (const [, running] of all) {
      running.interrupted = true;
      running.leave();
    }
    await Promise.all(all.map(async ([, { child }]) => (child ? endSupervised(child) : undefined)));
    await Promise.all(all.map(([, { done }]) => done));
  }

  #set(job: Job, status: JobStatus): void {
    job.status = status;
    job.modifiedAt = this.#options.clock.now().toISOString();
    this.#options.state.changed();
  }

  async #stage(job: Job, running: Running, status: JobStatus): Promise<void> {
    if (running.cancelled || running.interrupted) {
      throw running.cancelled ? new RunFailure('Canceled', 'The job was cancelled.') : interruption;
    }
    this.#set(job, status);
    await this.#options.clock.wait(this.#options.latency / 5);
  }

  #slotsOf(workspace: Workspace, job: Job): Slots {
    const compute = textMember(job.properties, 'computeId')?.split('/').pop() ?? 'serverless';
    const key = `${workspace.name}/${compute}`.toLowerCase();
    const slots = this.#slots.get(key) ?? new Slots(this.#options.slotsPerCompute);
    this.#slots.set(key, slots);
    return slots;
  }

  async #run(workspace: Workspace, job: Job, plan: RunPlan, running: Running): Promise<void> {
    const { clock, blobs, state, scratch } = this.#options;
    const folder = join(scratch, 'jobs', `${state.next()}-${job.name}`);
    const logPath = 'user_logs/std_log.txt';
    const artifacts = artifactFolder(workspace, job.name);
    const log = new JobLog(blobs, { container: artifacts.container, path: `${artifacts.path}${logPath}` });
    job.logs = [logPath];
    let release = (): void => undefined;
    try {
      await this.#stage(job, running, 'Starting');
      await this.#stage(job, running, 'Preparing');
      const paths = await this.#prepare(plan, folder);
      await this.#stage(job, running, 'Queued');
      release = await this.#slotsOf(workspace, job).take(running.left);
      await this.#stage(job, running, 'Running');
      job.startTime = clock.now().toISOString();
      await this.#execute({ workspace, job, plan, folder, log, running, ...paths });
      await this.#stage(job, running, 'Finalizing');
      await registerOutputs({ state, blobs, now: clock.now() }, { workspace, job, plan, paths: paths.outputs });
      await this.#keepArtifacts(workspace, job, folder);
      await log.close();
      this.#end(job, 'Completed', null);
    } catch (error) {
      await this.#keepArtifacts(workspace, job, folder).catch(() => undefined);
      const message = error instanceof Error ? error.message : String(error);
      log.add(running.cancelled || error instanceof RunFailure ? '' : `${message}\n`);
      await log.close();
      const code = error instanceof RunFailure || error instanceof ServiceError ? error.code : 'InternalServerError';
      this.#end(job, running.cancelled ? 'Canceled' : 'Failed', running.cancelled ? null : { code, message });
    } finally {
      release();
      await makeWritable(folder);
      await rm(folder, { recursive: true, force: true });
    }
  }

  #end(job: Job, status: JobStatus, error: Job['error']): void {
    job.endTime = this.#options.clock.now().toISOString();
    job.error = error;
    this.#set(job, status);
  }

  /** Fetch code and inputs; gives the local path (or text) of each input and the path of each output. */
  async #prepare(plan: RunPlan, folder: string) {
    const { blobs } = this.#options;
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

  async #execute(run: {
    workspace: Workspace;
    job: Job;
    plan: RunPlan;
    folder: string;
    log: JobLog;
    running: Running;
    inputs: Map<string, string>;
    outputs: Map<string, string>;
  }): Promise<void> {
    const { plan, log, running } = run;
    const child = spawnSupervised(this.#options.python, ['bash', '-c', fillCommand(plan.command, run)], {
      cwd: join(run.folder, 'code'),
      env: runEnvironment(this.#options, run),
    });
    running.child = child;
    child.stdout?.on('data', (chunk: Buffer) => log.add(chunk));
    child.stderr?.on('data', (chunk: Buffer) => log.add(chunk));
    let late = false;
    const limit = plan.timeoutMilliseconds ?? 21 * 24 * 3600_000;
    const timer = setTimeout(
      () => {
        late = true;
        child.stdin?.end();
      },
      Math.min(limit, 2 ** 31 - 1),
    );
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exit) => resolve(exit ?? 1));
    });
    clearTimeout(timer);
    if (late) {
      throw new RunFailure('UserError', 'The job exceeded its timeout and was stopped.');
    }
    if (running.interrupted) {
      throw interruption;
    }
    if (code !== 0 && !running.cancelled) {
      throw new RunFailure(
        'UserError',
        `Execution failed. User process exited with status code ${code}. See user_logs/std_log.txt.`,
      );
    }
  }

  /** Store the folders `outputs` and `logs` of the working directory with the run, as the service does. */
  async #keepArtifacts(workspace: Workspace, job: Job, folder: string): Promise<void> {
    const artifacts = artifactFolder(workspace, job.name);
    for (const name of ['outputs', 'logs']) {
      const root = join(folder, 'code', name);
      for (const entry of await readdir(root, { withFileTypes: true, recursive: true }).catch(() => [])) {
        if (entry.isFile()) {
          const file = join(entry.parentPath ?? root, entry.name);
          const path = `${artifacts.path}${name}/${file.slice(root.length + 1)}`;
          await this.#options.blobs.upload(file, { container: artifacts.container, path });
          if (name === 'logs') {
            job.logs.push(`${name}/${file.slice(root.length + 1)}`);
          }
        }
      }
    }
  }
}
