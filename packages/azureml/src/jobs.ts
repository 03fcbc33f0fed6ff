import { AzureMlError, type AzureMlErrorCode } from './azure-ml-error.ts';
import { digestOfJson } from './digest.ts';
import { JobLog } from './job-log.ts';
import { type JobStatus, jobStatuses, parseJobStatus } from './job-status.ts';
import { isJson, type Json, objectAt, type Resource, textAt, textsAt } from './json.ts';
import { waitForOperation } from './poller.ts';
import { readRunDetails } from './run-history.ts';
import type { WorkspaceScope } from './scope.ts';
import { putResource, readExisting, readResource } from './session.ts';
import { armUrl } from './transport.ts';

/** A job, with its status as a word of the contract. */
export interface JobResource extends Resource {
  readonly status: JobStatus;
}

export interface JobSubmission {
  readonly job: JobResource;
  /** True when a job of this name and content existed and was taken over. */
  readonly reattached: boolean;
}

export interface WaitOptions {
  readonly onLog?: (line: string) => void;
  readonly signal?: AbortSignal;
  /** 360 unless said: the life of a job on a GitHub runner. */
  readonly timeoutMinutes?: number;
  /** How long a job may be NotResponding or Unknown; 10 unless said. */
  readonly graceMinutes?: number;
  /** Told every status once. */
  readonly onStatus?: (status: JobStatus) => void;
}

export interface Jobs {
  read(name: string): Promise<JobResource | undefined>;
  /**
   * Submits a job under a name of the caller's choice; the name is the idempotency key. A job of that name with equal
   * content is taken over. @throws AzureMlError `AZUREML_IMMUTABLE` when it has other content.
   */
  submit(name: string, body: Json): Promise<JobSubmission>;
  /**
   * Follows a job to its end. @throws AzureMlError `JOB_FAILED`, `JOB_CANCELED`, `JOB_NOT_RESPONDING`, `JOB_PAUSED`,
   * `JOB_STATUS_UNKNOWN`, `JOB_TIMEOUT`, `JOB_NOT_FOUND`; the signal's reason when it aborts (the job goes on).
   */
  wait(name: string, options?: WaitOptions): Promise<JobResource>;
  cancel(name: string): Promise<void>;
  /** What run history says went wrong. */
  errorText(name: string): Promise<string | undefined>;
}

/** Property of a job that holds the digest of what was submitted: a GET returns resolved values and cannot be compared. */
const REQUEST_PROPERTY = 'switchyard.request';
const mutable = new Set(['description', 'tags', 'displayName', 'properties', 'isArchived']);

function requestDigest(body: Json): string {
  const fixed = Object.entries(objectAt(body, 'properties')).filter(([key]) => !mutable.has(key));
  return digestOfJson(Object.fromEntries(fixed));
}

function withStatus(resource: Resource): JobResource {
  return { ...resource, status: parseJobStatus(textAt(resource.properties, 'status')) };
}

const endings: Readonly<
  Partial<Record<JobStatus, { code: AzureMlErrorCode; kind: 'user' | 'failure'; next: string }>>
> = {
  Failed: { code: 'JOB_FAILED', kind: 'user', next: 'read the log above, correct the code or the data, and run again' },
  Canceled: { code: 'JOB_CANCELED', kind: 'user', next: 'find out who canceled it; run again with a new attempt' },
  Paused: { code: 'JOB_PAUSED', kind: 'user', next: 'resume or cancel it in the studio, then run again' },
  NotResponding: {
    code: 'JOB_NOT_RESPONDING',
    kind: 'failure',
    next: 'look at the compute in the studio; run again with a new attempt',
  },
  Unknown: { code: 'JOB_STATUS_UNKNOWN', kind: 'failure', next: 'look at the job in the studio, then run again' },
};

class WorkspaceJobs implements Jobs {
  readonly #scope: WorkspaceScope;

  constructor(scope: WorkspaceScope) {
    this.#scope = scope;
  }

