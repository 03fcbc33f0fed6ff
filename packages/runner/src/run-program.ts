import { SwitchyardError } from '@switchyard/domain';
import { stepEnvironment } from './environment.ts';
import { githubVariables } from './github-context.ts';
import type { JobRun, StepFrame, StepRun } from './job-run.ts';
import { runProcess } from './process.ts';
import type { StepConclusion } from './run-result.ts';
import { StepFiles } from './step-files.ts';
import { OutputReader } from './step-log.ts';

export interface ProgramRequest {
  readonly job: JobRun;
  readonly frame: StepFrame;
  readonly step: StepRun;
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** Over the job's variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Keys of the `github` context that belong to the step: action, action_path, ... */
  readonly github: Readonly<Record<string, string>>;
  readonly state: Record<string, string>;
  readonly signal: AbortSignal;
  readonly timeoutMinutes: number | undefined;
}

/** Runs one program of a step with the whole GitHub environment, and takes over what it wrote. */
export async function runProgram(request: ProgramRequest): Promise<StepConclusion> {
  const { job, step } = request;
  const files = await StepFiles.create(job);
  const reader = new OutputReader(job, step);
  const end = await runProcess({
    command: request.command,
    args: request.args,
    folder: request.folder,
    env: { ...programEnvironment(request), ...files.variables() },
    onLine: (line) => reader.line(line),
    onStart: (group) => job.processGroups.push(group),
    signal: request.signal,
    timeoutMilliseconds: request.timeoutMinutes === undefined ? undefined : request.timeoutMinutes * 60_000,
    grace: job.run.grace,
  });
  await files.apply(job, step, request.state);
  if (end.kind === 'cancelled') {
    step.annotate({ level: 'error', message: 'The operation was canceled.' });
    return 'cancelled';
  }
  if (end.kind === 'timed-out') {
    const message = `The action '${step.name}' has timed out after ${request.timeoutMinutes} minutes.`;
    step.annotate({ level: 'error', message });
    return 'failure';
  }
  if (end.code !== 0) {
    step.annotate({ level: 'error', message: `Process completed with exit code ${end.code}.` });
    return 'failure';
  }
  return reader.refused === undefined ? 'success' : 'failure';
}

function programEnvironment(request: ProgramRequest): Record<string, string> {
  const { job } = request;
  const base = stepEnvironment(job.run.options.env ?? {});
  delete base.ACTIONS_ID_TOKEN_REQUEST_URL;
  delete base.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  const env = { ...base, ...job.env, ...request.env };
  const path = [...job.path, env.PATH ?? ''].filter((part) => part !== '').join(':');
  return {
    ...env,
    ...githubVariables({ ...job.contexts.github, ...request.github }),
    ...runnerVariables(job),
    ...idTokenVariables(job),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    PATH: path,
  };
}

function runnerVariables(job: JobRun): Record<string, string> {
  return {
    RUNNER_OS: 'Linux',
    RUNNER_ARCH: runnerArchitecture(),
    RUNNER_NAME: runnerName,
    RUNNER_TEMP: job.folders.temp,
    RUNNER_TOOL_CACHE: job.folders.toolCache,
    RUNNER_WORKSPACE: job.folders.workspace,
    RUNNER_ENVIRONMENT: 'self-hosted',
  };
}

/** Only jobs with `id-token: write` have them. */
function idTokenVariables(job: JobRun): Record<string, string> {
  const { idToken } = job.credentials;
  if (!idToken) return {};
  return { ACTIONS_ID_TOKEN_REQUEST_URL: idToken.url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: idToken.requestToken };
}

export const runnerName = 'switchyard';

/** The words GitHub uses for processor architectures. */
export function runnerArchitecture(): string {
  switch (process.arch) {
    case 'x64':
      return 'X64';
    case 'arm64':
      return 'ARM64';
    default:
      throw new SwitchyardError({
        code: 'RUN_MACHINE_UNKNOWN',
        seen: `processor ${process.arch}`,
        expected: 'x64, arm64',
      });
  }
}
