import type { RollbackPlan } from '@switchyard/documents';
import { formatInstant, isSameTraffic, normalizeTraffic, type Traffic, tagNames } from '@switchyard/domain';
import type { EndpointWrite } from './decide.ts';
import { deny, formatDenyList, parseDenyList } from './deny-list.ts';
import { formatLastKnownGood, parseLastKnownGood, rememberGood } from './last-known-good.ts';
import {
  findDeployment,
  formatModel,
  isBusy,
  type ModelReference,
  modelOf,
  type Observation,
  servingSlots,
} from './observation.ts';
import { formatPhase, isInFlight, recordedRollout } from './phase.ts';
import { type Refusal, refuse } from './refusal.ts';
import { formatBase, parseBase, type RestoreMap } from './restore-map.ts';
import { findTarget, type RollbackTarget } from './rollback-target.ts';
import { validateTraffic } from './traffic-map.ts';

export interface RollbackRequest {
  readonly observation: Observation;
  /** `previous`, or a model version. */
  readonly target: string;
  readonly reason: string;
  readonly circuit: string;
  readonly environment: string;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly decidedAt: number;
  /** Whether the version left behind is refused from now on; true unless said otherwise. */
  readonly deny?: boolean;
  readonly unproven?: boolean;
  readonly cold?: boolean;
}

type Tags = Readonly<Record<string, string>>;

export type RollbackResult =
  | {
      readonly kind: 'plan';
      readonly plan: RollbackPlan;
      /** The one write that switches. On the cold path the slot has to be there before. */
      readonly write: EndpointWrite;
      /** Instances to give back before the switch; null when there are enough. */
      readonly scale: { readonly slot: string; readonly from: number; readonly to: number } | null;
      /** Set after the switch. */
      readonly deploymentTags: Readonly<Record<string, Tags>>;
    }
  | { readonly kind: 'no-change'; readonly detail: string }
  | Refusal;

/**
 * Plans the way back: to the split before an unfinished rollout, else to the version that was good
 * before, else to the version asked for. A rollback never trains, registers or builds.
 */
export function planRollback(request: RollbackRequest): RollbackResult {
  const { observation } = request;
  if (isBusy(observation.provisioningState)) return busy(observation);
  const restore = unfinishedBase(request);
  const current = currentOf(observation, restore !== null);
  if (!current) return nothingDeployed(observation);
  if (restore) return planRestore(request, current, restore);
  const found = findTarget({ ...request, current });
  if (found.kind === 'refused') return found;
  const traffic = { [found.slot]: 100 };
  if (isSameTraffic(observation.traffic, traffic)) {
    return { kind: 'no-change', detail: `${formatModel(found.model)} on ${found.slot} has all traffic already` };
  }
  return assemble(request, { current, target: found, after: { traffic, mirrorTraffic: {} }, isRestore: false });
}

interface Current {
  readonly slot: string;
  readonly model: ModelReference;
}

/** The restore map of a rollout that has moved traffic and not ended; only `previous` means it. */
function unfinishedBase({ observation, target }: RollbackRequest): RestoreMap | null {
  const recorded = recordedRollout(observation);
  if (target !== 'previous' || !recorded || !isInFlight(recorded.phase)) return null;
  const base = parseBase(observation.tags[tagNames.base]);
  const usable =
    base !== null && Object.keys(base.traffic).length > 0 && !isSameTraffic(base.traffic, observation.traffic);
  return usable ? base : null;
}

/** What is to be left: the slot being rolled out, else the one with the most traffic. */
function currentOf(observation: Observation, unfinished: boolean): Current | null {
  const slot = unfinished ? observation.tags[tagNames.target] : servingSlots(observation)[0];
  const deployment = findDeployment(observation, slot);
  if (!deployment) return null;
  return { slot: deployment.name, model: modelOf(deployment) ?? { name: 'unknown', version: 'unknown' } };
}

function planRestore(request: RollbackRequest, current: Current, base: RestoreMap): RollbackResult {
  const { observation } = request;
  const names = Object.entries(base.traffic).sort(([, a], [, b]) => b - a);
  const lost = names.find(([name]) => findDeployment(observation, name)?.provisioningState !== 'Succeeded');
  if (lost) {
    return refuse('needs-human', {
      code: 'ROLLBACK_TARGET_MISSING',
      seen: `deployment "${lost[0]}" of endpoint ${observation.endpoint} served before the rollout and is not ready`,
      expected: 'every deployment of the recorded split',
      next: 'name a version to return to, or repair the deployment',
    });
  }
  const slot = names[0]?.[0] ?? current.slot;
  const deployment = findDeployment(observation, slot) ?? null;
  const model = (deployment && modelOf(deployment)) ?? { name: 'unknown', version: 'unknown' };
  const target: RollbackTarget = { kind: 'target', path: 'warm', slot, model, deployment };
  return assemble(request, { current, target, after: base, isRestore: true });
}

interface Parts {
  readonly current: Current;
  readonly target: RollbackTarget;
  readonly after: RestoreMap;
  readonly isRestore: boolean;
}

