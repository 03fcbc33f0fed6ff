import type { ActionResult, Environment } from '@switchyard/action-kit';
import type { DeploymentState } from '@switchyard/documents';
import { type Clock, errorText, formatInstant, formatTraffic, type Logger, tagNames } from '@switchyard/domain';
import { observeEndpoint } from '@switchyard/project';
import { renderDeployment } from '@switchyard/reports';
import {
  type Check,
  decide,
  type NextStep,
  type Observation,
  parseBase,
  type RolloutPlan,
  recordedRollout,
  reportedPhase,
} from '@switchyard/rollout';
import { applyStep } from './apply-step.ts';
import type { CompiledDeployment, DeploymentTarget } from './compile-deployment.ts';

export interface RolloutContext {
  readonly inputs: { readonly 'timeout-minutes': number; readonly 'state-file': string | undefined };
  readonly environment: Environment;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly writeReport: (document: unknown) => Promise<string>;
  readonly writeDocument: (document: unknown, name: string, path: string | undefined) => Promise<string>;
}

export interface RolloutRun<O extends string> {
  readonly context: RolloutContext;
  readonly target: DeploymentTarget;
  readonly deployment: CompiledDeployment;
  readonly planned: Extract<RolloutPlan, { kind: 'plan' }>;
  readonly outputs: Partial<Record<O, string>>;
}

/** What this run has found out; the endpoint's tags hold everything else. */
export interface Findings {
  validation: Check | null;
  health: (Check & { requests: number; from: number }) | null;
  /** Why the rollout is given up; null while it is not. */
  stop: string | null;
}

type LastStep = Extract<NextStep, { do: 'done' | 'hold' | 'needs-human' }>;

/**
 * Observes, decides, does one step, and again, until the rollout is done, given up or held. The first failure of a step
 * leads to the abort; a failure of the abort itself is thrown, and the next run goes on from the tags.
 */
export async function runRollout<O extends string>(run: RolloutRun<O>): Promise<ActionResult<O>> {
  const { context, target, planned } = run;
  const findings: Findings = { validation: null, health: null, stop: null };
  const deadline = context.clock.now() + context.inputs['timeout-minutes'] * 60_000;
  const decisions: DeploymentState['decisions'] = [];
  let stateFile = '';
  for (;;) {
    const observation = await observeEndpoint(target.places.workspace, target.endpoint);
    stopIfAsked(findings, context, deadline);
    const facts = {
      now: context.clock.now(),
      validation: findings.validation,
      health: findings.health,
      stop: findings.stop !== null,
    };
    const step = decide(observation, planned.rollout, facts);
    if (step.do !== 'wait') record(decisions, { step, observation, run, findings });
    stateFile = await context.writeDocument(
      stateOf(run, observation, decisions),
      'deployment_state',
      context.inputs['state-file'],
    );
    if (step.do === 'done' || step.do === 'hold' || step.do === 'needs-human') {
      return finish(run, { step, observation, decisions, findings, stateFile });
    }
    await applyOrStop(run, step, observation, findings);
  }
}

function stopIfAsked(findings: Findings, context: RolloutContext, deadline: number): void {
  if (context.signal.aborted) findings.stop ??= 'the run was cancelled';
  if (context.clock.now() > deadline)
    findings.stop ??= `not finished after ${context.inputs['timeout-minutes']} minutes`;
}

async function applyOrStop<O extends string>(
  run: RolloutRun<O>,
  step: Exclude<NextStep, LastStep>,
  observation: Observation,
  findings: Findings,
): Promise<void> {
  try {
    await applyStep(run, step, observation, findings);
  } catch (error) {
    if (run.context.signal.aborted && findings.stop === null) return;
    if (findings.stop !== null) throw error;
    findings.stop = errorText(error);
    run.context.logger.warning(`Step "${step.do}" failed: ${findings.stop}`);
  }
}

function record<O extends string>(
  decisions: DeploymentState['decisions'],
  {
    step,
    observation,
    run,
    findings,
  }: { step: NextStep; observation: Observation; run: RolloutRun<O>; findings: Findings },
): void {
  const detail = describe(step, findings);
  const at = formatInstant(run.context.clock.now());
  const last = decisions.at(-1);
  if (last?.verdict === step.do && last.detail === detail) return;
  decisions.push({ at, phase: phaseOf(observation, run.planned.rollout.slot), verdict: step.do, detail });
  run.context.logger.info(`${at} ${formatTraffic(observation.traffic).padEnd(20)} ${step.do}: ${detail}`);
}

