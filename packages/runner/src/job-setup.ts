import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SwitchyardError } from '@switchyard/domain';
import { evaluateToken, type StepsJob, valueText } from '@switchyard/workflow';
import { environmentSettings } from './environment-gate.ts';
import { evaluateEnv } from './evaluate-env.ts';
import { githubContext } from './github-context.ts';
import type { JobFolders, JobRun } from './job-run.ts';
import type { LoadedWorkflow } from './load-workflow.ts';
import type { JobCredentials } from './local-github.ts';
import { Masker } from './masker.ts';
import type { Run } from './run.ts';
import type { JobRequest } from './run-job.ts';
import { runnerArchitecture, runnerName } from './run-program.ts';
import { runSteps } from './run-step.ts';

/** Makes the folders, credentials, contexts and variables of a job. */
export async function prepareJob(request: JobRequest, environment: string): Promise<JobRun> {
  const { run, job, frame, id, permissions, loaded } = request;
  const folders = await makeFolders(run, id);
  const settings = environmentSettings(run, environment);
  const credentials = issueCredentials(request, environment);
  const secrets = { ...frame.secrets, ...settings.secrets, GITHUB_TOKEN: credentials.token };
  const vars = { ...run.options.vars, ...settings.vars };
  const github = {
    ...githubContext(run),
    job: job.id,
    token: credentials.token,
    workspace: folders.workspace,
  };
  const contexts = {
    github,
    vars,
    secrets,
    needs: request.needs,
    strategy: request.strategy,
    matrix: request.matrix,
    inputs: frame.inputs,
    job: jobContext(loaded),
    runner: runnerContext(folders),
  };
  const masker = new Masker([...Object.values(secrets), ...idTokenSecrets(credentials)]);
  const scope = { contexts };
  const workflowEnv = evaluateEnv(loaded.workflow.env, scope);
  const env = { ...workflowEnv, ...evaluateEnv(job.env, { contexts: { ...contexts, env: workflowEnv } }) };
  const controller = new AbortController();
  request.signal.addEventListener('abort', () => controller.abort(), { once: true });
  return {
    run,
    job: withDefaults(request),
    frame,
    id,
    source: loaded.source,
    folders,
    masker,
    permissions,
    credentials,
    signal: controller.signal,
    cancel: () => controller.abort(),
    contexts,
    env,
    path: [],
    status: 'success',
    posts: [],
    reports: [],
    processGroups: [],
    actions: new Map(),
    runSteps,
  };
}

function withDefaults({ job, loaded }: JobRequest): StepsJob {
  return { ...job, defaults: { ...loaded.workflow.defaults, ...job.defaults } };
}

async function makeFolders(run: Run, id: string): Promise<JobFolders> {
  const base = join(run.folder, 'jobs', id.replace(/[^\w.-]+/g, '_'));
  const folders = { workspace: join(base, 'workspace'), temp: join(base, 'temp'), toolCache: join(base, 'tools') };
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true });
  return folders;
}

function issueCredentials(request: JobRequest, environment: string): JobCredentials {
  const { run, loaded, permissions } = request;
  const { options, event } = run;
  const given = options.secrets?.GITHUB_TOKEN;
  const credentials = options.github?.startJob({
    repository: options.repository,
    runId: run.id,
    runNumber: run.number,
    event: event.name,
    ref: event.ref,
    sha: event.sha,
    headRef: event.headRef,
    baseRef: event.baseRef,
    actor: options.actor ?? 'local',
    workflow: run.workflowName,
    workflowRef: run.workflowRef,
    jobWorkflowRef: workflowRef(loaded),
    jobWorkflowSha: loaded.source.sha,
    environment: environment === '' ? undefined : environment,
    permissions,
  });
  const token = given ?? credentials?.token ?? 'ghs_local_run_without_github';
  return { token, idToken: credentials?.idToken };
}

function idTokenSecrets({ idToken }: JobCredentials): string[] {
  return idToken ? [idToken.requestToken] : [];
}

/** `owner/name/.github/workflows/x.yml@ref` */
export function workflowRef(loaded: LoadedWorkflow): string {
  const { source, path } = loaded;
  return `${source.repository}/${path}@${source.ref}`;
}

function jobContext(loaded: LoadedWorkflow): Record<string, unknown> {
  return {
    workflow_ref: workflowRef(loaded),
    workflow_sha: loaded.source.sha,
    workflow_repository: loaded.source.repository,
    workflow_file_path: loaded.path,
  };
}

function runnerContext(folders: JobFolders): Record<string, unknown> {
  return {
    name: runnerName,
    os: 'Linux',
    arch: runnerArchitecture(),
    temp: folders.temp,
    tool_cache: folders.toolCache,
    workspace: folders.workspace,
    environment: 'self-hosted',
    debug: '',
  };
}

/** Labels are not looked up, but a job for another system must not run here. */
export function checkRunsOn({ job, scope }: JobRequest): void {
  const value = evaluateToken(job.runsOn, scope);
  const labels = (Array.isArray(value) ? value : [value]).map((each) =>
    typeof each === 'object' ? JSON.stringify(each) : valueText(each),
  );
  const other = labels.find((label) => /^(windows|macos)/i.test(label));
  if (other === undefined) return;
  throw new SwitchyardError({
    code: 'WORKFLOW_UNSUPPORTED',
    seen: `\`runs-on: ${other}\` is not supported by this runner`,
    expected: 'a Linux label, such as ubuntu-latest',
    position: job.runsOn.position,
  });
}
