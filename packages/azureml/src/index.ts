export type { AssetKind, AssetReader, Assets, Ensured } from './assets.ts';
export { AzureMlError, type AzureMlErrorCode } from './azure-ml-error.ts';
export { type Cloud, type CloudErrorCode, type CloudInput, loadCloud, publicCloud } from './cloud.ts';
export { type AzureMl, type ConnectInit, connect } from './connect.ts';
export { type CredentialInput, createCredential, type LoginErrorCode, type TokenCredential } from './credential.ts';
export { type DeploymentFailure, deploymentFailures } from './deployment-failure.ts';
export { digestOfFiles, type FileDigest } from './digest.ts';
export { isBusy, isNotFound } from './failures.ts';
export { type FolderSnapshot, type SnapshotOptions, takeSnapshot } from './folder-snapshot.ts';
export type { JobOutputs } from './job-outputs.ts';
export { type JobStatus, type JobStatusRow, jobStatuses, parseJobStatus } from './job-status.ts';
export type { JobResource, JobSubmission, Jobs, WaitOptions } from './jobs.ts';
export type { Json, Resource } from './json.ts';
export type { MetricsOptions } from './metrics.ts';
export type { ModelFilter, ModelReader, ModelRegistration, Models, ModelVersion, TagChanges } from './models.ts';
export type { LogOptions, OnlineDeployments, OperationOptions } from './online-deployments.ts';
export type { DeploymentResource, EndpointResource } from './online-endpoint-body.ts';
export type { OnlineEndpoints } from './online-endpoints.ts';
export type { PollerSettings } from './poller.ts';
export type { Publication, Published } from './publish.ts';
export type { Registry } from './registry.ts';
export {
  type DeploymentOptions,
  type EnsuredEnvironment,
  ensureEnvironment,
  type ResolvedDeployment,
  resolveDeployment,
} from './resolve-deployment.ts';
export { type ResolveOptions, resolvePlaceholders } from './resolve-placeholders.ts';
export type { WorkspaceInfo } from './scope.ts';
export type { EndpointKeys, Score, ScoreRequest } from './scoring.ts';
export { type SubmitOptions, submitCompiledJob } from './submit-compiled-job.ts';
export { API_VERSION } from './transport.ts';
export type { UploadedCode, UploadedData } from './upload.ts';
export type { Workspace } from './workspace.ts';
