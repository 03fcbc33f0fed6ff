import type { Annotation, RunnerEvent } from './event.ts';

export type JobResult = 'success' | 'failure' | 'skipped' | 'cancelled';
export type StepConclusion = 'success' | 'failure' | 'skipped' | 'cancelled';

export interface RunResult {
  readonly runId: string;
  readonly conclusion: 'success' | 'failure' | 'cancelled';
  readonly jobs: readonly JobReport[];
  /** Folder of each artifact, by name. */
  readonly artifacts: Readonly<Record<string, string>>;
  readonly summaries: readonly StepSummary[];
  readonly annotations: readonly PlacedAnnotation[];
  /** Every event of the run, in order. */
  readonly journal: readonly RunnerEvent[];
}

export interface JobReport {
  /** `train (PLANT001)`; a job of a called workflow is `caller / job`. */
  readonly id: string;
  readonly name: string;
  readonly result: JobResult;
  readonly outputs: Readonly<Record<string, string>>;
  readonly steps: readonly StepReport[];
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly environment?: string;
  readonly approvedBy?: string;
}

export interface StepReport {
  readonly id: string | undefined;
  readonly name: string;
  /** Before `continue-on-error`. */
  readonly outcome: StepConclusion;
  /** After `continue-on-error`. */
  readonly conclusion: StepConclusion;
  readonly outputs: Readonly<Record<string, string>>;
  readonly annotations: readonly Annotation[];
  readonly summary: string;
}

export interface StepSummary {
  readonly job: string;
  readonly step: string;
  readonly text: string;
}

export interface PlacedAnnotation extends Annotation {
  readonly job: string;
  readonly step: string;
}
