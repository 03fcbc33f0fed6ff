import type { ChildProcess } from 'node:child_process';
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
import { keepArtifacts, prepareRun, removeRunFolder, runProcess } from './job-process.ts';
import { artifactFolder } from './locations.ts';
import { interruption, RunFailure } from './run-failure.ts';
import type { RunPlan } from './run-plan.ts';
import { Slots } from './slots.ts';
import { endSupervised } from './supervised.ts';

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

/** What a job of other jobs may use while it runs. */
export interface Conduct {
  /** Aborted when the job is cancelled or the emulator stops. */
  signal: AbortSignal;
  /** Write a line to the job's log. */
  note: (line: string) => void;
  /** Run a child to its end, whatever end that is. */
  run: (child: Job, work: JobWork) => Promise<void>;
  /** Cancel children that are still running. */
  cancel: (children: Iterable<Job>) => void;
}

/** A job that consists of other jobs: a pipeline, a sweep, a batch job. It takes no place on a compute. */
export interface CompositeWork {
  /** Path of its log below the run's artifacts. */
  log: string;
  /** Errors: throws when the job has failed; what it throws is the job's error. */
  conduct: (conduct: Conduct) => Promise<void>;
}

/** What a job does: one process, or other jobs. */
export type JobWork = RunPlan | CompositeWork;

interface Running {
  workspace: Workspace;
  child: ChildProcess | undefined;
  cancelled: boolean;
  /** Aborted when the job is not to go on; frees it from waiting for a place. */
  left: AbortSignal;
  leave: () => void;
  /** The emulator is stopping. */
  interrupted: boolean;
  done: Promise<void>;
}

const processLog = 'user_logs/std_log.txt';