function describe(step: NextStep, findings: Findings): string {
  switch (step.do) {
    case 'shift':
      return `step ${step.step}: traffic becomes ${formatTraffic(step.traffic)}`;
    case 'abort':
      return `${findings.stop ?? step.reason}; traffic goes back to ${formatTraffic(step.traffic)}`;
    case 'hold':
    case 'needs-human':
      return step.reason;
    case 'create-slot':
    case 'delete-slot':
    case 'validate':
      return `deployment ${step.slot}`;
    case 'watch':
      return `deployment ${step.slot}, at least ${step.requests} requests until ${formatInstant(step.until)}`;
    case 'tag':
      return `split to restore recorded: ${step.tags['switchyard.base'] ?? ''}`;
    case 'wait':
      return step.what;
    case 'done':
      return step.status;
    case 'create-endpoint':
      return 'the endpoint does not exist';
    case 'promote':
      return 'every step passed';
    case 'finish-abort':
      return 'the split before is live again';
  }
}

function phaseOf(observation: Observation, slot: string): DeploymentState['phase'] {
  const state = observation.deployments.find(({ name }) => name === slot)?.provisioningState;
  return reportedPhase(recordedRollout(observation)?.phase ?? { name: 'planned' }, state);
}

function stateOf<O extends string>(
  { target, planned }: RolloutRun<O>,
  observation: Observation,
  decisions: DeploymentState['decisions'],
): DeploymentState {
  const { plan, rollout } = planned;
  return {
    schema: 'switchyard/deployment-state/v1',
    circuit: plan.circuit,
    environment: plan.environment,
    endpoint: target.endpoint,
    rollout: rollout.id,
    phase: phaseOf(observation, rollout.slot),
    model: plan.model,
    slot: rollout.slot,
    restore: parseBase(observation.tags[tagNames.base]) ?? {
      traffic: plan.restore,
      mirrorTraffic: observation.mirrorTraffic,
    },
    current: observation.traffic,
    decisions,
  };
}

async function finish<O extends string>(
  run: RolloutRun<O>,
  end: {
    readonly step: LastStep;
    readonly observation: Observation;
    readonly decisions: DeploymentState['decisions'];
    readonly findings: Findings;
    readonly stateFile: string;
  },
): Promise<ActionResult<O>> {
  const { planned, target, context } = run;
  const state = stateOf(run, end.observation, end.decisions);
  const reportFile = await context.writeReport(state);
  return {
    ...outcome(run, end),
    summary: renderDeployment(state),
    outputs: {
      ...run.outputs,
      'deployment-name': planned.rollout.slot,
      'endpoint-name': target.endpoint,
      'traffic-json': JSON.stringify(end.observation.traffic),
      'state-file': end.stateFile,
      'report-file': reportFile,
    } as Partial<Record<O, string>>,
  };
}

function outcome<O extends string>(
  { planned, target }: RolloutRun<O>,
  {
    step,
    observation,
    decisions,
  }: { step: LastStep; observation: Observation; decisions: DeploymentState['decisions'] },
): Pick<ActionResult<O>, 'status' | 'message'> {
  const what = `${planned.plan.model.name}:${planned.plan.model.version} on ${target.endpoint}`;
  const split = formatTraffic(observation.traffic);
  if (step.do === 'hold')
    return { status: 'held', message: `DEPLOY_HELD: ${what}: ${step.reason}; traffic stays at ${split}` };
  if (step.do === 'needs-human') return { status: 'needs-human', message: `DEPLOY_NEEDS_HUMAN: ${step.reason}` };
  if (step.status === 'done') return { status: 'done', message: `${what} serves; traffic ${split}` };
  const why =
    decisions.find((decision) => decision.verdict === 'abort')?.detail ?? 'stopped before anything was written';
  return { status: 'aborted', message: `DEPLOY_ABORTED: ${what}: ${why}; traffic is ${split}` };
}
