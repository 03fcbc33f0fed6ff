import { type DeploymentPlan, digestOf } from '@switchyard/documents';
import { formatTraffic, normalizeTraffic, SwitchyardError, type Traffic, tagNames } from '@switchyard/domain';
import { chooseSlot, type SlotChoice, type SlotOptions } from './choose-slot.ts';
import { shortDigest } from './config-hash.ts';
import { isDenied, parseDenyList } from './deny-list.ts';
import { type Desired, formatModel, type Observation } from './observation.ts';
import { isInFlight, recordedRollout } from './phase.ts';
import { type Refusal, refuse } from './refusal.ts';
import { formatBase, parseBase, type RestoreMap } from './restore-map.ts';
import { trafficAt } from './traffic-map.ts';

export interface RolloutRequest {
  readonly observation: Observation;
  readonly desired: Desired;
  /** Percent on the new deployment, rising, 100 at the end. */
  readonly steps: readonly number[];
  readonly circuit: string;
  readonly environment: string;
  /** Shortest time on a step. */
  readonly stepSeconds?: number;
  /** Longest time on a step without a clear answer; then the rollout is held. */
  readonly maxStepSeconds?: number;
  /** Fewest requests the new deployment answers on a step. */
  readonly minRequests?: number;
  readonly slotOptions?: SlotOptions;
}

/** One rollout, as `decide` needs it. */
export interface Rollout {
  /** 12 hex digits over endpoint, model, environment and settings; `.2` marks the second attempt. */
  readonly id: string;
  readonly endpoint: string;
  readonly slot: string;
  readonly desired: Desired;
  readonly steps: readonly number[];
  readonly stepSeconds: number;
  readonly maxStepSeconds: number;
  readonly minRequests: number;
}

export type RolloutPlan =
  | { readonly kind: 'no-op'; readonly slot: string; readonly detail: string; readonly plan: DeploymentPlan }
  | {
      readonly kind: 'plan';
      readonly rollout: Rollout;
      readonly ladder: readonly Traffic[];
      readonly plan: DeploymentPlan;
    }
  | Refusal;

/**
 * Plans a rollout from what the endpoint shows. Writes nothing.
 * @throws SwitchyardError `ROLLOUT_STEPS_INVALID`.
 */
export function planRollout(request: RolloutRequest): RolloutPlan {
  const { observation, desired } = request;
  checkSteps(request.steps);
  const model = { name: desired.model, version: desired.version };
  if (isDenied(parseDenyList(observation.tags[tagNames.deny]), model)) return deniedVersion(request);
  const choice = chooseSlot(observation, desired, request.slotOptions);
  if (choice.kind === 'refused') return choice;
  const id = rolloutId(request);
  const base = baseOf(observation);
  if (choice.kind === 'none') {
    const detail = `${formatModel(model)} with the same settings already serves on ${choice.slot}`;
    const steps: DeploymentPlan['steps'] = [{ action: 'no-op', what: `deployment ${choice.slot}`, detail }];
    return {
      kind: 'no-op',
      slot: choice.slot,
      detail,
      plan: document(request, { id, base, slot: choice.slot, steps, after: base.traffic }),
    };
  }
  const { stepSeconds = 0, maxStepSeconds = stepSeconds + 600, minRequests = 0 } = request;
  const ladder = ladderOf(base.traffic, choice.slot, request.steps);
  const limits = { stepSeconds, maxStepSeconds, minRequests };
  const rollout: Rollout = {
    id,
    endpoint: observation.endpoint,
    slot: choice.slot,
    desired,
    steps: request.steps,
    ...limits,
  };
  const steps = describeSteps(request, choice, ladder);
  const after = ladder.at(-1) ?? base.traffic;
  return { kind: 'plan', rollout, ladder, plan: document(request, { id, base, slot: choice.slot, steps, after }) };
}

/** The splits of a rollout, in order. Without live traffic before, everything moves at once. */
export function ladderOf(base: Traffic, slot: string, steps: readonly number[]): Traffic[] {
  const first = Object.keys(normalizeTraffic(base)).length === 0;
  return first ? [{ [slot]: 100 }] : steps.map((share) => trafficAt(base, slot, share));
}