  #path(name: string): string {
    return `${this.#scope.path}/jobs/${encodeURIComponent(name)}`;
  }

  async read(name: string): Promise<JobResource | undefined> {
    const what = `read job "${name}" in ${this.#scope.label}`;
    const resource = await readResource(this.#scope.session, { path: this.#path(name), what });
    return resource && withStatus(resource);
  }

  async submit(name: string, body: Json): Promise<JobSubmission> {
    const digest = requestDigest(body);
    const existing = await this.read(name);
    if (existing) return { job: this.#sameJob(existing, digest), reattached: true };
    const properties = objectAt(body, 'properties');
    const own = { ...textsAt(properties, 'properties'), [REQUEST_PROPERTY]: digest };
    const what = `submit job "${name}" to ${this.#scope.label}`;
    const request = { ...body, properties: { ...properties, properties: own } };
    const resource = await putResource(this.#scope.session, { path: this.#path(name), what, body: request });
    return { job: withStatus(resource), reattached: false };
  }

  #sameJob(existing: JobResource, digest: string): JobResource {
    const found: string | undefined = textsAt(existing.properties, 'properties')[REQUEST_PROPERTY];
    if (found === digest) return existing;
    throw new AzureMlError({
      code: 'AZUREML_IMMUTABLE',
      seen: `job "${existing.name}" exists in ${this.#scope.label} ${found === undefined ? 'and was not submitted by Switchyard' : 'with other content'}`,
      expected: 'a new name, or the same command, code, environment and inputs',
      next: 'change what the name is made of, or run with a new attempt',
    });
  }

  async wait(name: string, options: WaitOptions = {}): Promise<JobResource> {
    const { session } = this.#scope;
    const { clock, settings } = session;
    const { signal, onLog, onStatus, timeoutMinutes = 360, graceMinutes = 10 } = options;
    const log = onLog && new JobLog(this.#scope, name, onLog);
    const deadline = clock.now() + timeoutMinutes * 60_000;
    let last: { status: JobStatus; since: number } | undefined;
    for (let looks = 0; ; looks += 1) {
      const what = `follow job "${name}" in ${this.#scope.label}`;
      const job = withStatus(await this.#existing(name, what, signal));
      if (job.status !== last?.status) {
        last = { status: job.status, since: clock.now() };
        onStatus?.(job.status);
      }
      const { terminal, ok } = jobStatuses[job.status];
      const isEnd =
        terminal === true || (terminal === 'after-grace' && clock.now() - last.since >= graceMinutes * 60_000);
      await log?.follow(isEnd, signal);
      if (isEnd && ok) return job;
      if (isEnd) throw await this.#endedBadly(job);
      if (clock.now() >= deadline) throw this.#tooLong(job, timeoutMinutes);
      // Long jobs are looked at less often.
      await clock.sleep(settings.pollSeconds * 1000 * Math.min(1 + looks / 10, 6), signal);
    }
  }

  async #existing(name: string, what: string, signal: AbortSignal | undefined): Promise<Resource> {
    const resource = await readResource(this.#scope.session, { path: this.#path(name), what, signal });
    if (resource) return resource;
    throw new AzureMlError({
      code: 'JOB_NOT_FOUND',
      seen: `there is no job "${name}" in ${this.#scope.label}`,
      status: 404,
    });
  }

  async #endedBadly(job: JobResource): Promise<AzureMlError> {
    const ending = endings[job.status] ?? {
      code: 'JOB_STATUS_UNKNOWN',
      kind: 'failure',
      next: 'look at the job in the studio',
    };
    const cause = await this.errorText(job.name).catch(() => undefined);
    const studio = textAt(objectAt(objectAt(job.properties, 'services'), 'Studio'), 'endpoint');
    const said = cause ? `: ${cause.replaceAll(/\s+/g, ' ').trim()}` : ` (${jobStatuses[job.status].meaning})`;
    return new AzureMlError({
      code: ending.code,
      kind: ending.kind,
      seen: `job "${job.name}" ended as ${job.status}${said}`,
      expected: 'Completed',
      next: studio ? `${ending.next}; the job: ${studio}` : ending.next,
      serviceMessage: cause,
    });
  }

  #tooLong(job: JobResource, timeoutMinutes: number): AzureMlError {
    return new AzureMlError({
      code: 'JOB_TIMEOUT',
      kind: 'failure',
      seen: `job "${job.name}" is ${job.status} after ${timeoutMinutes} minutes`,
      expected: 'an end within that time',
      next: 'run again to take the job over, or cancel it in the studio',
    });
  }

  async cancel(name: string): Promise<void> {
    const { session } = this.#scope;
    const what = `cancel job "${name}" in ${this.#scope.label}`;
    const url = armUrl(session.transport.cloud, `${this.#path(name)}/cancel`);
    // Canceling twice is harmless; a job that has ended may be refused, and nothing is left to cancel then.
    const started = await session.transport.send({
      method: 'POST',
      url,
      what,
      isIdempotent: true,
      accept: [400, 404, 409],
    });
    if (started.status >= 400) {
      session.logger.debug(`job "${name}" was not canceled: HTTP ${started.status}`);
      return;
    }
    const isDone = async () => {
      const job = withStatus(await readExisting(session, { path: this.#path(name), what }));
      return job.status === 'CancelRequested' || jobStatuses[job.status].terminal === true;
    };
    await waitForOperation(session, { started, method: 'POST', what, isDone });
  }

  async errorText(name: string): Promise<string | undefined> {
    return (await readRunDetails(this.#scope, name))?.error;
  }
}

export function createJobs(scope: WorkspaceScope): Jobs {
  return new WorkspaceJobs(scope);
}

/** Names of the outputs a job declares. */
export function outputNames(job: Resource): string[] {
  const outputs = job.properties.outputs;
  return isJson(outputs) ? Object.keys(outputs) : [];
}
