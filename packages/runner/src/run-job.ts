import { errorText, SwitchyardError } from '@switchyard/domain';
import {
  type Combination,
  evaluateText,
  evaluateToken,
  type Permissions,
  type Scope,
  type StepsJob,
} from '@switchyard/workflow';
import { passGate } from './environment-gate.ts';
import type { Annotation } from './event.ts';
import { endDeployment, startDeployment } from './job-deployment.ts';
import { type JobRun, type StepFrame, stepScope } from './job-run.ts';
import { checkRunsOn, prepareJob } from './job-setup.ts';
import type { LoadedWorkflow } from './load-workflow.ts';
import { signalGroup } from './process.ts';
import type { Frame, Run } from './run.ts';
import { runPreSteps } from './run-pre-steps.ts';
import type { JobReport, JobResult } from './run-result.ts';
import { runSteps } from './run-step.ts';

/** One job to run: of a matrix, one combination. */
export interface JobRequest {
  readonly run: Run;
  readonly loaded: LoadedWorkflow;
  readonly job: StepsJob;
  readonly frame: Frame;
  /** With prefix and matrix values. */
  readonly id: string;
  readonly name: string;
  readonly permissions: Permissions;
  readonly needs: Readonly<Record<string, unknown>>;
  readonly strategy: Readonly<Record<string, unknown>>;
  readonly matrix: Combination;
  /** Contexts of the job's own keys: github, inputs, vars, needs, strategy, matrix. */
  readonly scope: Scope;
  readonly signal: AbortSignal;
}

export interface JobOutcome {
  readonly result: JobResult;
  readonly outputs: Readonly<Record<string, string>>;
}

/** GitHub's limit for a job without `timeout-minutes`. */
const defaultTimeoutMinutes = 360;

/** Passes the environment's gate, waits for a free place, runs the steps, and reports. */
export async function runJob(request: JobRequest): Promise<JobOutcome> {
  const { run, job, id } = request;
  const startedAt = Date.now();
  const extra: { environment?: string; approvedBy?: string } = {};
  try {
    checkRunsOn(request);
    const environment = job.environment ? evaluateText(job.environment.name, request.scope) : '';
    if (environment !== '') {
      extra.environment = environment;
      const approval = await passGate({ run, jobId: id, environment, signal: request.signal });
      if (approval) extra.approvedBy = approval.login;
    }
    return await run.limiter.run(() => start(request, environment, extra));
  } catch (error) {
    const result = request.signal.aborted ? 'cancelled' : 'failure';
    const annotation: Annotation = { level: 'error', message: errorText(error) };
    run.emit({ type: 'annotation', job: id, step: '', annotation });
    const step = { id: undefined, name: 'Set up job', outputs: {}, annotations: [annotation], summary: '' };
    const steps = [{ ...step, outcome: result, conclusion: result } as const];
    return finish(request, { ...extra, result, outputs: {}, steps, startedAt });
  }
}

async function start(
  request: JobRequest,
  environment: string,
  extra: { environment?: string; approvedBy?: string },
): Promise<JobOutcome> {
  const { run, id } = request;
  if (request.signal.aborted) throw new SwitchyardError({ code: 'RUN_CANCELLED', seen: 'cancelled before it started' });
  const startedAt = Date.now();
  run.emit({ type: 'job-started', job: id });
  const state = await prepareJob(request, environment);
  const deployment = startDeployment(request, environment);
  const frame: StepFrame = {
    steps: {},
    inputs: request.frame.inputs,
    source: request.loaded.source,
    actionPath: undefined,
    action: undefined,
    env: {},
    deadline: undefined,
  };
  const timer = startTimeout(state);
  const onAbort = () => {
    state.status = 'cancelled';
  };
  // First in line: the steps' own listeners look at the status.
  state.signal.addEventListener('abort', onAbort, { once: true });
  try {
    await runPreSteps(state, frame, request.job.steps);
    await runSteps(state, frame, request.job.steps);
    // Each `post` may see what the ones before it did.
    for (const post of state.posts) await post.run();
  } finally {
    clearTimeout(timer);
    state.signal.removeEventListener('abort', onAbort);
    for (const group of state.processGroups) signalGroup(group, 'SIGTERM');
    run.options.github?.endJob(state.credentials.token);
  }
  const outputs = jobOutputs(state, frame);
  endDeployment(request, deployment, state, frame);
  return finish(request, { ...extra, result: state.status, outputs, steps: state.reports, startedAt });
}

function finish(request: JobRequest, report: Omit<JobReport, 'id' | 'name' | 'finishedAt'>): JobOutcome {
  const { run, id, name } = request;
  const finishedAt = Date.now();
  run.reports.push({ id, name, finishedAt, ...report });
  const { result, outputs, startedAt } = report;
  run.emit({ type: 'job-finished', job: id, result, milliseconds: finishedAt - startedAt });
  return { result, outputs };
}

function startTimeout(state: JobRun): NodeJS.Timeout {
  const { timeoutMinutes } = state.job;
  const value = timeoutMinutes
    ? Number(evaluateToken(timeoutMinutes, { contexts: state.contexts }))
    : defaultTimeoutMinutes;
  return setTimeout(() => {
    const message = `The job has exceeded the maximum execution time of ${value} minutes.`;
    state.run.emit({ type: 'annotation', job: state.id, step: '', annotation: { level: 'error', message } });
    state.cancel();
  }, value * 60_000);
}

/** Outputs that would show a secret are left out, as on GitHub: the next job sees nothing. */
function jobOutputs(state: JobRun, frame: StepFrame): Record<string, string> {
  const scope = stepScope(state, frame, state.env);
  const outputs: Record<string, string> = {};
  for (const { key, value } of state.job.outputs) {
    const text = evaluateText(value, scope);
    if (state.masker.mask(text) === text) {
      if (text !== '') outputs[key] = text;
      continue;
    }
    const message = `Skip output '${key}' since it may contain secret.`;
    state.run.emit({ type: 'annotation', job: state.id, step: '', annotation: { level: 'warning', message } });
  }
  return outputs;
}
