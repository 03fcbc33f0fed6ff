import { type CompositeRuns, evaluateText } from '@switchyard/workflow';
import { type CompositeState, type StepFrame, stepScope } from './job-run.ts';
import type { StepConclusion } from './run-result.ts';
import type { LocatedAction } from './run-uses.ts';
import type { StepRequest } from './step-request.ts';

/** Runs the steps of a composite action; its outputs are evaluated afterwards, also when it failed. */
export async function runComposite(
  action: LocatedAction,
  runs: CompositeRuns,
  inputs: Readonly<Record<string, string>>,
  request: StepRequest,
): Promise<StepConclusion> {
  const { job } = request;
  const state: CompositeState = { failed: false };
  const frame: StepFrame = {
    steps: {},
    inputs,
    source: action.source,
    actionPath: action.folder,
    action: state,
    env: request.env,
    deadline: deadlineOf(request),
  };
  await job.runSteps(job, frame, runs.steps);
  const scope = stepScope(job, frame, { ...job.env, ...frame.env });
  for (const { name, value } of runs.outputs) request.step.outputs[name] = evaluateText(value, scope);
  if (request.signal.aborted) return 'cancelled';
  return state.failed ? 'failure' : 'success';
}

/** The earlier of the step's own limit and that of the action around it. */
function deadlineOf({ frame, timeoutMinutes }: StepRequest): number | undefined {
  const own = timeoutMinutes === undefined ? undefined : Date.now() + timeoutMinutes * 60_000;
  const limits = [own, frame.deadline].filter((limit) => limit !== undefined);
  return limits.length > 0 ? Math.min(...limits) : undefined;
}
