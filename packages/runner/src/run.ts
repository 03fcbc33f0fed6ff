import type { Value } from '@switchyard/workflow';
import type { ArtifactStore } from './artifacts.ts';
import type { ConcurrencyGroups } from './concurrency.ts';
import type { UntimedEvent } from './event.ts';
import type { RunEvent } from './event-payload.ts';
import type { Limiter } from './limiter.ts';
import type { CancelGrace } from './process.ts';
import type { RunOptions } from './run-options.ts';
import type { JobReport } from './run-result.ts';
import type { Source, Sources } from './source.ts';

/** What all jobs of a run share. */
export interface Run {
  readonly id: string;
  readonly number: number;
  /** Everything the run writes lies below it. */
  readonly folder: string;
  readonly options: RunOptions;
  readonly event: RunEvent;
  readonly eventPath: string;
  /** The commit of the workflow that was started. */
  readonly source: Source;
  readonly workflowName: string;
  /** `owner/name/.github/workflows/x.yml@refs/heads/main`. */
  readonly workflowRef: string;
  readonly sources: Sources;
  readonly artifacts: ArtifactStore;
  readonly limiter: Limiter;
  readonly groups: ConcurrencyGroups;
  readonly grace: CancelGrace;
  readonly nodeBinary: string;
  readonly signal: AbortSignal;
  readonly reports: JobReport[];
  readonly emit: (event: UntimedEvent) => void;
}

/** Whose values an expression sees: the run's own, or those of a called workflow. */
export interface Frame {
  readonly inputs: Readonly<Record<string, Value>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** In front of job ids: `caller / `. */
  readonly prefix: string;
  readonly signal: AbortSignal;
  /** Concurrency groups that callers hold. */
  readonly heldGroups: readonly string[];
}

export function serverUrl(): string {
  return 'https://github.com';
}

export function apiUrl(run: Run): string {
  return run.options.github?.url ?? run.options.githubApiUrl ?? 'https://api.github.com';
}
