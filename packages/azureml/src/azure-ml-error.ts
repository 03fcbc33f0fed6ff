import { SwitchyardError, type SwitchyardErrorInit } from '@switchyard/domain';

export type AzureMlErrorCode =
  | 'AZUREML_NOT_FOUND'
  | 'AZUREML_FORBIDDEN'
  | 'AZUREML_UNAUTHORIZED'
  | 'AZUREML_CONFLICT'
  | 'AZUREML_IMMUTABLE'
  | 'AZUREML_THROTTLED'
  | 'AZUREML_UNREACHABLE'
  | 'AZUREML_BAD_REQUEST'
  | 'AZUREML_SERVICE_ERROR'
  | 'AZUREML_ANSWER_INVALID'
  | 'AZUREML_OPERATION_FAILED'
  | 'AZUREML_OPERATION_CANCELED'
  | 'AZUREML_OPERATION_TIMEOUT'
  | 'AZUREML_READ_BACK_FAILED'
  | 'AZUREML_TAG_INVALID'
  | 'AZUREML_UPLOAD_FAILED'
  | 'AZUREML_REFERENCE_UNRESOLVED'
  | 'WORKSPACE_NOT_FOUND'
  | 'REGISTRY_NOT_FOUND'
  | 'ENDPOINT_NOT_FOUND'
  | 'ENDPOINT_EXISTS'
  | 'JOB_FAILED'
  | 'JOB_CANCELED'
  | 'JOB_NOT_RESPONDING'
  | 'JOB_PAUSED'
  | 'JOB_STATUS_UNKNOWN'
  | 'JOB_TIMEOUT'
  | 'JOB_NOT_FOUND'
  | 'JOB_OUTPUT_MISSING';

export interface AzureMlErrorInit extends SwitchyardErrorInit {
  readonly code: AzureMlErrorCode;
  /** HTTP status, when the service answered. */
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  /** The service's own inner code. */
  readonly serviceCode?: string | undefined;
  /** The service's own words. */
  readonly serviceMessage?: string | undefined;
  /** Last lines of a container or job log, when that explains more. */
  readonly logTail?: string | undefined;
}

/** A failure of Azure ML, with what support asks for. */
export class AzureMlError extends SwitchyardError {
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly serviceCode: string | undefined;
  readonly serviceMessage: string | undefined;
  readonly logTail: string | undefined;

  constructor(init: AzureMlErrorInit) {
    super(init);
    this.status = init.status;
    this.requestId = init.requestId;
    this.serviceCode = init.serviceCode;
    this.serviceMessage = init.serviceMessage;
    this.logTail = init.logTail;
  }
}
