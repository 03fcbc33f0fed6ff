import type { Permissions } from '@switchyard/workflow';

/** What the runner needs of a GitHub on this machine. `startGitHub` gives one. */
export interface LocalGitHub {
  /** Base URL of the REST API. */
  readonly url: string;
  /** `iss` of the id-tokens; serves OpenID discovery. */
  readonly issuer: string;
  /** Announces a job and returns its credentials, until `endJob`. */
  startJob(job: JobIdentity): JobCredentials;
  endJob(token: string): void;
  recordApproval(approval: RecordedApproval): void;
  createDeployment(deployment: NewDeployment): number;
  setDeploymentStatus(id: number, status: DeploymentStatus): void;
  deployments(): readonly Deployment[];
  stop(): Promise<void>;
}

export interface JobIdentity {
  readonly repository: string;
  readonly runId: string;
  readonly runNumber: number;
  readonly event: string;
  readonly ref: string;
  readonly sha: string;
  readonly headRef: string;
  readonly baseRef: string;
  readonly actor: string;
  readonly workflow: string;
  readonly workflowRef: string;
  /** The file that defines the job: `owner/name/.github/workflows/x.yml@ref`. */
  readonly jobWorkflowRef: string;
  readonly jobWorkflowSha: string;
  readonly environment: string | undefined;
  readonly permissions: Permissions;
}

export interface JobCredentials {
  /** GITHUB_TOKEN of the job. */
  readonly token: string;
  /** Only with `id-token: write`. */
  readonly idToken: { readonly url: string; readonly requestToken: string } | undefined;
}

export interface RecordedApproval {
  readonly repository: string;
  readonly runId: string;
  readonly environment: string;
  readonly login: string;
  readonly comment: string;
  readonly state: 'approved' | 'rejected';
}

export interface NewDeployment {
  readonly repository: string;
  readonly ref: string;
  readonly sha: string;
  readonly environment: string;
  readonly creator: string;
  readonly runId: string;
}

export interface DeploymentStatus {
  readonly state: string;
  readonly description: string;
  readonly environmentUrl: string;
  readonly logUrl: string;
}

export interface Deployment extends NewDeployment {
  readonly id: number;
  readonly createdAt: string;
  /** Oldest first. */
  readonly statuses: readonly (DeploymentStatus & { readonly id: number; readonly createdAt: string })[];
}
