import { errorText } from '@switchyard/domain';
import {
  evaluateCondition,
  evaluateText,
  evaluateToken,
  isTruthy,
  type Scope,
  type Step,
  type Token,
} from '@switchyard/workflow';
import { evaluateEnv } from './evaluate-env.ts';
import { type JobRun, type StepFrame, type StepRun, type StepState, stepScope } from './job-run.ts';
import type { StepConclusion } from './run-result.ts';
import { runScript } from './run-script.ts';
import { runUses } from './run-uses.ts';
import { startStepLog } from './step-log.ts';
import { report } from './step-report.ts';
import type { StepRequest } from './step-request.ts';

/** Runs the steps one after the other; each decides by its own condition. */
export async function runSteps(job: JobRun, frame: StepFrame, steps: readonly Step[]): Promise<void> {
  for (const [index, step] of steps.entries()) await runStep(job, frame, step, index);
}

async function runStep(job: JobRun, frame: StepFrame, step: Step, index: number): Promise<void> {
  const early = stepScope(job, frame, { ...job.env, ...frame.env });
  const name = stepName(step, early);
  const state: StepState = { outputs: {}, outcome: 'skipped', conclusion: 'skipped' };
  const log = startStepLog(job, name);
  const startedAt = Date.now();
  try {
    const env = { ...frame.env, ...evaluateEnv(step.env, early) };
    const scope = stepScope(job, frame, { ...job.env, ...env });
    if (evaluateCondition(step.condition, scope)) {
      job.run.emit({ type: 'step-started', job: job.id, step: name });
      const request = {
        job,
        frame,
        step: log,
        scope,
        env,
        github: actionKeys(frame, step, index),
        timeoutMinutes: minutesLeft(frame, step, scope),
      };
      state.outcome = await runUntilCancelled(request, step);
    }
  } catch (error) {
    log.annotate({ level: 'error', message: errorText(error) });
    log.log(errorText(error));
    state.outcome = 'failure';
  }
  state.outputs = log.outputs;
  state.conclusion = state.outcome === 'failure' && continues(step, early, log) ? 'success' : state.outcome;
  if (step.id !== undefined) frame.steps[step.id] = state;
  if (state.conclusion === 'failure') fail(job, frame);
  report(job, { id: step.id, log, state, startedAt });
}

/** What `timeout-minutes` of the step and of the actions around it leave. */
function minutesLeft(frame: StepFrame, step: Step, scope: Scope): number | undefined {
  const own = step.timeoutMinutes ? Number(evaluateToken(step.timeoutMinutes, scope)) : undefined;
  if (frame.deadline === undefined) return own;
  const left = Math.max(frame.deadline - Date.now(), 0) / 60_000;
  return own === undefined ? left : Math.min(own, left);
}

/** A cancelled run ends the step, unless the step's own condition still holds: `always()` steps finish. */
async function runUntilCancelled(request: Omit<StepRequest, 'signal'>, step: Step): Promise<StepConclusion> {
  const { job, frame } = request;
  const controller = new AbortController();
  const onAbort = () => {
    if (!evaluateCondition(step.condition, stepScope(job, frame, request.env))) controller.abort();
  };
  // A step that starts after the cancel is there because its condition wants it.
  if (!job.signal.aborted) job.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const complete = { ...request, signal: controller.signal };
    return step.kind === 'run' ? await runScript(step, complete) : await runUses(step, complete);
  } finally {
    job.signal.removeEventListener('abort', onAbort);
  }
}

function fail(job: JobRun, frame: StepFrame): void {
  if (frame.action) frame.action.failed = true;
  else if (job.status === 'success') job.status = 'failure';
}

function continues(step: Step, scope: Scope, log: StepRun): boolean {
  try {
    return step.continueOnError !== undefined && isTruthy(evaluateToken(step.continueOnError, scope));
  } catch (error) {
    log.annotate({ level: 'error', message: errorText(error) });
    return false;
  }
}

function actionKeys(frame: StepFrame, step: Step, index: number): Record<string, string> {
  const action = step.id ?? (step.kind === 'run' ? '__run' : `__${step.uses.replace(/[^\w]+/g, '_')}`);
  const path = frame.actionPath === undefined ? {} : { action_path: frame.actionPath };
  return { action: step.id === undefined && index > 0 ? `${action}_${index + 1}` : action, ...path };
}

function stepName(step: Step, scope: Scope): string {
  if (step.name) {
    try {
      return evaluateText(step.name, scope);
    } catch {
      // The step itself reports the mistake when it runs into it; a name is only for show.
      return writtenText(step.name);
    }
  }
  if (step.kind === 'uses') return `Run ${step.uses}`;
  return `Run ${writtenText(step.run).trim().split('\n')[0] ?? ''}`;
}

function writtenText(token: Token): string {
  if (token.kind === 'expression' || token.kind === 'template') return token.text;
  return token.kind === 'literal' ? String(token.value) : token.kind;
}