/** The state to restore: the recorded one while a rollout is under way, else what is live now. */
export function baseOf(observation: Observation): RestoreMap {
  const recorded = recordedRollout(observation);
  const base = recorded && isInFlight(recorded.phase) ? parseBase(observation.tags[tagNames.base]) : null;
  return (
    base ?? {
      traffic: normalizeTraffic(observation.traffic),
      mirrorTraffic: normalizeTraffic(observation.mirrorTraffic),
    }
  );
}

/** The same request gives the same id, so that a second run continues; after an end, the next attempt counts up. */
function rolloutId({ observation, desired, environment }: RolloutRequest): string {
  const { model, version, confighash } = desired;
  const stem = shortDigest({ endpoint: observation.endpoint, environment, model, version, confighash });
  const recorded = recordedRollout(observation);
  const [recordedStem, attempt = '1'] = recorded?.id.split('.') ?? [];
  if (recorded === null || recordedStem !== stem) return stem;
  return isInFlight(recorded.phase) ? recorded.id : `${stem}.${Number(attempt) + 1}`;
}

function checkSteps(steps: readonly number[]): void {
  const whole = steps.every((step) => Number.isInteger(step) && step >= 1 && step <= 100);
  const rising = steps.every((step, index) => index === 0 || step > (steps[index - 1] ?? 0));
  if (whole && rising && steps.at(-1) === 100) return;
  throw new SwitchyardError({
    code: 'ROLLOUT_STEPS_INVALID',
    seen: `traffic steps ${steps.join(', ') || 'none'}`,
    expected: 'whole shares from 1 to 100, rising, with 100 at the end',
    next: 'correct traffic-steps',
  });
}

function deniedVersion({ observation, desired }: RolloutRequest): Refusal {
  return refuse('rejected', {
    code: 'ROLLOUT_VERSION_DENIED',
    seen: `${desired.model}:${desired.version} is on the deny list of endpoint ${observation.endpoint}`,
    expected: 'a version that was not rolled back',
    next: `train a new version, or take it off the tag ${tagNames.deny} with a reason`,
  });
}

type PlannedStep = DeploymentPlan['steps'][number];

function describeSteps(
  request: RolloutRequest,
  choice: Exclude<SlotChoice, Refusal>,
  ladder: readonly Traffic[],
): PlannedStep[] {
  const { observation, desired } = request;
  const steps: PlannedStep[] = [];
  const deployment = `deployment ${choice.slot}`;
  const model = `${desired.model}:${desired.version}`;
  if (!observation.exists)
    steps.push({ action: 'create', what: `endpoint ${observation.endpoint}`, detail: 'without traffic' });
  const base = baseOf(observation);
  steps.push({ action: 'update', what: 'endpoint tags', detail: `restore map ${formatBase(base)}` });
  if (choice.kind === 'create') {
    if (choice.replaces) steps.push({ action: 'delete', what: deployment, detail: 'ours, without traffic' });
    steps.push({ action: 'create', what: deployment, detail: `${model}, settings ${desired.confighash}` });
  } else {
    steps.push({ action: 'no-op', what: deployment, detail: `holds ${model} already; validated again` });
  }
  for (const traffic of ladder) steps.push({ action: 'update', what: 'traffic', detail: formatTraffic(traffic) });
  return steps;
}

interface PlanParts {
  readonly id: string;
  readonly base: RestoreMap;
  readonly slot: string;
  readonly steps: PlannedStep[];
  readonly after: Traffic;
}

function document({ observation, desired, circuit, environment }: RolloutRequest, parts: PlanParts): DeploymentPlan {
  return {
    schema: 'switchyard/deployment-plan/v1',
    circuit,
    environment,
    endpoint: observation.endpoint,
    rollout: parts.id,
    observationDigest: digestOf(observation),
    model: { name: desired.model, version: desired.version },
    slot: parts.slot,
    before: normalizeTraffic(observation.traffic),
    after: { ...parts.after },
    restore: { ...parts.base.traffic },
    steps: parts.steps,
  };
}