/** Runs jobs as real processes of this machine, a bounded number at a time on each compute. */
export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #slots = new Map<string, Slots>();
  readonly #running = new Map<Job, Running>();

  constructor(options: JobRunnerOptions) {
    this.#options = options;
  }

  /** Start a job; its status walks on after this call. The promise is fulfilled when the job has ended. */
  submit(workspace: Workspace, job: Job, work: JobWork): Promise<void> {
    const leaving = new AbortController();
    const running: Running = {
      workspace,
      child: undefined,
      cancelled: false,
      left: leaving.signal,
      leave: () => leaving.abort(),
      interrupted: false,
      done: Promise.resolve(),
    };
    this.#running.set(job, running);
    const run = 'conduct' in work ? this.#conduct(job, work, running) : this.#run(job, work, running);
    running.done = run.finally(() => this.#running.delete(job));
    return running.done;
  }

  /** Ask a job to stop; its whole process group, and its children, are ended. */
  cancel(job: Job): void {
    const running = this.#running.get(job);
    if (running === undefined || running.cancelled) {
      return;
    }
    running.cancelled = true;
    this.#set(job, 'CancelRequested');
    for (const [other, { workspace }] of [...this.#running]) {
      if (other.parent === job.name && workspace === running.workspace) {
        this.cancel(other);
      }
    }
    running.leave();
    running.child?.stdin?.end();
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

  #check(running: Running): void {
    if (running.cancelled || running.interrupted) {
      throw running.cancelled ? new RunFailure('Canceled', 'The job was cancelled.') : interruption;
    }
  }

  async #stage(job: Job, running: Running, status: JobStatus): Promise<void> {
    this.#check(running);
    this.#set(job, status);
    await this.#options.clock.wait(this.#options.latency / 5);
    // A cancellation may have come while waiting, when there was nothing yet to end.
    this.#check(running);
  }

  #slotsOf(workspace: Workspace, job: Job): Slots {
    const compute = textMember(job.properties, 'computeId')?.split('/').pop() ?? 'serverless';
    const key = `${workspace.name}/${compute}`.toLowerCase();
    const slots = this.#slots.get(key) ?? new Slots(this.#options.slotsPerCompute);
    this.#slots.set(key, slots);
    return slots;
  }

  #openLog(job: Job, workspace: Workspace, path: string): JobLog {
    const artifacts = artifactFolder(workspace, job.name);
    job.logs = [path];
    return new JobLog(this.#options.blobs, { container: artifacts.container, path: `${artifacts.path}${path}` });
  }

  /** A job waits for its place before anything is fetched, so a long queue costs no files and no memory. */
  async #run(job: Job, plan: RunPlan, running: Running): Promise<void> {
    const { state, scratch } = this.#options;
    const folder = join(scratch, 'jobs', `${state.next()}-${job.name}`);
    let log: JobLog | undefined;
    let release = (): void => undefined;
    try {
      await this.#stage(job, running, 'Starting');
      await this.#stage(job, running, 'Preparing');
      await this.#stage(job, running, 'Queued');
      release = await this.#slotsOf(running.workspace, job).take(running.left);
      this.#check(running);
      log = this.#openLog(job, running.workspace, processLog);
      await this.#process({ job, plan, running, folder, log });
      await log.close();
      this.#end(job, 'Completed', null);
    } catch (error) {
      await keepArtifacts(this.#options.blobs, { workspace: running.workspace, job, folder }).catch(() => undefined);
      await this.#fail(job, running, { error, log });
    } finally {
      release();
      if (log !== undefined) {
        await removeRunFolder(folder);
      }
    }
  }

  async #process(run: { job: Job; plan: RunPlan; running: Running; folder: string; log: JobLog }): Promise<void> {
    const { job, plan, running, folder, log } = run;
    const { blobs, clock, state } = this.#options;
    const { workspace } = running;
    const paths = await prepareRun(blobs, plan, folder);
    await this.#stage(job, running, 'Running');
    job.startTime = clock.now().toISOString();
    const started = (child: ChildProcess) => {
      running.child = child;
      // Asked to stop between the last look and the start of the process.
      if (running.cancelled || running.interrupted) child.stdin?.end();
    };
    const code = await runProcess(this.#options, { workspace, job, plan, folder, log, started, ...paths });
    this.#check(running);
    if (code !== 0) {
      throw new RunFailure(
        'UserError',
        `Execution failed. User process exited with status code ${code}. See user_logs/std_log.txt.`,
      );
    }
    await this.#stage(job, running, 'Finalizing');
    await registerOutputs({ state, blobs, now: clock.now() }, { workspace, job, plan, paths: paths.outputs });
    await keepArtifacts(blobs, { workspace, job, folder });
  }

  async #conduct(job: Job, work: CompositeWork, running: Running): Promise<void> {
    const log = this.#openLog(job, running.workspace, work.log);
    const note = (line: string) => log.add(`[${this.#options.clock.now().toISOString()}] ${line}\n`);
    try {
      await this.#stage(job, running, 'Preparing');
      await this.#stage(job, running, 'Running');
      job.startTime = this.#options.clock.now().toISOString();
      await work.conduct({
        signal: running.left,
        note,
        run: (child, childWork) => this.submit(running.workspace, child, childWork),
        cancel: (children) => {
          for (const child of children) {
            this.cancel(child);
          }
        },
      });
      await this.#stage(job, running, 'Finalizing');
      await log.close();
      this.#end(job, 'Completed', null);
    } catch (error) {
      await this.#fail(job, running, { error, log });
    }
  }

  async #fail(job: Job, running: Running, { error, log }: { error: unknown; log: JobLog | undefined }): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    log?.add(running.cancelled || error instanceof RunFailure ? '' : `${message}\n`);
    await log?.close();
    const code = error instanceof RunFailure || error instanceof ServiceError ? error.code : 'InternalServerError';
    const cause = running.interrupted && !running.cancelled ? interruption : { code, message };
    this.#end(
      job,
      running.cancelled ? 'Canceled' : 'Failed',
      running.cancelled ? null : { code: cause.code, message: cause.message },
    );
  }

  #end(job: Job, status: JobStatus, error: Job['error']): void {
    job.endTime = this.#options.clock.now().toISOString();
    job.error = error;
    this.#set(job, status);
  }
}
