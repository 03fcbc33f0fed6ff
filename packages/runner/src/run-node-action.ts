import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { errorText, SwitchyardError } from '@switchyard/domain';
import { evaluateBareCondition, type NodeRuns } from '@switchyard/workflow';
import { type StepState, stepScope } from './job-run.ts';
import { runProgram } from './run-program.ts';
import type { StepConclusion } from './run-result.ts';
import type { LocatedAction } from './run-uses.ts';
import { startStepLog } from './step-log.ts';
import { report } from './step-report.ts';
import type { StepRequest } from './step-request.ts';

/** Runs a JavaScript action and puts its `post` on the job's list first, so that it also runs after a failure. */
export async function runNodeAction(
  action: LocatedAction,
  runs: NodeRuns,
  inputs: Readonly<Record<string, string>>,
  request: StepRequest,
): Promise<StepConclusion> {
  if (runs.post !== undefined) addPost({ action, entry: runs.post, inputs, request }, runs);
  return runEntry({ action, entry: runs.main, inputs, request });
}

export interface NodeEntry {
  readonly action: LocatedAction;
  /** Relative to the action's folder. */
  readonly entry: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly request: StepRequest;
}

/** Runs one of the files of a JavaScript action. */
export async function runEntry({ action, entry, inputs, request }: NodeEntry): Promise<StepConclusion> {
  const { job, frame } = request;
  const script = resolve(join(action.folder, entry));
  if (!existsSync(script)) {
    throw new SwitchyardError({
      code: 'RUN_ACTION_FILE_NOT_FOUND',
      seen: `${action.uses}: ${script} does not exist`,
      next: 'build the action, and commit what was built',
    });
  }
  return runProgram({
    job,
    frame,
    step: request.step,
    command: job.run.nodeBinary,
    args: [script],
    folder: job.folders.workspace,
    env: { ...request.env, ...inputVariables(inputs), ...stateVariables(action.state) },
    github: {
      ...request.github,
      action_path: action.folder,
      action_repository: action.isLocal ? '' : action.source.repository,
      action_ref: action.isLocal ? '' : action.source.ref,
    },
    state: action.state,
    signal: request.signal,
    timeoutMinutes: request.timeoutMinutes,
  });
}

function addPost(entry: NodeEntry, runs: NodeRuns): void {
  const { request } = entry;
  const { job, frame } = request;
  const name = `Post ${request.step.name}`;
  const run = async () => {
    const log = startStepLog(job, name);
    const state: StepState = { outputs: {}, outcome: 'skipped', conclusion: 'skipped' };
    const startedAt = Date.now();
    try {
      const scope = stepScope(job, { ...frame, action: undefined }, { ...job.env, ...request.env });
      if (!evaluateBareCondition(runs.postIf, scope)) return;
      job.run.emit({ type: 'step-started', job: job.id, step: name });
      const controller = new AbortController();
      state.outcome = await runEntry({
        ...entry,
        request: { ...request, scope, step: log, signal: controller.signal },
      });
    } catch (error) {
      log.annotate({ level: 'error', message: errorText(error) });
      state.outcome = 'failure';
    }
    state.conclusion = state.outcome;
    if (state.outcome === 'failure' && job.status === 'success') job.status = 'failure';
    report(job, { id: undefined, log, state, startedAt });
  };
  job.posts.unshift({ name, run });
}

/** Upper case, spaces to underscores; hyphens stay. */
function inputVariables(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]),
  );
}

function stateVariables(state: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]));
}
