import { describe, expect, it } from '@jest/globals';
import { deploymentFailures } from './deployment-failure.ts';
import { failureOf, isBusy, serviceWords } from './failures.ts';

function failure(status: number, body: unknown) {
  return failureOf({ status, body, requestId: 'r1', what: 'do it' });
}

function arm(message: string, inner?: string) {
  const additionalInfo = inner ? [{ type: 'InnerError', info: { value: { code: inner, innerError: null } } }] : [];
  return { error: { code: 'UserError', message, details: [], additionalInfo } };
}

const immutableJob =
  "A job with this name already exists. If you are trying to create a new job, use a different name. If you are trying to update an existing job, the existing job's command cannot be changed.";

describe('an answer that is a failure', () => {
  it.each([
    [400, arm(immutableJob), 'AZUREML_IMMUTABLE', 'user'],
    [400, arm('m', 'JobPropertyImmutable'), 'AZUREML_IMMUTABLE', 'user'],
    [400, arm('(UserError) Asset paths cannot be updated.'), 'AZUREML_IMMUTABLE', 'user'],
    [
      400,
      arm('Cannot create a deployment in endpoint e because it is in Updating provisioning state.'),
      'AZUREML_CONFLICT',
      'failure',
    ],
    [400, arm('no'), 'AZUREML_BAD_REQUEST', 'user'],
    [401, undefined, 'AZUREML_UNAUTHORIZED', 'user'],
    [403, arm('no'), 'AZUREML_FORBIDDEN', 'user'],
    [404, arm('no', 'NotFound'), 'AZUREML_NOT_FOUND', 'user'],
    [409, undefined, 'AZUREML_CONFLICT', 'failure'],
    [429, '', 'AZUREML_THROTTLED', 'failure'],
    [500, '<html>', 'AZUREML_SERVICE_ERROR', 'failure'],
    [503, null, 'AZUREML_SERVICE_ERROR', 'failure'],
  ])('%i %j is %s of kind %s', (status, body, code, kind) => {
    expect(failure(status, body)).toMatchObject({ code, kind, status, requestId: 'r1' });
  });

  it('names identity, role and scope when a right is missing', () => {
    const message =
      "The client 'c1' with object id 'o1' does not have authorization to perform action 'Microsoft.MachineLearningServices/workspaces/jobs/write' over scope '/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws' or the scope is invalid.";
    const { message: text } = failure(403, { error: { code: 'AuthorizationFailed', message } });
    expect(text).toContain(
      'ask for "AzureML Data Scientist" on the workspace for identity c1; the refused scope is the workspaces "ws"',
    );
  });

  it('keeps the words and the request id of the service in its message', () => {
    expect(failure(404, arm('Deployment green not found', 'NotFound')).message).toBe(
      'AZUREML_NOT_FOUND: cannot do it (HTTP 404 NotFound, request r1): Deployment green not found; check the names, and that they belong to this subscription',
    );
  });

  it('counts as busy only while another operation runs', () => {
    expect(isBusy(failure(409, undefined))).toBe(true);
    expect(isBusy(failure(400, arm('no')))).toBe(false);
    expect(isBusy(new Error('no'))).toBe(false);
  });
});

describe('the words of the service', () => {
  it.each([
    [{ Error: { Code: 'ValidationError', Message: 'm' } }, { code: 'ValidationError', message: 'm' }],
    [
      { errors: { '': ['name taken'] }, title: 'One or more' },
      { code: undefined, message: 'name taken' },
    ],
    [
      { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'm' },
      { code: 'RESOURCE_DOES_NOT_EXIST', message: 'm' },
    ],
    [
      { error: { code: 'A', message: 'm', innerError: { code: 'B', innerError: { code: 'C' } } } },
      { code: 'C', message: 'm' },
    ],
    ['plain', { code: undefined, message: 'plain' }],
    [undefined, { code: undefined, message: undefined }],
    [[], { code: undefined, message: undefined }],
  ])('of %j are read', (body, words) => {
    expect(serviceWords(body)).toEqual(words);
  });
});

describe('the failure codes of deployments', () => {
  it('each have a cause and a next step', () => {
    const rows = Object.entries(deploymentFailures);
    expect(rows.length).toBeGreaterThan(25);
    expect(rows.filter(([, { cause, next }]) => cause.length < 10 || next.length < 8)).toEqual([]);
  });
});
