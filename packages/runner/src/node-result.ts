import type { JobResult } from './run-result.ts';

/** How a job ended, as the jobs after it see it. */
export interface NodeResult {
  readonly result: JobResult;
  readonly outputs: Readonly<Record<string, string>>;
}
