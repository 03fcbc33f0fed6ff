import { randomInt } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SwitchyardError } from '@switchyard/domain';
import { resolveInputs, restrictedPermissions, whyNotTriggered } from '@switchyard/workflow';
import { ArtifactStore } from './artifacts.ts';
import { ConcurrencyGroups } from './concurrency.ts';
import type { RunnerEvent, UntimedEvent } from './event.ts';
import { buildEvent, type RunEvent } from './event-payload.ts';
import { githubContext } from './github-context.ts';
import { withConcurrency } from './hold-group.ts';
import { workflowRef } from './job-setup.ts';
import { Limiter } from './limiter.ts';
import { type LoadedWorkflow, loadWorkflow } from './load-workflow.ts';
import type { Frame, Run } from './run.ts';
import { runGraph } from './run-graph.ts';
import type { RunOptions } from './run-options.ts';
import type { JobReport, RunResult } from './run-result.ts';
import { Sources } from './source.ts';

const sharedGroups = new ConcurrencyGroups();
const githubGrace = { interrupt: 7500, terminate: 2500 };
const defaultConcurrentJobs = 4;

/**
 * Runs a workflow file of a repository on this machine.
 *
 * @throws SwitchyardError before any job starts: a mistake in a file, an event that does not start the workflow, a
 * called workflow that asks for more than its caller may. Failing jobs do not throw: they are in the result.
 */
export async function runWorkflow(given: RunOptions): Promise<RunResult> {
  const options = {
    ...given,
    repositoryFolder: resolve(given.repositoryFolder),
    workFolder: resolve(given.workFolder),
  };
  const id = String(randomInt(1_000_000_000, 9_999_999_999));
  const folder = join(options.workFolder, 'runs', id);
  await mkdir(folder, { recursive: true });
  const event = await buildEvent(options);
  const sources = new Sources({
    repository: options.repository,
    repositoryFolder: options.repositoryFolder,
    repositories: options.repositories ?? {},
    sha: event.sha,
    ref: event.ref,
    folder: join(folder, 'sources'),
  });
  const source = await sources.own();
  const permissions = options.defaultPermissions ?? restrictedPermissions;
  const loaded = await loadWorkflow(options.workflowPath, source, sources, permissions);
  checkTriggered(loaded, event);
  const journal: RunnerEvent[] = [];
  const reports: JobReport[] = [];
  const emit = (untimed: UntimedEvent) => {
    const timed: RunnerEvent = { time: Date.now(), ...untimed };
    journal.push(timed);
    options.onEvent?.(timed);
  };
  const run: Run = {
    id,
    number: options.runNumber ?? 1,
    folder,
    options,
    event,
    eventPath: join(folder, 'event.json'),
    source,
    workflowName: loaded.workflow.name,
    workflowRef: workflowRef(loaded),
    sources,
    artifacts: new ArtifactStore(join(folder, 'artifacts')),
    limiter: new Limiter(options.maxConcurrentJobs ?? defaultConcurrentJobs),
    groups: options.concurrency ?? sharedGroups,
    grace: options.cancelGrace ?? githubGrace,
    nodeBinary: options.nodeBinary ?? process.execPath,
    signal: options.signal ?? new AbortController().signal,
    reports,
    emit,
  };
  await writeFile(run.eventPath, JSON.stringify(event.payload, null, 2));
  emit({ type: 'run-started', runId: id, workflow: loaded.workflow.name, folder });
  const conclusion = await runRoot(run, loaded);
  emit({ type: 'run-finished', conclusion });
  return collect(run, conclusion, journal);
}

async function runRoot(run: Run, loaded: LoadedWorkflow): Promise<RunResult['conclusion']> {
  const github = githubContext(run);
  const vars = run.options.vars ?? {};
  const isDispatch = run.event.name === 'workflow_dispatch';
  const inputs = resolveInputs({
    definitions: isDispatch ? loaded.workflow.dispatchInputs : [],
    given: isDispatch ? (run.options.inputs ?? {}) : {},
    what: loaded.path,
    scope: { contexts: { github, vars } },
  });
  const { signal } = run;
  const frame: Frame = { inputs, secrets: run.options.secrets ?? {}, prefix: '', signal, heldGroups: [] };
  const { concurrency } = loaded.workflow;
  const scope = { contexts: { github, vars, inputs } };
  const held = { run, concurrency, scope, frame, signal, id: loaded.workflow.name };
  const end = await withConcurrency(held, (heldGroups, inner) =>
    runGraph(run, loaded, { ...frame, heldGroups, signal: inner }),
  );
  return end?.result ?? 'cancelled';
}

function checkTriggered(loaded: LoadedWorkflow, event: RunEvent): void {
  const { action } = event.payload;
  const reason = whyNotTriggered(loaded.workflow.triggers, {
    event: event.name,
    ref: event.filterRef,
    activity: typeof action === 'string' ? action : undefined,
    changedFiles: event.changedFiles,
  });
  if (reason === undefined) return;
  throw new SwitchyardError({
    code: 'RUN_NOT_TRIGGERED',
    seen: `${event.name} of ${event.filterRef} does not start ${loaded.path}: ${reason}`,
    next: 'use another `--event` or `--ref`',
  });
}

function collect(run: Run, conclusion: RunResult['conclusion'], journal: readonly RunnerEvent[]): RunResult {
  const jobs = run.reports;
  return {
    runId: run.id,
    conclusion,
    jobs,
    artifacts: Object.fromEntries(run.artifacts.list().map(({ name, folder }) => [name, folder])),
    summaries: jobs.flatMap((job) =>
      job.steps
        .filter((step) => step.summary !== '')
        .map((step) => ({ job: job.id, step: step.name, text: step.summary })),
    ),
    annotations: journal.flatMap((event) =>
      event.type === 'annotation' ? [{ ...event.annotation, job: event.job, step: event.step }] : [],
    ),
    journal,
  };
}
