import { type ErrorKind, errorText } from '@switchyard/domain';
import { AzureMlError, type AzureMlErrorCode } from './azure-ml-error.ts';
import { anyCase, arrayAt, isJson, textAt } from './json.ts';

/** What the service said, taken out of its envelopes. */
export interface ServiceWords {
  readonly code: string | undefined;
  readonly message: string | undefined;
}

/** The innermost code below `additionalInfo[InnerError]` or `innerError`. */
function innerCode(error: unknown): string | undefined {
  const info = arrayAt(error, 'additionalInfo').find((item) => textAt(item, 'type') === 'InnerError');
  let at: unknown = anyCase(anyCase(info, 'info'), 'value') ?? anyCase(error, 'innerError');
  let code: string | undefined;
  while (isJson(at)) {
    const found = anyCase(at, 'code');
    if (typeof found === 'string') code = found;
    at = anyCase(at, 'innerError');
  }
  return code;
}

/** Messages of ASP.NET validation problems: `{"errors":{"field":["text"]},"title":...}`. */
function validationMessage(body: unknown): string | undefined {
  const errors = anyCase(body, 'errors');
  if (!isJson(errors)) return undefined;
  return (
    Object.values(errors)
      .flat()
      .filter((text) => typeof text === 'string')
      .join(' ') || undefined
  );
}

/**
 * Reads the ARM, run history and MLflow error envelopes. The outer code is nearly always `UserError`, so the
 * inner one wins.
 */
export function serviceWords(body: unknown): ServiceWords {
  const error = anyCase(body, 'error');
  const code = anyCase(error, 'code') ?? anyCase(body, 'error_code');
  const message =
    anyCase(error, 'message') ?? anyCase(body, 'message') ?? validationMessage(body) ?? anyCase(body, 'title');
  return {
    code: innerCode(error) ?? (typeof code === 'string' ? code : undefined),
    message:
      typeof message === 'string' && message !== ''
        ? message
        : typeof body === 'string'
          ? body.slice(0, 300)
          : undefined,
  };
}

interface Failure {
  readonly code: AzureMlErrorCode;
  readonly kind: ErrorKind;
  readonly next: string;
}

interface Row extends Failure {
  readonly matches: (status: number, words: ServiceWords) => boolean;
}

const immutableText = /cannot be updated|cannot be changed|already exists\. If you are trying to create a new job/i;

/** One table for every answer that is a failure; the first row that matches counts. */
const rows: readonly Row[] = [
  {
    matches: (_, { code, message = '' }) =>
      code === 'Immutable' || code === 'JobPropertyImmutable' || immutableText.test(message),
    code: 'AZUREML_IMMUTABLE',
    kind: 'user',
    next: 'choose a new name or version; what exists stays as it is',
  },
  {
    matches: (status) => status === 401,
    code: 'AZUREML_UNAUTHORIZED',
    kind: 'user',
    next: 'check that tenant-id is the tenant of the subscription and that the token is for this cloud',
  },
  {
    matches: (status) => status === 403,
    code: 'AZUREML_FORBIDDEN',
    kind: 'user',
    next: 'ask for the role at that scope; a new assignment needs up to an hour to be seen',
  },
  {
    matches: (status) => status === 404,
    code: 'AZUREML_NOT_FOUND',
    kind: 'user',
    next: 'check the names, and that they belong to this subscription',
  },
  {
    matches: (status, { message = '' }) =>
      status === 409 || /provisioning state|is being (created|updated|deleted)/i.test(message),
    code: 'AZUREML_CONFLICT',
    kind: 'failure',
    next: 'let the operation in progress end, then run again',
  },
  {
    matches: (status) => status === 429,
    code: 'AZUREML_THROTTLED',
    kind: 'failure',
    next: 'run again later, with fewer jobs at once',
  },
  {
    matches: (status) => status >= 400 && status < 500,
    code: 'AZUREML_BAD_REQUEST',
    kind: 'user',
    next: 'correct what the service names',
  },
];

