import type { JobReport, RunnerEvent, RunOptions, RunResult } from '../src/index.ts';
import { runWorkflow } from '../src/index.ts';
import type { TestRepository } from './repository.ts';

/** Runs `.github/workflows/<name>.yml` of a test repository for a push to main. */
export function start(repository: TestRepository, name: string, options: Partial<RunOptions> = {}): Promise<RunResult> {
  const { folder, workFolder, sharedFolder } = repository;
  return runWorkflow({
    workflowPath: `.github/workflows/${name}.yml`,
    repositoryFolder: folder,
    workFolder,
    repository: 'acme/models',
    event: 'push',
    ref: 'refs/heads/main',
    ...options,
    env: { SHARED: sharedFolder, ...options.env },
  });
}

/** Result of each job, by id. */
export function results(run: RunResult): Record<string, string> {
  return Object.fromEntries(run.jobs.map((job) => [job.id, job.result]));
}

export function jobOf(run: RunResult, id: string): JobReport {
  const job = run.jobs.find((each) => each.id === id);
  if (!job) throw new Error(`no job ${id} in ${run.jobs.map((each) => each.id).join(', ')}`);
  return job;
}

/** Outputs of the step with an id. */
export function outputsOf(run: RunResult, jobId: string, stepId: string): Readonly<Record<string, string>> {
  const step = jobOf(run, jobId).steps.find((each) => each.id === stepId);
  if (!step) throw new Error(`no step ${stepId} in ${jobId}`);
  return step.outputs;
}

/** Log lines of a job, without the echo of its scripts. */
export function linesOf(run: RunResult, jobId: string): string[] {
  return run.journal
    .filter((event): event is Extract<RunnerEvent, { type: 'log' }> => event.type === 'log' && event.job === jobId)
    .map((event) => event.line)
    .filter((line) => !line.startsWith('$ '));
}
