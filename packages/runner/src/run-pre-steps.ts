import { SwitchyardError } from '@switchyard/domain';
import { evaluateBareCondition, evaluateText, type NodeRuns, type Step, type UsesStep } from '@switchyard/workflow';
import { evaluateEnv } from './evaluate-env.ts';
import { type JobRun, type StepFrame, type StepState, stepScope } from './job-run.ts';
import { runEntry } from './run-node-action.ts';
import { type LocatedAction, locateAction, resolveActionInputs, usesStandIn } from './run-uses.ts';
import { startStepLog } from './step-log.ts';
import { report } from './step-report.ts';

/** GitHub's limit of composite actions inside each other. */
const maxDepth = 10;

/**
 * Finds every action of the job before its first step, and runs their `pre` files. An action that cannot be found
 * fails the job here, also when its step would be skipped; actions in the workspace are not there yet.
 */
export async function runPreSteps(job: JobRun, frame: StepFrame, steps: readonly Step[], depth = 1): Promise<void> {
  for (const step of steps) {
    if (step.kind !== 'uses' || step.uses.startsWith('./') || usesStandIn(job, step)) continue;
    const action = await locateAction(job, frame, step);
    const { runs } = action.file;
    if (runs.kind === 'composite') {
      if (depth >= maxDepth) throw tooDeep(step);
      await runPreSteps(job, { ...frame, source: action.source }, runs.steps, depth + 1);
    } else if (runs.pre !== undefined) await runPre({ job, frame, step, action, runs, entry: runs.pre });
  }
}

function tooDeep(step: UsesStep): SwitchyardError {
  return new SwitchyardError({
    code: 'RUN_ACTIONS_TOO_DEEP',
    seen: `\`uses: ${step.uses}\` is more than ${maxDepth} composite actions deep`,
    next: 'break the circle',
    position: step.position,
  });
}

interface PreRequest {
  readonly job: JobRun;
  readonly frame: StepFrame;
  readonly step: UsesStep;
  readonly action: LocatedAction;
  readonly runs: NodeRuns;
  readonly entry: string;
}

async function runPre({ job, frame, step, action, runs, entry }: PreRequest): Promise<void> {
  const early = stepScope(job, frame, job.env);
  const env = evaluateEnv(step.env, early);
  const scope = stepScope(job, frame, { ...job.env, ...env });
  if (!evaluateBareCondition(runs.preIf, scope)) return;
  const log = startStepLog(job, `Pre Run ${step.uses}`);
  const startedAt = Date.now();
  job.run.emit({ type: 'step-started', job: job.id, step: log.name });
  const { signal } = job;
  const request = { job, frame, step: log, scope, env, github: {}, signal, timeoutMinutes: undefined };
  const given = Object.fromEntries(step.with.map(({ key, value }) => [key, evaluateText(value, scope)]));
  const inputs = resolveActionInputs(action.file, given, request);
  const outcome = await runEntry({ action, entry, inputs, request });
  const state: StepState = { outputs: log.outputs, outcome, conclusion: outcome };
  if (outcome === 'failure' && job.status === 'success') job.status = 'failure';
  report(job, { id: undefined, log, state, startedAt });
}