const otherwise: Failure = {
  code: 'AZUREML_SERVICE_ERROR',
  kind: 'failure',
  next: 'run again; if it repeats, give the request id to Azure support',
};

/** Action of a refused call to the role that allows it; by the built-in roles of Azure ML. */
const roles: readonly (readonly [action: RegExp, role: string])[] = [
  [/\/registries\//i, '"AzureML Registry User" on the registry'],
  [/onlineEndpoints\/score/i, 'a role with onlineEndpoints/score/action on the endpoint'],
  [/mfeOperations/i, '"Reader" on the resource group'],
  [
    /listSecrets|listStorageAccountKeys/i,
    '"AzureML Data Scientist" on the workspace, or "Storage Blob Data Contributor" on its storage account',
  ],
  [/\/workspaces\/read$/i, '"Reader" on the workspace'],
  [/\/workspaces\//i, '"AzureML Data Scientist" on the workspace'],
  [/Insights/i, '"Monitoring Reader" on the endpoint'],
];

/** Who lacks what: ARM names client, action and scope in its sentence. */
function forbiddenNext(message: string | undefined): string | undefined {
  const action = /perform action '([^']+)'/.exec(message ?? '')?.[1];
  const scope = /over scope '([^']+)'/.exec(message ?? '')?.[1];
  const client = /client '([^']+)'/.exec(message ?? '')?.[1];
  const role = roles.find(([pattern]) => pattern.test(action ?? ''))?.[1];
  if (!action) return undefined;
  const where = scope
    ? `; the refused scope is the ${scope.split('/').at(-2) ?? 'scope'} "${scope.split('/').at(-1) ?? scope}"`
    : '';
  return `ask for ${role ?? `a role with ${action}`} for ${client ? `identity ${client}` : 'the identity that signs in'}${where}; a new assignment needs up to an hour to be seen`;
}

export interface FailedAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly requestId: string | undefined;
  /** What was attempted, for the message: `submit job "x" to workspace "w"`. */
  readonly what: string;
}

/** The error for an answer of the service. Nobody else looks at the service's texts. */
export function failureOf({ status, body, requestId, what }: FailedAnswer): AzureMlError {
  const words = serviceWords(body);
  const { code, kind, next } = rows.find((row) => row.matches(status, words)) ?? otherwise;
  const said = words.message ? `: ${words.message.replaceAll(/\s+/g, ' ').trim()}` : '';
  const id = requestId ? `, request ${requestId}` : '';
  return new AzureMlError({
    code,
    kind,
    seen: `cannot ${what} (HTTP ${status}${words.code ? ` ${words.code}` : ''}${id})${said}`,
    next: (status === 403 ? forbiddenNext(words.message) : undefined) ?? next,
    status,
    requestId,
    serviceCode: words.code,
    serviceMessage: words.message,
  });
}

/** The error when no answer came at all. */
export function unreachable(what: string, host: string, cause: unknown): AzureMlError {
  const code = isJson(cause) ? cause.code : undefined;
  // Addresses in a foreign text may carry a signature in their query.
  const reason = typeof code === 'string' ? code : errorText(cause).replaceAll(/\?\S+/g, '?...');
  return new AzureMlError({
    code: 'AZUREML_UNREACHABLE',
    kind: 'failure',
    seen: `cannot ${what}: ${host} did not answer (${reason})`,
    expected: 'a connection',
    next: 'check network, proxy and DNS of the runner; a workspace behind a private network needs a runner inside it',
    cause,
  });
}

/** True while an endpoint or asset is busy with another operation: wait and send again. */
export function isBusy(error: unknown): boolean {
  return error instanceof AzureMlError && error.code === 'AZUREML_CONFLICT';
}

export function isNotFound(error: unknown): boolean {
  return error instanceof AzureMlError && error.status === 404;
}
