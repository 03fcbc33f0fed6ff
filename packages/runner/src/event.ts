import type { JobResult, StepConclusion } from './run-result.ts';

/** What happens during a run, as it happens. `time` is in milliseconds since 1970; texts are masked. */
export type RunnerEvent = { readonly time: number } & (
  | { readonly type: 'run-started'; readonly runId: string; readonly workflow: string; readonly folder: string }
  | { readonly type: 'run-finished'; readonly conclusion: 'success' | 'failure' | 'cancelled' }
  | { readonly type: 'job-started'; readonly job: string }
  | { readonly type: 'job-finished'; readonly job: string; readonly result: JobResult; readonly milliseconds: number }
  | { readonly type: 'job-waiting'; readonly job: string; readonly group: string }
  | { readonly type: 'step-started'; readonly job: string; readonly step: string }
  | {
      readonly type: 'step-finished';
      readonly job: string;
      readonly step: string;
      readonly outcome: StepConclusion;
      readonly conclusion: StepConclusion;
      readonly milliseconds: number;
    }
  | { readonly type: 'log'; readonly job: string; readonly step: string; readonly line: string }
  | { readonly type: 'annotation'; readonly job: string; readonly step: string; readonly annotation: Annotation }
  | {
      readonly type: 'waiting-for-approval';
      readonly job: string;
      readonly environment: string;
      readonly reviewers: readonly string[];
    }
  | {
      readonly type: 'approved';
      readonly job: string;
      readonly environment: string;
      readonly login: string;
      readonly comment: string;
    }
  | { readonly type: 'refused'; readonly job: string; readonly environment: string; readonly reason: string }
);

type WithoutTime<Event> = Event extends RunnerEvent ? Omit<Event, 'time'> : never;

/** An event before it gets its time. */
export type UntimedEvent = WithoutTime<RunnerEvent>;

export interface Annotation {
  readonly level: 'notice' | 'warning' | 'error';
  readonly message: string;
  readonly title?: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}
