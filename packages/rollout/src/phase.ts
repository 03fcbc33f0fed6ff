import type { RolloutPhase } from '@switchyard/documents';
import { tagNames } from '@switchyard/domain';
import type { Observation } from './observation.ts';

/** Phases that are written into the tag; the others follow from what the service shows. */
export type Phase =
  | { readonly name: 'planned' | 'promoted' | 'aborting' | 'aborted' }
  /** `step` counts from 1. */
  | { readonly name: 'canary'; readonly step: number };

export function formatPhase(phase: Phase): string {
  return phase.name === 'canary' ? `canary:${phase.step}` : phase.name;
}

/** The inverse of `formatPhase`; null when the text is not one. */
export function parsePhase(text: string | undefined): Phase | null {
  if (text === 'planned' || text === 'promoted' || text === 'aborting' || text === 'aborted') return { name: text };
  const [, step] = /^canary:([1-9]\d?)$/.exec(text ?? '') ?? [];
  return step === undefined ? null : { name: 'canary', step: Number(step) };
}

/** True while a rollout has begun and not ended. */
export function isInFlight(phase: Phase | null): boolean {
  return phase !== null && phase.name !== 'promoted' && phase.name !== 'aborted';
}

/** The rollout that an endpoint's tags tell of. */
export interface RecordedRollout {
  readonly id: string;
  readonly phase: Phase | null;
  readonly target: string | undefined;
}

export function recordedRollout(observation: Observation): RecordedRollout | null {
  const id = observation.tags[tagNames.rollout];
  if (!id) return null;
  return { id, phase: parsePhase(observation.tags[tagNames.phase]), target: observation.tags[tagNames.target] };
}

/** Word for reports: adds what the tag leaves out, because it is visible on the deployment. */
export function reportedPhase(phase: Phase, slotState: string | undefined): RolloutPhase {
  if (phase.name !== 'planned') return phase.name;
  if (slotState === undefined) return 'planned';
  return slotState === 'Succeeded' ? 'validating' : 'provisioning';
}
