import type { JobRun, StepRun, StepState } from './job-run.ts';
import type { StepReport } from './run-result.ts';

/** Records a finished step for the report and the events. Steps that did not run are reported as skipped. */
export function report(
  job: JobRun,
  finished: { id: string | undefined; log: StepRun; state: StepState; startedAt: number },
): void {
  const { log, state } = finished;
  const entry: StepReport = {
    id: finished.id,
    name: log.name,
    outcome: state.outcome,
    conclusion: state.conclusion,
    outputs: state.outputs,
    annotations: log.annotations,
    summary: log.summary,
  };
  job.reports.push(entry);
  const { outcome, conclusion } = state;
  const milliseconds = Date.now() - finished.startedAt;
  job.run.emit({ type: 'step-finished', job: job.id, step: log.name, outcome, conclusion, milliseconds });
}
