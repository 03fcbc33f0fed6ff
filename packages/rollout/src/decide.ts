import {
  formatInstant,
  formatTraffic,
  isSameTraffic,
  normalizeTraffic,
  type Traffic,
  tagNames,
} from '@switchyard/domain';
import { formatLastKnownGood, parseLastKnownGood, rememberGood } from './last-known-good.ts';
import {
  createdBySwitchyard,
  findDeployment,
  formatModel,
  hasTraffic,
  isBusy,
  isOurs,
  modelOf,
  type Observation,
} from './observation.ts';
import { formatPhase, isInFlight, type Phase, recordedRollout } from './phase.ts';
import { ladderOf, type Rollout } from './plan-rollout.ts';
import { formatBase, parseBase, type RestoreMap } from './restore-map.ts';
import { tagValue } from './tag-value.ts';
import { validateTraffic } from './traffic-map.ts';

/** A finding about the new deployment. */
export interface Check {
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  readonly detail: string;
}

/** What the caller knows besides the observation. */
export interface Facts {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: number;
  /** Result of requests sent to the slot before it had traffic; null until they were sent. */
  readonly validation: Check | null;
  /** Health of the slot under traffic; `from` is the instant its data begin. Null until it was measured. */
  readonly health: (Check & { readonly requests: number; readonly from: number }) | null;
  /** A person, or a cancelled run, asks to give up. */
  readonly stop: boolean;
}

type Tags = Readonly<Record<string, string>>;

/** A write of an endpoint: traffic and tags travel in one PUT. */
export interface EndpointWrite {
  readonly traffic: Traffic;
  readonly mirrorTraffic: Traffic;
  /** Tags to set; all others stay. */
  readonly tags: Tags;
}

export type NextStep =
  | { readonly do: 'create-endpoint' }
  /** Tags of the endpoint; the traffic stays as it is. */
  | { readonly do: 'tag'; readonly tags: Tags }
  | { readonly do: 'delete-slot'; readonly slot: string }
  | { readonly do: 'create-slot'; readonly slot: string; readonly tags: Tags }
  | { readonly do: 'wait'; readonly what: string }
  | { readonly do: 'validate'; readonly slot: string }
  | ({ readonly do: 'shift'; readonly step: number } & EndpointWrite)
  /** Measure the health of the slot; `until` is the earliest instant at which the step can end. */
  | {
      readonly do: 'watch';
      readonly slot: string;
      readonly since: number;
      readonly until: number;
      readonly requests: number;
    }
  /** Deployment tags first, then the endpoint's: the endpoint's say that all is done. */
  | { readonly do: 'promote'; readonly tags: Tags; readonly deploymentTags: Readonly<Record<string, Tags>> }
  | ({ readonly do: 'abort'; readonly reason: string } & EndpointWrite)
  | { readonly do: 'finish-abort'; readonly tags: Tags }
  | { readonly do: 'hold'; readonly reason: string }
  | { readonly do: 'needs-human'; readonly reason: string }
  | { readonly do: 'done'; readonly status: 'done' | 'aborted' };

interface Situation {
  readonly observation: Observation;
  readonly rollout: Rollout;
  readonly facts: Facts;
  readonly base: RestoreMap;
  readonly ladder: readonly Traffic[];
}

/**
 * The next step of a rollout. Pure: the caller observes, asks, does the one step, and observes again.
 * Everything the engine remembers is in the endpoint's tags, so a killed run continues where it was.
 */
export function decide(observation: Observation, rollout: Rollout, facts: Facts): NextStep {
  if (!observation.exists) return facts.stop ? { do: 'done', status: 'aborted' } : { do: 'create-endpoint' };
  if (isBusy(observation.provisioningState)) return { do: 'wait', what: `endpoint ${observation.endpoint}` };
  const recorded = recordedRollout(observation);
  const phase = recorded?.id === rollout.id ? recorded.phase : null;
  if (phase === null) return begin(observation, rollout, facts);
  const base = parseBase(observation.tags[tagNames.base]);
  if (base === null) return needsHuman(observation, `the tag ${tagNames.base} cannot be read`);
  const ladder = ladderOf(base.traffic, rollout.slot, rollout.steps);
  const situation = { observation, rollout, facts, base, ladder };
  switch (phase.name) {
    case 'promoted':
      return isSameTraffic(observation.traffic, ladder.at(-1))
        ? { do: 'done', status: 'done' }
        : foreignTraffic(situation);
    case 'aborted':
      return isRestored(situation) ? { do: 'done', status: 'aborted' } : foreignTraffic(situation);
    case 'aborting':
      return isRestored(situation) ? finishAbort(facts) : abort(situation, 'the abort had not finished');
    case 'planned':
      return facts.stop ? abort(situation, 'stop was asked for') : prepare(situation);
    case 'canary':
      return facts.stop ? abort(situation, 'stop was asked for') : climb(situation, phase.step);
  }
}

