import { SwitchyardError } from '@switchyard/domain';
import { type Concurrency, evaluateText, evaluateToken, isTruthy, type Scope } from '@switchyard/workflow';
import type { Frame, Run } from './run.ts';

export interface HoldRequest {
  readonly run: Run;
  readonly concurrency: Concurrency | undefined;
  readonly scope: Scope;
  readonly frame: Pick<Frame, 'heldGroups'>;
  readonly signal: AbortSignal;
  /** Of the job, or of the run. */
  readonly id: string;
}

/**
 * Runs `work` inside its concurrency group, if it has one. Undefined: a newer one took the place while this one
 * waited. `work` gets the groups held now, and a signal that also aborts when a newer one takes over.
 */
export async function withConcurrency<T>(
  request: HoldRequest,
  work: (heldGroups: readonly string[], signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const { run, concurrency, scope, frame, signal, id } = request;
  if (!concurrency) return work(frame.heldGroups, signal);
  const name = evaluateText(concurrency.group, scope);
  // Groups are shared by a whole repository, and by nobody else.
  const group = `${run.options.repository} ${name}`.toLowerCase();
  if (frame.heldGroups.includes(group)) {
    throw new SwitchyardError({
      code: 'RUN_CONCURRENCY_DEADLOCK',
      seen: `'${id}' wants the concurrency group '${name}', which its own caller holds`,
      next: 'give the called workflow a group of its own',
      position: concurrency.position,
    });
  }
  const replaced = new AbortController();
  const inner = AbortSignal.any([signal, replaced.signal]);
  const cancelInProgress = concurrency.cancelInProgress
    ? isTruthy(evaluateToken(concurrency.cancelInProgress, scope))
    : false;
  return run.groups.run(
    {
      group,
      cancelInProgress,
      queue: concurrency.queue,
      onReplaced: () => replaced.abort(),
      signal,
      onWaiting: () => run.emit({ type: 'job-waiting', job: id, group: name }),
    },
    () => work([...frame.heldGroups, group], inner),
  );
}
