import { formatTraffic, isSameTraffic, tagNames } from '@switchyard/domain';
import { parseLastKnownGood } from './last-known-good.ts';
import {
  type DeploymentObservation,
  type Desired,
  findDeployment,
  hasTraffic,
  isOurs,
  type Observation,
  servingSlots,
} from './observation.ts';
import { isInFlight, recordedRollout } from './phase.ts';
import { type Refusal, refuse } from './refusal.ts';
import { parseBase } from './restore-map.ts';

export interface SlotOptions {
  /** Replace the deployment that a rollback would return to. */
  readonly evictRollbackTarget?: boolean;
  /** Take a split without our tags as the state to restore. */
  readonly adopt?: boolean;
  /** How long the previous deployment stays reserved after a promotion; 0 does not reserve it. */
  readonly rollbackWindowSeconds?: number;
  /** Needed with a rollback window. */
  readonly now?: number;
}

export type SlotChoice =
  /** Already serving everything. */
  | { readonly kind: 'none'; readonly slot: string }
  /** `replaces`: a deployment of ours without traffic has to be deleted first. */
  | { readonly kind: 'create'; readonly slot: string; readonly replaces: boolean }
  /** The slot holds, or is about to hold, what is wanted. */
  | { readonly kind: 'resume'; readonly slot: string }
  | Refusal;

/**
 * Chooses the slot for a new deployment. Only a slot without traffic is ever chosen, and never one
 * that somebody else made.
 */
export function chooseSlot(observation: Observation, desired: Desired, options: SlotOptions = {}): SlotChoice {
  const serving = servingSlots(observation);
  const recorded = recordedRollout(observation);
  const base = parseBase(observation.tags[tagNames.base]);
  const moved = base === null || !isSameTraffic(base.traffic, observation.traffic);
  if (recorded && isInFlight(recorded.phase) && moved) return unfinished(observation, desired);
  if (serving.length > 1 && !options.adopt) return unexplainedSplit(observation);
  const [first] = serving;
  const live = findDeployment(observation, first);
  if (serving.length === 1 && live && hashOf(live) === desired.confighash) return { kind: 'none', slot: live.name };
  const slot = otherSlot(observation, serving);
  if (slot === undefined) return bothBusy(observation);
  const occupant = findDeployment(observation, slot);
  return occupant
    ? judgeOccupant(observation, occupant, { desired, options })
    : { kind: 'create', slot, replaces: false };
}

function hashOf(deployment: DeploymentObservation): string | undefined {
  return deployment.tags[tagNames.configHash];
}

function otherSlot(observation: Observation, serving: readonly string[]): string | undefined {
  const free = ['blue', 'green'].filter((slot) => !serving.includes(slot));
  if (serving.length > 0) return free[0];
  // Nothing is live, as after a failed first deployment: rather not the one that was good before.
  const [good] = parseLastKnownGood(observation.tags[tagNames.lastKnownGood]);
  return free.find((slot) => slot !== good?.slot) ?? free[0];
}

function judgeOccupant(
  observation: Observation,
  occupant: DeploymentObservation,
  { desired, options }: { desired: Desired; options: SlotOptions },
): SlotChoice {
  const { name: slot, provisioningState } = occupant;
  if (hasTraffic(observation, slot)) return unexplainedSplit(observation);
  if (!isOurs(occupant)) return foreignSlot(observation, slot);
  const failed = provisioningState === 'Failed' || provisioningState === 'Canceled';
  if (hashOf(occupant) === desired.confighash && provisioningState !== 'Deleting') {
    return failed ? { kind: 'create', slot, replaces: true } : { kind: 'resume', slot };
  }
  if (!options.evictRollbackTarget && !failed && isReserved(observation, occupant, options)) {
    return reservedSlot(observation, occupant);
  }
  return { kind: 'create', slot, replaces: true };
}

/** True for the slot a rollback would need: known good while another serves unproven, or inside the window. */
function isReserved(observation: Observation, occupant: DeploymentObservation, options: SlotOptions): boolean {
  const [good] = parseLastKnownGood(observation.tags[tagNames.lastKnownGood]);
  if (good?.slot === occupant.name && good.confighash === hashOf(occupant)) return true;
  const { rollbackWindowSeconds = 0, now } = options;
  const since = Date.parse(observation.tags[tagNames.since] ?? '');
  if (rollbackWindowSeconds === 0 || now === undefined || Number.isNaN(since)) return false;
  return occupant.tags[tagNames.role] === 'previous' && now - since < rollbackWindowSeconds * 1000;
}

function unfinished(observation: Observation, desired: Desired): SlotChoice {
  const recorded = recordedRollout(observation);
  const target = findDeployment(observation, recorded?.target);
  if (target && hashOf(target) === desired.confighash) return { kind: 'resume', slot: target.name };
  return refuse('held', {
    code: 'ROLLOUT_UNFINISHED',
    seen: `endpoint ${observation.endpoint} is in the middle of rollout ${recorded?.id} with ${formatTraffic(observation.traffic)}`,
    expected: 'the same model and settings as that rollout, or an endpoint at rest',
    next: 'run rollback to restore the split before it, then deploy again',
  });
}

function unexplainedSplit(observation: Observation): Refusal {
  const mirror = formatTraffic(observation.mirrorTraffic);
  return refuse('needs-human', {
    code: 'ROLLOUT_SPLIT_UNEXPLAINED',
    seen: `endpoint ${observation.endpoint} has traffic ${formatTraffic(observation.traffic)} and mirror ${mirror} that no rollout of ours recorded`,
    expected: 'one deployment with all traffic',
    next: 'give all traffic to one deployment, then deploy again',
  });
}

function foreignSlot(observation: Observation, slot: string): Refusal {
  return refuse('needs-human', {
    code: 'ROLLOUT_SLOT_FOREIGN',
    seen: `deployment "${slot}" of endpoint ${observation.endpoint} was not made by Switchyard`,
    expected: `a free slot, or one with the tag ${tagNames.createdBy}`,
    next: `delete "${slot}" if nobody needs it`,
  });
}

function reservedSlot(observation: Observation, occupant: DeploymentObservation): Refusal {
  return refuse('held', {
    code: 'ROLLOUT_ROLLBACK_TARGET',
    seen: `deployment "${occupant.name}" of endpoint ${observation.endpoint} is what a rollback would return to`,
    expected: 'a slot that no rollback needs',
    next: 'wait until the rollback window has passed, or delete that deployment if nobody needs it',
  });
}

function bothBusy(observation: Observation): Refusal {
  return refuse('needs-human', {
    code: 'ROLLOUT_NO_SLOT',
    seen: `both blue and green of endpoint ${observation.endpoint} have traffic (${formatTraffic(observation.traffic)})`,
    expected: 'a slot without traffic',
    next: 'give all traffic to one of them first',
  });
}
