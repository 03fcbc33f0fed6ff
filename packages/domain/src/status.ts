/** How a command or an action ended; the words of its `status` output. */
export const exitCodes = {
  done: 0,
  'no-change': 0,
  planned: 0,
  error: 1,
  rejected: 3,
  held: 4,
  aborted: 5,
  'needs-human': 6,
  locked: 7,
  cancelled: 130,
} as const;

/**
 * - `done`: what was asked for is so, and was read back
 * - `no-change`: it was so already
 * - `planned`: `dry-run`, nothing was written
 * - `error`: bad input or a service failure
 * - `rejected`: a gate or a policy said no
 * - `held`: inconclusive, or waiting for a person
 * - `aborted`: given up, and the state before was restored
 * - `needs-human`: the state is not one the engine can explain; nothing was written
 * - `locked`: somebody else holds the lock
 */
export type Status = keyof typeof exitCodes;

/** Verdict of a gate. Only `pass` and `first-model` let a model go on; which of them do is policy. */
export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'first-model' | 'error';