function assemble(request: RollbackRequest, parts: Parts): RollbackResult {
  const { observation, circuit, environment, reason } = request;
  const { current, target, after } = parts;
  const names = observation.deployments.map((deployment) => deployment.name);
  validateTraffic({ traffic: after.traffic, deployments: target.path === 'cold' ? [...names, target.slot] : names });
  const tags = tagsAfter(request, parts);
  const scale = scaleBefore(observation, parts);
  const before = normalizeTraffic(observation.traffic);
  const plan: RollbackPlan = {
    schema: 'switchyard/rollback-plan/v1',
    circuit,
    environment,
    endpoint: observation.endpoint,
    reason,
    path: target.path,
    current: { slot: current.slot, model: { ...current.model }, traffic: before },
    target: { slot: target.slot, model: { ...target.model }, traffic: { ...after.traffic } },
    changes: changesOf(observation, { parts, tags, scale }),
    status: 'planned',
    marks: { decidedAt: formatInstant(request.decidedAt), switchedAt: null, verifiedAt: null },
  };
  const deploymentTags = {
    [target.slot]: { [tagNames.role]: 'champion' },
    [current.slot]: { [tagNames.role]: 'retired' },
  };
  return { kind: 'plan', plan, write: { ...after, tags }, scale, deploymentTags };
}

/** The rollout that is left counts as aborted, with the new split as its end state. */
function tagsAfter(request: RollbackRequest, { current, target, after, isRestore }: Parts): Tags {
  const { observation, decidedAt } = request;
  const tags: Record<string, string> = {
    [tagNames.phase]: formatPhase({ name: 'aborted' }),
    [tagNames.since]: formatInstant(decidedAt),
    [tagNames.base]: formatBase(after),
  };
  if (
    request.deny !== false &&
    current.model.name !== 'unknown' &&
    formatModel(current.model) !== formatModel(target.model)
  ) {
    tags[tagNames.deny] = formatDenyList(deny(parseDenyList(observation.tags[tagNames.deny]), current.model));
  }
  if (!isRestore) {
    const history = parseLastKnownGood(observation.tags[tagNames.lastKnownGood]);
    const kept = history.filter(({ model }) => formatModel(model) !== formatModel(current.model));
    const confighash = target.deployment?.tags[tagNames.configHash] ?? null;
    tags[tagNames.lastKnownGood] = formatLastKnownGood(
      rememberGood(kept, { slot: target.slot, model: target.model, confighash }),
    );
  }
  return tags;
}

function scaleBefore(
  observation: Observation,
  { current, target }: Parts,
): { slot: string; from: number; to: number } | null {
  const wanted = findDeployment(observation, current.slot)?.capacity ?? null;
  const from = target.deployment?.capacity ?? null;
  return wanted !== null && from !== null && from < wanted ? { slot: target.slot, from, to: wanted } : null;
}

interface Difference {
  readonly parts: Parts;
  readonly tags: Tags;
  readonly scale: { readonly slot: string; readonly from: number; readonly to: number } | null;
}

/** Changed fields only, as JSON pointers into the endpoint (`/traffic/blue`) and its deployments. */
function changesOf(observation: Observation, { parts, tags, scale }: Difference): RollbackPlan['changes'] {
  const { current, target, after } = parts;
  const changes: RollbackPlan['changes'] = [
    ...shareChanges('/traffic', observation.traffic, after.traffic),
    ...shareChanges('/mirrorTraffic', observation.mirrorTraffic, after.mirrorTraffic),
  ];
  if (formatModel(current.model) !== formatModel(target.model)) {
    changes.push({ path: '/model', before: formatModel(current.model), after: formatModel(target.model) });
  }
  if (target.path === 'cold')
    changes.push({ path: `/deployments/${target.slot}`, before: null, after: formatModel(target.model) });
  if (scale) changes.push({ path: `/deployments/${scale.slot}/capacity`, before: scale.from, after: scale.to });
  for (const [name, value] of Object.entries(tags)) {
    const before = observation.tags[name] ?? null;
    if (before !== value) changes.push({ path: `/tags/${name}`, before, after: value });
  }
  return changes;
}

function shareChanges(path: string, before: Traffic, after: Traffic): RollbackPlan['changes'] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort((a, b) => (a < b ? -1 : 1));
  return names.flatMap((name) => {
    const change = { path: `${path}/${name}`, before: before[name] ?? 0, after: after[name] ?? 0 };
    return change.before === change.after ? [] : [change];
  });
}

function busy(observation: Observation): Refusal {
  return refuse('held', {
    code: 'ROLLBACK_ENDPOINT_BUSY',
    seen: `endpoint ${observation.endpoint} is ${observation.provisioningState}`,
    expected: 'an endpoint at rest',
    next: 'wait until the running operation has ended, then look again',
  });
}

function nothingDeployed(observation: Observation): Refusal {
  return refuse('rejected', {
    code: 'ROLLBACK_NOTHING_DEPLOYED',
    seen: `endpoint ${observation.endpoint} ${observation.exists ? 'has no live traffic' : 'does not exist'}`,
    expected: 'an endpoint with a deployment that serves',
    next: 'check the circuit and the environment, or deploy a model first',
  });
}
