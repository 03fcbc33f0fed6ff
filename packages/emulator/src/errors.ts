/** A refusal in the service's own words; the server turns it into the envelope of the plane that was called. */
export class ServiceError extends Error {
  readonly status: number;
  readonly code: string;
  /** The code in `additionalInfo[InnerError]`, on which callers decide. */
  readonly inner: string;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    message: string,
    options: { code?: string; inner?: string; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.name = 'ServiceError';
    this.status = status;
    this.code = options.code ?? 'UserError';
    this.inner = options.inner ?? (status === 404 ? 'NotFound' : status === 409 ? 'Conflict' : 'BadArgument');
    this.headers = options.headers ?? {};
  }
}

/** Ids of the request that an error answer repeats. */
export interface ErrorContext {
  requestId: string;
  correlationId: string;
  region: string;
  time: string;
}

/** The error envelope of the ARM plane. */
export function armEnvelope(error: ServiceError, context: ErrorContext): object {
  const info = (type: string, value: unknown) => ({ type, info: { value } });
  return {
    error: {
      code: error.code,
      message: error.message,
      target: null,
      details: [],
      additionalInfo: [
        info('ComponentName', 'managementfrontend'),
        info('InnerError', { code: error.inner, innerError: null }),
        info('Correlation', { operation: context.correlationId, request: context.requestId }),
        info('Environment', context.region),
        info('Location', context.region),
        info('Time', context.time),
      ],
    },
  };
}

/** The error envelope of run history, and with capitals and `error_code` that of the MLflow routes. */
export function historyEnvelope(error: ServiceError, context: ErrorContext, mlflow: boolean): object {
  const body = {
    code: error.code,
    severity: null,
    message: error.message,
    messageFormat: '',
    messageParameters: {},
    innerError: { code: error.inner, innerError: null },
  };
  const where = {
    correlation: { operation: context.correlationId, request: context.requestId },
    environment: context.region,
    location: context.region,
    time: context.time,
    componentName: mlflow ? 'mlflow' : 'run-history',
  };
  if (!mlflow) {
    return { error: body, ...where };
  }
  const code = error.status === 404 ? 'RESOURCE_DOES_NOT_EXIST' : 'INVALID_PARAMETER_VALUE';
  return { error_code: code, message: error.message, error: body, ...where };
}

/** 404 in the words of a missing part of a workspace or registry. */
export function notFound(message: string): ServiceError {
  return new ServiceError(404, message);
}