function begin(observation: Observation, rollout: Rollout, facts: Facts): NextStep {
  if (facts.stop) return { do: 'done', status: 'aborted' };
  const recorded = recordedRollout(observation);
  const before = parseBase(observation.tags[tagNames.base]);
  const moved = before === null || !isSameTraffic(before.traffic, observation.traffic);
  // A phase that cannot be read may be a rollout in flight: its restore map must not be overwritten.
  if (recorded && (recorded.phase === null || isInFlight(recorded.phase)) && moved) {
    return needsHuman(observation, `rollout ${recorded.id} has moved traffic and has not ended`);
  }
  const tags = {
    [tagNames.rollout]: rollout.id,
    // The only place that writes the restore map: from here to the end of the rollout it does not change.
    [tagNames.base]: formatBase(liveMap(observation)),
    [tagNames.target]: rollout.slot,
    ...phaseTags({ name: 'planned' }, facts),
  };
  return { do: 'tag', tags };
}

/** From the plan to a validated slot, with the traffic untouched. */
function prepare(situation: Situation): NextStep {
  const { observation, rollout, facts, base } = situation;
  if (!isSameTraffic(observation.traffic, base.traffic)) return foreignTraffic(situation);
  const slot = findDeployment(observation, rollout.slot);
  if (!slot) return { do: 'create-slot', slot: rollout.slot, tags: slotTags(rollout) };
  if (isBusy(slot.provisioningState)) return { do: 'wait', what: `deployment ${slot.name}` };
  if (hasTraffic(observation, slot.name))
    return needsHuman(observation, `slot ${slot.name} has traffic before the rollout gave it any`);
  if (!isOurs(slot)) return needsHuman(observation, `deployment ${slot.name} was not made by Switchyard`);
  const ofThisRollout = slot.tags[tagNames.rollout] === rollout.id;
  const asWanted = slot.tags[tagNames.configHash] === rollout.desired.confighash;
  if (slot.provisioningState !== 'Succeeded') {
    if (ofThisRollout) return abort(situation, `deployment ${slot.name} is ${slot.provisioningState}`);
    return { do: 'delete-slot', slot: slot.name };
  }
  if (!asWanted) return { do: 'delete-slot', slot: slot.name };
  if (facts.validation === null) return { do: 'validate', slot: slot.name };
  if (facts.validation.verdict === 'fail') return abort(situation, facts.validation.detail);
  if (facts.validation.verdict === 'inconclusive') return { do: 'hold', reason: facts.validation.detail };
  return shift(situation, 1);
}

/** On a traffic step: measure, then go up, stay, or give up. */
function climb(situation: Situation, step: number): NextStep {
  const { observation, rollout, facts, ladder, base } = situation;
  const expected = ladder[step - 1];
  const before = step === 1 ? base.traffic : ladder[step - 2];
  if (expected === undefined) return needsHuman(observation, `the phase names step ${step} of ${ladder.length}`);
  if (!isSameTraffic(observation.traffic, expected)) {
    return isSameTraffic(observation.traffic, before) ? shift(situation, step) : foreignTraffic(situation);
  }
  const slot = findDeployment(observation, rollout.slot);
  if (!slot || slot.provisioningState === 'Failed' || slot.provisioningState === 'Canceled') {
    return abort(situation, `deployment ${rollout.slot} is ${slot?.provisioningState ?? 'gone'}`);
  }
  const since = Date.parse(observation.tags[tagNames.since] ?? '');
  if (Number.isNaN(since)) return needsHuman(observation, `the tag ${tagNames.since} cannot be read`);
  const watch = {
    do: 'watch',
    slot: slot.name,
    since,
    until: since + rollout.stepSeconds * 1000,
    requests: rollout.minRequests,
  } as const;
  // Data from before the last increase say nothing about this step.
  const health = facts.health && facts.health.from >= since ? facts.health : null;
  if (health === null) return watch;
  if (health.verdict === 'fail') return abort(situation, health.detail);
  const enough = facts.now >= watch.until && health.requests >= rollout.minRequests;
  if (health.verdict === 'pass' && enough)
    return step === ladder.length ? promote(situation) : shift(situation, step + 1);
  if (facts.now < since + rollout.maxStepSeconds * 1000) return watch;
  const seen = `${health.requests} of ${rollout.minRequests} requests`;
  return { do: 'hold', reason: `no clear answer after ${rollout.maxStepSeconds} s (${seen}): ${health.detail}` };
}

