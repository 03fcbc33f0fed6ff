export { chooseSlot, type SlotChoice, type SlotOptions } from './choose-slot.ts';
export { type ConfighashInput, confighashOf } from './config-hash.ts';
export { type Check, decide, type Facts, type NextStep } from './decide.ts';
export { deny, formatDenyList, isDenied, parseDenyList } from './deny-list.ts';
export { formatLastKnownGood, type LastKnownGood, parseLastKnownGood } from './last-known-good.ts';
export {
  createdBySwitchyard,
  type DeploymentObservation,
  type Desired,
  isBusy,
  type ModelReference,
  modelOf,
  type Observation,
  servingSlots,
} from './observation.ts';
export { formatPhase, type Phase, parsePhase, recordedRollout, reportedPhase } from './phase.ts';
export { planRollback, type RollbackRequest, type RollbackResult } from './plan-rollback.ts';
export { ladderOf, planRollout, type Rollout, type RolloutPlan, type RolloutRequest } from './plan-rollout.ts';
export type { Refusal } from './refusal.ts';
export { formatBase, parseBase, type RestoreMap } from './restore-map.ts';
export { trafficAt, validateTraffic } from './traffic-map.ts';
