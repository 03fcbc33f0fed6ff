import { SwitchyardError, type SwitchyardErrorInit } from '@switchyard/domain';

/** A plan that cannot be: a named reason instead of a guess. Nothing was written. */
export interface Refusal {
  readonly kind: 'refused';
  /**
   * - `rejected`: a rule says no
   * - `held`: possible after something else has ended
   * - `needs-human`: the state is not one the engine can explain
   */
  readonly status: 'rejected' | 'held' | 'needs-human';
  readonly error: SwitchyardError;
}

export function refuse(status: Refusal['status'], init: SwitchyardErrorInit): Refusal {
  return { kind: 'refused', status, error: new SwitchyardError(init) };
}
