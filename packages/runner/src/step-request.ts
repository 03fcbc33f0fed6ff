import type { Scope } from '@switchyard/workflow';
import type { JobRun, StepFrame, StepRun } from './job-run.ts';

/** What running a step needs, once its `env` and its condition are known. */
export interface StepRequest {
  readonly job: JobRun;
  readonly frame: StepFrame;
  readonly step: StepRun;
  readonly scope: Scope;
  /** Step `env`, and that of composite actions around it. */
  readonly env: Readonly<Record<string, string>>;
  readonly github: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly timeoutMinutes: number | undefined;
}