function shift(situation: Situation, step: number): NextStep {
  const { observation, base, ladder, facts } = situation;
  const traffic = ladder[step - 1] ?? {};
  const lost = Object.keys(base.traffic).find(
    (name) => findDeployment(observation, name)?.provisioningState !== 'Succeeded',
  );
  if (lost !== undefined)
    return needsHuman(observation, `deployment ${lost}, which an abort would return to, is not ready`);
  validateTraffic({ traffic, deployments: observation.deployments.map((deployment) => deployment.name) });
  return { do: 'shift', step, traffic, mirrorTraffic: {}, tags: phaseTags({ name: 'canary', step }, facts) };
}

function promote({ observation, rollout, base, facts }: Situation): NextStep {
  const { model, version, confighash } = rollout.desired;
  const previous = Object.keys(base.traffic).filter((name) => name !== rollout.slot);
  const deploymentTags: Record<string, Tags> = { [rollout.slot]: { [tagNames.role]: 'champion' } };
  for (const name of previous) deploymentTags[name] = { [tagNames.role]: 'previous' };
  let history = parseLastKnownGood(observation.tags[tagNames.lastKnownGood]);
  const [only] = previous;
  const served = previous.length === 1 ? findDeployment(observation, only) : undefined;
  const servedModel = served && modelOf(served);
  // What served everything before is good too, even when another tool deployed it.
  if (served && servedModel) {
    const hash = served.tags[tagNames.configHash] ?? null;
    history = rememberGood(history, { slot: served.name, model: servedModel, confighash: hash });
  }
  history = rememberGood(history, { slot: rollout.slot, model: { name: model, version }, confighash });
  const tags = { [tagNames.lastKnownGood]: formatLastKnownGood(history), ...phaseTags({ name: 'promoted' }, facts) };
  return { do: 'promote', tags, deploymentTags };
}

/** One write back to the restore map; `finish-abort` follows when it was read back. */
function abort(situation: Situation, reason: string): NextStep {
  const { observation, rollout, base, facts } = situation;
  const known = new Set([...Object.keys(base.traffic), rollout.slot]);
  const foreign = Object.keys(normalizeTraffic(observation.traffic)).some((name) => !known.has(name));
  if (foreign) return foreignTraffic(situation);
  const names = observation.deployments.map((deployment) => deployment.name);
  const gone = Object.keys(base.traffic).find((name) => !names.includes(name));
  if (gone !== undefined)
    return needsHuman(observation, `deployment ${gone}, to which the traffic should return, is gone`);
  validateTraffic({ traffic: base.traffic, deployments: names, allowNone: true });
  return { do: 'abort', reason, ...base, tags: phaseTags({ name: 'aborting' }, facts) };
}

function finishAbort(facts: Facts): NextStep {
  return { do: 'finish-abort', tags: phaseTags({ name: 'aborted' }, facts) };
}

function isRestored({ observation, base }: Situation): boolean {
  return (
    isSameTraffic(observation.traffic, base.traffic) && isSameTraffic(observation.mirrorTraffic, base.mirrorTraffic)
  );
}

function liveMap(observation: Observation): RestoreMap {
  return { traffic: normalizeTraffic(observation.traffic), mirrorTraffic: normalizeTraffic(observation.mirrorTraffic) };
}

function phaseTags(phase: Phase, facts: Facts): Tags {
  return { [tagNames.phase]: formatPhase(phase), [tagNames.since]: formatInstant(facts.now) };
}

/** Tags of a new deployment; they travel in the request that creates it. */
export function slotTags({ id, desired }: Rollout): Tags {
  return {
    [tagNames.createdBy]: createdBySwitchyard,
    [tagNames.rollout]: id,
    [tagNames.role]: 'challenger',
    [tagNames.model]: tagValue(formatModel({ name: desired.model, version: desired.version })),
    [tagNames.configHash]: desired.confighash,
  };
}

function foreignTraffic({ observation, base }: Situation): NextStep {
  const reason = `traffic is ${formatTraffic(observation.traffic)}, which no step of this rollout wrote; before it was ${formatTraffic(base.traffic)}`;
  return needsHuman(observation, reason);
}

function needsHuman(observation: Observation, reason: string): NextStep {
  return { do: 'needs-human', reason: `endpoint ${observation.endpoint}: ${reason}; nothing was written` };
}
