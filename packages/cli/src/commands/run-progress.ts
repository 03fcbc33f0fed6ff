import type { JobReport, RunnerEvent, RunResult } from '@switchyard/runner';

/** Lines of a failed step that are shown when nothing else was asked for. */
const tailLength = 40;

/** Turns events into lines as they happen: jobs and steps with their time, logs of failed steps. */
export function progressPrinter(print: (line: string) => void, verbose: boolean): (event: RunnerEvent) => void {
  const logs = new Map<string, string[]>();
  return (event) => {
    const line = eventLine(event);
    if (line !== undefined) print(line);
    if (event.type === 'log') {
      if (verbose) print(`    ${event.line}`);
      else logs.set(key(event), [...(logs.get(key(event)) ?? []), event.line].slice(-tailLength));
    }
    if (event.type === 'step-finished') {
      const tail = logs.get(key(event)) ?? [];
      logs.delete(key(event));
      if (event.outcome === 'failure') for (const each of tail) print(`    ${each}`);
    }
  };
}

function key(event: { readonly job: string; readonly step: string }): string {
  return `${event.job}\n${event.step}`;
}

function eventLine(event: RunnerEvent): string | undefined {
  switch (event.type) {
    case 'run-started':
      return `run ${event.runId} of ${event.workflow} in ${event.folder}`;
    case 'job-started':
      return `● ${event.job}`;
    case 'job-finished':
      return `${mark(event.result)} ${event.job}: ${event.result} (${duration(event.milliseconds)})`;
    case 'job-waiting':
      return `… ${event.job} waits for the concurrency group ${event.group}`;
    case 'step-finished':
      if (event.outcome === 'skipped') return undefined;
      return `  ${mark(event.outcome)} ${event.job} › ${event.step} (${duration(event.milliseconds)})`;
    case 'annotation':
      return `  ${event.annotation.level}: ${event.job}: ${event.annotation.message}`;
    case 'waiting-for-approval':
      return `… ${event.job} waits for ${event.reviewers.join(' or ')} to approve ${event.environment}`;
    case 'approved':
      return `✓ ${event.environment} approved by ${event.login}`;
    case 'refused':
      return `✗ ${event.environment} refused: ${event.reason}`;
    default:
      return undefined;
  }
}

function mark(result: string): string {
  if (result === 'success') return '✓';
  return result === 'failure' ? '✗' : '–';
}

/** The end of a run: the summaries of its steps, then a line for each job. */
export function resultText(result: RunResult): string {
  const summaries = result.summaries.map(({ job, text }) => `── ${job}\n${text.trimEnd()}\n`);
  const width = Math.max(...result.jobs.map((job) => job.id.length), 3);
  const rows = result.jobs.map((job) => `${mark(job.result)} ${job.id.padEnd(width)}  ${jobNotes(job)}`);
  return [...summaries, ...rows, `${mark(result.conclusion)} ${result.conclusion}`].join('\n');
}

function jobNotes(job: JobReport): string {
  const time = job.result === 'skipped' ? '' : duration(job.finishedAt - job.startedAt);
  const environment = job.environment === undefined ? '' : `environment ${job.environment}`;
  const approval = job.approvedBy === undefined ? '' : `approved by ${job.approvedBy}`;
  return [job.result, time, environment, approval].filter((note) => note !== '').join(', ');
}

function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
