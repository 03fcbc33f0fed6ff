import { evaluateText, evaluateToken, isTruthy } from '@switchyard/workflow';
import { shortName } from './event-payload.ts';
import { type JobRun, type StepFrame, stepScope } from './job-run.ts';
import { type Run, serverUrl } from './run.ts';
import type { JobRequest } from './run-job.ts';

/** Writes the deployment of a job with an environment; none with `deployment: false` or without a GitHub. */
export function startDeployment({ run, job, scope }: JobRequest, environment: string): number | undefined {
  const { github } = run.options;
  if (!github || environment === '') return undefined;
  const { deployment } = job.environment ?? {};
  if (deployment && !isTruthy(evaluateToken(deployment, scope))) return undefined;
  const id = github.createDeployment({
    repository: run.options.repository,
    ref: shortName(run.event.ref),
    sha: run.event.sha,
    environment,
    creator: run.options.actor ?? 'local',
    runId: run.id,
  });
  github.setDeploymentStatus(id, { state: 'in_progress', description: '', environmentUrl: '', logUrl: logUrl(run) });
  return id;
}

/** Writes how the deployment ended, and its URL unless that would show a secret. */
export function endDeployment({ run, job }: JobRequest, id: number | undefined, state: JobRun, frame: StepFrame): void {
  if (id === undefined) return;
  const url = job.environment?.url;
  const text = url ? evaluateText(url, stepScope(state, frame, state.env)) : '';
  const environmentUrl = state.masker.mask(text) === text ? text : '';
  // GitHub has no state for a cancelled deployment.
  const result = state.status === 'success' ? 'success' : 'failure';
  run.options.github?.setDeploymentStatus(id, { state: result, description: '', environmentUrl, logUrl: logUrl(run) });
}

function logUrl(run: Run): string {
  return `${serverUrl()}/${run.options.repository}/actions/runs/${run.id}`;
}
