import type { Permissions, Scope, ScopeFunctions, Step, StepsJob, UsesStep } from '@switchyard/workflow';
import type { Annotation } from './event.ts';
import { hashFiles } from './hash-files.ts';
import type { JobCredentials } from './local-github.ts';
import type { Masker } from './masker.ts';
import type { Frame, Run } from './run.ts';
import type { StepConclusion, StepReport } from './run-result.ts';
import type { LocatedAction } from './run-uses.ts';
import type { Source } from './source.ts';

/** A running job: what its steps read and change. */
export interface JobRun {
  readonly run: Run;
  readonly job: StepsJob;
  readonly frame: Frame;
  readonly id: string;
  /** Of the workflow file the job stands in. */
  readonly source: Source;
  readonly folders: JobFolders;
  readonly masker: Masker;
  readonly permissions: Permissions;
  readonly credentials: JobCredentials;
  readonly signal: AbortSignal;
  readonly cancel: () => void;
  /** Contexts that do not change while the job runs; `github` without the step's own keys. */
  readonly contexts: Readonly<Record<string, unknown>> & { readonly github: Readonly<Record<string, unknown>> };
  /** Workflow and job `env`, then what steps wrote to GITHUB_ENV. */
  env: Record<string, string>;
  /** What steps wrote to GITHUB_PATH, newest first. */
  path: string[];
  status: 'success' | 'failure' | 'cancelled';
  /** Newest first: the order they run in. */
  posts: PostStep[];
  reports: StepReport[];
  /** Ends what steps left running. */
  processGroups: number[];
  /** Actions that are not in the workspace, by the step that names them. */
  readonly actions: Map<UsesStep, LocatedAction>;
  /** Runs the steps of a composite action. */
  readonly runSteps: (job: JobRun, frame: StepFrame, steps: readonly Step[]) => Promise<void>;
}

export interface JobFolders {
  readonly workspace: string;
  readonly temp: string;
  readonly toolCache: string;
}

export interface PostStep {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Steps of a job, or of a composite action inside it. */
export interface StepFrame {
  readonly steps: Record<string, StepState>;
  /** Inputs of the workflow, or of the composite action. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** `$/` inside these steps means this. */
  readonly source: Source;
  readonly actionPath: string | undefined;
  /** Undefined: the job's own steps. */
  readonly action: CompositeState | undefined;
  /** Step `env` around a composite action. */
  readonly env: Readonly<Record<string, string>>;
  /** When `timeout-minutes` of the step around these steps runs out, in milliseconds since 1970. */
  readonly deadline: number | undefined;
}

export interface CompositeState {
  failed: boolean;
}

export interface StepState {
  outputs: Record<string, string>;
  outcome: StepConclusion;
  conclusion: StepConclusion;
}

/** What a running step collects. */
export interface StepRun {
  readonly name: string;
  readonly outputs: Record<string, string>;
  readonly annotations: Annotation[];
  summary: string;
  readonly log: (line: string) => void;
  readonly annotate: (annotation: Annotation) => void;
}

/** The values and functions that a step's expressions see. */
export function stepScope(job: JobRun, frame: StepFrame, env: Readonly<Record<string, string>>): Scope {
  const github = {
    ...job.contexts.github,
    ...(frame.actionPath === undefined ? {} : { action_path: frame.actionPath }),
  };
  const contexts = { ...job.contexts, github, env, steps: frame.steps, inputs: frame.inputs, job: jobContext(job) };
  return { contexts, functions: statusFunctions(job, frame) };
}

function jobContext(job: JobRun): Record<string, unknown> {
  const context = job.contexts.job;
  return { ...(typeof context === 'object' ? context : {}), status: job.status };
}

/** Inside a composite action, success and failure are the action's own; cancelled is always the job's. */
function statusFunctions(job: JobRun, frame: StepFrame): ScopeFunctions {
  const cancelled = () => job.status === 'cancelled';
  const failed = () => (frame.action ? frame.action.failed : job.status === 'failure');
  return {
    always: () => true,
    cancelled,
    failure: () => !cancelled() && failed(),
    success: () => !cancelled() && !failed(),
    hashFiles: (patterns) => hashFiles(job.folders.workspace, patterns),
  };
}
