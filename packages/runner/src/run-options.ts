import type { Permissions } from '@switchyard/workflow';
import type { ConcurrencyGroups } from './concurrency.ts';
import type { RunnerEvent } from './event.ts';
import type { LocalGitHub } from './local-github.ts';
import type { CancelGrace } from './process.ts';

export interface RunOptions {
  /** Relative to the repository, as `.github/workflows/develop.yml`. Read from the commit, as on GitHub. */
  readonly workflowPath: string;
  /** A git work tree. Jobs see it only after `actions/checkout`. */
  readonly repositoryFolder: string;
  /** `owner/name` of the repository. */
  readonly repository: string;
  /** Event name: push, pull_request, workflow_dispatch, ... */
  readonly event: string;
  /** Full ref: `refs/heads/develop`. For pull requests the head branch. */
  readonly ref: string;
  /** Commit; the tip of `ref` when absent. */
  readonly sha?: string;
  /** Laid over the payload built from git. */
  readonly eventPayload?: Readonly<Record<string, unknown>>;
  /** Inputs of `workflow_dispatch`. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly environments?: Readonly<Record<string, EnvironmentSettings>>;
  /** Who approves what: logins by environment, or somebody to ask. */
  readonly approvals?: Readonly<Record<string, string>> | ((environment: string) => Promise<Approval | undefined>);
  /** Local folders that stand for repositories, by `owner/name`. */
  readonly repositories?: Readonly<Record<string, string>>;
  readonly actor?: string;
  /** Base environment of every step, over the few variables steps always get (PATH, HOME, ...). */
  readonly env?: Readonly<Record<string, string>>;
  /** GitHub for this run; see `startGitHub`. */
  readonly github?: LocalGitHub;
  /** Another GitHub API; `github` comes first. */
  readonly githubApiUrl?: string;
  /** Where workspaces, logs and artifacts of runs go. */
  readonly workFolder: string;
  /** Node for JavaScript actions; the running one when absent. */
  readonly nodeBinary?: string;
  /** The repository's default for GITHUB_TOKEN; GitHub's restricted default when absent. */
  readonly defaultPermissions?: Permissions;
  /** Jobs at the same time; 4 when absent. */
  readonly maxConcurrentJobs?: number;
  readonly cancelGrace?: CancelGrace;
  /** Groups shared with other runs; runs of one process share one set when absent. */
  readonly concurrency?: ConcurrencyGroups;
  readonly runNumber?: number;
  readonly onEvent?: (event: RunnerEvent) => void;
  /** Aborting cancels the run. */
  readonly signal?: AbortSignal;
}

export interface EnvironmentSettings {
  readonly vars?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Logins; one approval of any of them is enough. None: no approval is asked for. */
  readonly reviewers?: readonly string[];
  /** The actor of the run may not approve. */
  readonly preventSelfReview?: boolean;
  /** Name patterns of branches (or tags) that may use the environment. None: all. */
  readonly branches?: readonly string[];
}

export interface Approval {
  readonly login: string;
  readonly comment?: string;
}
