/**
 * Behaviours that no public source settles. Each is a switch; the default is the gentler reading.
 * Give other values as `startEmulator({ switches: { ... } })` or in the seed file under `switches`.
 */
export interface Switches {
  /** `publish` onto a version that the registry already has: refuse with 409, or treat as done. */
  publishOntoExisting: 'conflict' | 'accept';
  /** What a published version carries besides its content. */
  publishCarries: 'tags-and-properties' | 'content-only';
  /** `startPendingUpload` for a registry version that exists. */
  uploadForExistingVersion: 'conflict' | 'accept';
  /** HTTP status when a deployment is written while its endpoint is busy. */
  endpointBusyStatus: 409 | 400;
  /** HTTP status when an immutable field of a job or asset is changed. */
  immutableStatus: 400 | 409;
  /** Deleting a deployment that only receives mirrored traffic. */
  deleteWithMirror: 'accept' | 'refuse';
  /** Deleting the default deployment of a batch endpoint. */
  deleteBatchDefault: 'clear-default' | 'refuse';
  /** Whether the first batch deployment becomes the default by itself. */
  firstBatchDeploymentIsDefault: boolean;
  /** `listKeys` on an endpoint whose authMode is not Key. */
  listKeysWithoutKeyMode: 'accept' | 'refuse';
  /** `cancel` on a job that has ended. */
  cancelFinishedJob: 'accept' | 'refuse';
  /** Whether a changed `authMode` is taken over by an endpoint PUT. */
  authModeChange: 'accept' | 'refuse';
  /** Anonymous asset versions in lists. */
  listAnonymous: boolean;
  /** An identical PUT of a deployment: no work at all, or a new rolling update. */
  identicalDeploymentPut: 'no-op' | 'rolling-update';
  /** Where AZUREML_MODEL_DIR holds the files: directly, in a folder named as the last part of modelUri, or both. */
  modelFolder: 'both' | 'contents' | 'named';
  /** Whether a model's files must exist when the version is created. */
  requireModelFiles: boolean;
  /** Whether scoring answers name the deployment in the header `azureml-model-deployment`. */
  echoDeployment: boolean;
  /** Take client assertions whose signature cannot be checked (no key set at the issuer). */
  trustUnsignedAssertions: boolean;
  /** Whether a pipeline goes on after a failed step when its settings do not say. */
  continueOnStepFailure: boolean;
  /** How a pipeline ends that went on after a failed step. */
  pipelineWithFailedSteps: 'Failed' | 'Completed';
  /** How a sweep ends whose trials completed without logging the primary metric. */
  sweepWithoutMetric: 'Completed' | 'Failed';
  /** Whether files for which `run()` of a batch scoring script returned no row count as failed. */
  batchMissingRowsAreErrors: boolean;
  /** Where a deployment beyond the quota is refused: at once with 400, or as an operation that fails with OutOfQuota. */
  outOfQuota: 'request' | 'operation';
  /** Whether the roles of an identity also hold on the data planes (run history, MLflow, scoring with Entra tokens). */
  dataPlaneRoles: 'check' | 'ignore';
  /** What Azure Monitor calls the dimensions in its answers. */
  monitorDimensionCase: 'lower' | 'camel';
  /** How many seconds the newest requests are not yet in Azure Monitor. */
  monitorLagSeconds: number;
  /** The word of an operation that is under way. */
  runningWord: string;
  /** Writing a deployment while another one of the same endpoint is being written. */
  parallelDeployments: 'accept' | 'refuse';
  /** Whether a deployment that ended Failed can be repaired by another PUT, or must be deleted first. */
  failedDeploymentPut: 'accept' | 'refuse';
}

/** The gentler reading of every open question. */
export const defaultSwitches: Switches = {
  publishOntoExisting: 'conflict',
  publishCarries: 'tags-and-properties',
  uploadForExistingVersion: 'conflict',
  endpointBusyStatus: 409,
  immutableStatus: 400,
  deleteWithMirror: 'accept',
  deleteBatchDefault: 'clear-default',
  firstBatchDeploymentIsDefault: false,
  listKeysWithoutKeyMode: 'accept',
  cancelFinishedJob: 'accept',
  authModeChange: 'accept',
  listAnonymous: false,
  identicalDeploymentPut: 'no-op',
  modelFolder: 'both',
  requireModelFiles: false,
  echoDeployment: true,
  trustUnsignedAssertions: false,
  continueOnStepFailure: false,
  pipelineWithFailedSteps: 'Failed',
  sweepWithoutMetric: 'Completed',
  batchMissingRowsAreErrors: false,
  outOfQuota: 'request',
  dataPlaneRoles: 'check',
  monitorDimensionCase: 'lower',
  monitorLagSeconds: 0,
  runningWord: 'InProgress',
  parallelDeployments: 'accept',
  failedDeploymentPut: 'accept',
};
