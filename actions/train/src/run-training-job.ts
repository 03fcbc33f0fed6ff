import type { Environment } from '@switchyard/action-kit';
import { type JobResource, jobStatuses, submitCompiledJob, type Workspace } from '@switchyard/azureml';
import type { Clock, Logger } from '@switchyard/domain';
import { formatInstant, tagNames } from '@switchyard/domain';
import type { TrainingJob } from './compile-training-job.ts';

export interface TrainingRun {
  readonly name: string;
  readonly job: JobResource;
  readonly reattached: boolean;
}

/** Attempts of one fingerprint that are looked at before giving up: failed jobs keep their names. */
const MAX_ATTEMPTS = 20;

/**
 * Submits the job, or takes over the one that runs or ran for the same fingerprint, and waits for its end. A job that
 * failed before is never taken over: the next attempt has a name of its own. A cancelled run cancels its job.
 * @throws SwitchyardError `JOB_*` for every end but Completed.
 */
export async function runTrainingJob(parts: {
  readonly context: {
    readonly inputs: { readonly circuit: string; readonly 'timeout-minutes': number };
    readonly environment: Environment;
    readonly logger: Logger;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  };
  readonly workspace: Workspace;
  readonly job: TrainingJob;
  readonly folder: string;
}): Promise<TrainingRun> {
  const { context, workspace, job, folder } = parts;
  const { logger, signal, environment } = context;
  const { name, existing } = await nextAttempt(workspace, job.name);
  if (existing === undefined) {
    logger.info(`Submitting job ${name} to workspace ${workspace.name}`);
    await submitCompiledJob(workspace, job.compiled, {
      name,
      folder,
      tags: jobTags(context.inputs.circuit, job.fingerprint, environment),
      onProgress: logger.info,
    });
  } else {
    logger.info(`Job ${name} (${existing.status}) was submitted before for the same fingerprint: taking it over`);
  }
  const started = formatInstant(context.clock.now());
  const ended = await logger.group(`Job ${name}, waiting since ${started}`, () => waitForEnd(parts, name, signal));
  return { name, job: ended, reattached: existing !== undefined };
}

async function nextAttempt(workspace: Workspace, base: string): Promise<{ name: string; existing?: JobResource }> {
  let name = base;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    name = attempt === 1 ? base : `${base}-r${attempt}`;
    const existing = await workspace.jobs.read(name);
    if (existing === undefined) return { name };
    const status = jobStatuses[existing.status];
    if (status.terminal !== true || status.ok) return { name, existing };
  }
  return { name };
}

async function waitForEnd(
  { context, workspace }: Parameters<typeof runTrainingJob>[0],
  name: string,
  signal: AbortSignal,
): Promise<JobResource> {
  try {
    return await workspace.jobs.wait(name, {
      onLog: context.logger.info,
      signal,
      timeoutMinutes: context.inputs['timeout-minutes'],
    });
  } catch (error) {
    if (signal.aborted) await workspace.jobs.cancel(name);
    throw error;
  }
}

function jobTags(circuit: string, fingerprint: string, environment: Environment): Record<string, string> {
  const tags = {
    [tagNames.circuit]: circuit,
    [tagNames.fingerprint]: fingerprint,
    [tagNames.commit]: environment.commit,
    [tagNames.branch]: environment.refName,
    [tagNames.run]: environment.runId,
  };
  return Object.fromEntries(Object.entries(tags).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
