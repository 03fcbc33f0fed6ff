import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the suite reads from the environment, parsed once. Every variable is listed here and nowhere else. */
export interface Environment {
  /** `GITHUB_WORKSPACE`: root of the checked-out repository; the current folder outside a workflow. */
  readonly workspaceFolder: string;
  /** `RUNNER_TEMP`: emptied after each job. */
  readonly temporaryFolder: string;
  /** `GITHUB_REPOSITORY`: `owner/name`, empty outside a workflow. */
  readonly repository: string;
  /** `GITHUB_SHA`: the commit that the run is about. */
  readonly commit: string | undefined;
  /** `GITHUB_REF`: the full ref. */
  readonly ref: string | undefined;
  /** `GITHUB_REF_NAME`: branch or tag name. */
  readonly refName: string | undefined;
  readonly eventName: string | undefined;
  /** `GITHUB_EVENT_PATH`: JSON of the event that started the run. */
  readonly eventFile: string | undefined;
  readonly actor: string | undefined;
  readonly runId: string | undefined;
  readonly runAttempt: string | undefined;
  /** Page of the run, when it is a run. */
  readonly runUrl: string | undefined;
  readonly githubApiUrl: string;
  /** `ARM_CLOUD_METADATA_URL`: names the cloud, as the official Azure SDK for Python reads it; absent: public Azure. */
  readonly cloudMetadataUrl: string | undefined;
  /** `AZURE_*`: the names azure/login and the Azure SDKs use. */
  readonly azureTenantId: string | undefined;
  readonly azureClientId: string | undefined;
  readonly azureClientSecret: string | undefined;
  readonly azureSubscriptionId: string | undefined;
  /** True when the job may ask GitHub for an identity token (`permissions: id-token: write`). */
  readonly canRequestIdToken: boolean;
  /** `SWITCHYARD_POLL_SECONDS`: pause between two looks at a long operation; the demo and the tests make it short. */
  readonly pollSeconds: number | undefined;
}

/** Reads the environment. Empty variables count as absent. */
export function readEnvironment(variables: NodeJS.ProcessEnv = process.env): Environment {
  const value = (name: string) => variables[name]?.trim() || undefined;
  const server = value('GITHUB_SERVER_URL') ?? 'https://github.com';
  const repository = value('GITHUB_REPOSITORY') ?? '';
  const runId = value('GITHUB_RUN_ID');
  const pollSeconds = Number(value('SWITCHYARD_POLL_SECONDS'));
  return Object.freeze({
    workspaceFolder: value('GITHUB_WORKSPACE') ?? process.cwd(),
    temporaryFolder: value('RUNNER_TEMP') ?? join(tmpdir(), 'switchyard'),
    repository,
    commit: value('GITHUB_SHA'),
    ref: value('GITHUB_REF'),
    refName: value('GITHUB_REF_NAME'),
    eventName: value('GITHUB_EVENT_NAME'),
    eventFile: value('GITHUB_EVENT_PATH'),
    actor: value('GITHUB_ACTOR'),
    runId,
    runAttempt: value('GITHUB_RUN_ATTEMPT'),
    runUrl: runId && repository ? `${server}/${repository}/actions/runs/${runId}` : undefined,
    githubApiUrl: value('GITHUB_API_URL') ?? 'https://api.github.com',
    cloudMetadataUrl: value('ARM_CLOUD_METADATA_URL'),
    azureTenantId: value('AZURE_TENANT_ID'),
    azureClientId: value('AZURE_CLIENT_ID'),
    azureClientSecret: value('AZURE_CLIENT_SECRET'),
    azureSubscriptionId: value('AZURE_SUBSCRIPTION_ID'),
    canRequestIdToken: value('ACTIONS_ID_TOKEN_REQUEST_URL') !== undefined,
    pollSeconds: Number.isFinite(pollSeconds) && pollSeconds > 0 ? pollSeconds : undefined,
  });
}
