import {
  type Combination,
  evaluateText,
  evaluateToken,
  expandMatrix,
  isTruthy,
  type Job,
  matrixSuffix,
  type Scope,
  type Strategy,
  type Token,
  type Value,
} from '@switchyard/workflow';
import { withConcurrency } from './hold-group.ts';
import { Limiter } from './limiter.ts';
import type { LoadedWorkflow } from './load-workflow.ts';
import type { NodeResult } from './node-result.ts';
import type { Frame, Run } from './run.ts';
import { runCall } from './run-call.ts';
import { runJob } from './run-job.ts';
import type { JobResult } from './run-result.ts';

export interface NodeRequest {
  readonly run: Run;
  readonly loaded: LoadedWorkflow;
  readonly frame: Frame;
  readonly job: Job;
  readonly needs: Readonly<Record<string, unknown>>;
  readonly scope: Scope;
  /** Runs the jobs of a called workflow. */
  readonly runNested: (run: Run, loaded: LoadedWorkflow, frame: Frame) => Promise<NodeResult>;
}

/** One of the jobs a matrix gives; without a matrix, the only one. */
export interface Instance {
  readonly id: string;
  readonly name: string;
  readonly matrix: Combination;
  readonly strategy: Readonly<Record<string, unknown>>;
  readonly scope: Scope;
  readonly frame: Frame;
  readonly signal: AbortSignal;
}

interface InstanceEnd extends NodeResult {
  /** With `continue-on-error`: counts as success for the jobs after it. */
  readonly forgiven: boolean;
}

/** Runs every instance of a job; a failed one cancels the others unless `fail-fast` is false. */
export async function runInstances(request: NodeRequest): Promise<NodeResult> {
  const { job, scope, frame } = request;
  const combinations = matrixOf(job.strategy, scope);
  const failFast = optional(job.strategy?.failFast, scope, isTruthy, true);
  const maxParallel = optional(job.strategy?.maxParallel, scope, Number, Math.max(combinations.length, 1));
  const limiter = new Limiter(maxParallel);
  const others = new AbortController();
  // A job that may run although the run is cancelled must not be stopped by that cancel.
  const signals = frame.signal.aborted ? [others.signal] : [frame.signal, others.signal];
  const merged: Record<string, string> = {};
  const ends = await Promise.all(
    combinations.map((matrix, index) =>
      limiter.run(async () => {
        const strategy = {
          'fail-fast': failFast,
          'job-index': index,
          'job-total': combinations.length,
          'max-parallel': maxParallel,
        };
        const instance = makeInstance(request, matrix, strategy, AbortSignal.any(signals));
        const end = await runInstance(request, instance);
        if (end.result === 'failure' && !end.forgiven && failFast) others.abort();
        // The last one to end wins, by name, unless it has nothing to say.
        for (const [name, value] of Object.entries(end.outputs)) if (value !== '') merged[name] = value;
        return end;
      }),
    ),
  );
  return { result: together(ends), outputs: merged };
}

function matrixOf(strategy: Strategy | undefined, scope: Scope): Combination[] {
  if (!strategy?.matrix) return [{}];
  return expandMatrix(evaluateToken(strategy.matrix, scope), strategy.matrix.position);
}

function optional<T>(token: Token | undefined, scope: Scope, read: (value: Value) => T, otherwise: T): T {
  return token ? read(evaluateToken(token, scope)) : otherwise;
}

function makeInstance(
  { job, scope, frame, needs }: NodeRequest,
  matrix: Combination,
  strategy: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Instance {
  const own: Scope = { contexts: { ...scope.contexts, needs, matrix, strategy }, ...pick(scope) };
  const suffix = matrixSuffix(matrix);
  const id = `${frame.prefix}${job.id}${suffix}`;
  const text = job.name && evaluateText(job.name, own);
  const name = text === undefined ? id : `${frame.prefix}${text}${job.name?.kind === 'literal' ? suffix : ''}`;
  return { id, name, matrix, strategy, scope: own, signal, frame: { ...frame, signal } };
}

function pick(scope: Scope): Pick<Scope, 'functions'> {
  return scope.functions ? { functions: scope.functions } : {};
}

async function runInstance(request: NodeRequest, instance: Instance): Promise<InstanceEnd> {
  const { run, job } = request;
  const { id, scope, frame, signal } = instance;
  const end = await withConcurrency({ run, concurrency: job.concurrency, scope, frame, signal, id }, (held, inner) => {
    const inside = { ...instance, signal: inner, frame: { ...frame, signal: inner, heldGroups: held } };
    return job.kind === 'call' ? runCall(request, job, inside) : runSteps(request, inside);
  });
  if (!end) return { ...replaced(run, instance), forgiven: false };
  const forgiven = job.kind === 'steps' && optional(job.continueOnError, scope, isTruthy, false);
  return { ...end, forgiven };
}

async function runSteps(request: NodeRequest, instance: Instance): Promise<NodeResult> {
  const { run, loaded, job, needs } = request;
  if (job.kind !== 'steps') throw new Error(`job '${job.id}' has no steps`);
  const permissions = loaded.permissions.get(job.id) ?? {};
  return runJob({ run, loaded, job, needs, permissions, ...instance });
}

function replaced(run: Run, { id, name }: Instance): NodeResult {
  const now = Date.now();
  run.reports.push({ id, name, result: 'cancelled', outputs: {}, steps: [], startedAt: now, finishedAt: now });
  run.emit({ type: 'job-finished', job: id, result: 'cancelled', milliseconds: 0 });
  return { result: 'cancelled', outputs: {} };
}

function together(ends: readonly InstanceEnd[]): JobResult {
  const results = ends.map((end) => (end.forgiven && end.result === 'failure' ? 'success' : end.result));
  if (results.includes('failure')) return 'failure';
  if (results.includes('cancelled')) return 'cancelled';
  return results.every((result) => result === 'skipped') && results.length > 0 ? 'skipped' : 'success';
}
