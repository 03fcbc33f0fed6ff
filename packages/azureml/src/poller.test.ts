import { describe, expect, it } from '@jest/globals';
import { codeOf, resource, type Step, scriptedClient } from '../test-support/scripted-http.ts';
import type { AzureMlError } from './azure-ml-error.ts';
import { putResource, writeResource } from './session.ts';

const operations = 'https://management.azure.com/subscriptions/s0/providers/M/locations/weu';
const status = { 'azure-asyncoperation': `${operations}/status/1` };
const location = { location: `${operations}/results/1` };
const done = resource('x', { provisioningState: 'Succeeded' });

function put(steps: readonly Step[], settings?: { pollSeconds?: number; timeoutMinutes?: number }) {
  const client = scriptedClient(steps, { pollSeconds: 5, timeoutMinutes: 1, ...settings });
  return { ...client, result: putResource(client.session, { path: '/x', what: 'write x', body: {} }) };
}

function del(steps: readonly Step[]) {
  const client = scriptedClient(steps);
  return { ...client, result: writeResource(client.session, { method: 'DELETE', path: '/x', what: 'delete x' }) };
}

describe('a PUT with Azure-AsyncOperation', () => {
  it('is followed through words nobody documented, and ends with a fresh read', async () => {
    const { result, left } = put([
      ['PUT /x', { status: 201, headers: status, body: resource('x', { provisioningState: 'Creating' }) }],
      ['GET /status/1', { body: { status: 'InProgress' } }],
      ['GET /status/1', { body: { status: 'WaitingForTheMoon' } }],
      ['GET /status/1', { body: { status: 'succeeded' } }],
      ['GET /x', { body: done }],
    ]);
    expect(await result).toEqual(done);
    expect(left()).toBe(0);
  });

  it('waits as long as Retry-After says, and else the poll interval', async () => {
    const { result, clock } = put([
      ['PUT /x', { status: 201, headers: { ...status, 'retry-after': '7' } }],
      ['GET /status/1', { body: { status: 'Running' } }],
      ['GET /status/1', { body: { status: 'Running' }, headers: { 'retry-after': '3' } }],
      ['GET /status/1', { body: { status: 'Succeeded' } }],
      ['GET /x', { body: done }],
    ]);
    await result;
    expect(clock.slept).toEqual([7000, 5000, 3000]);
  });

  it('fails with the inner code, its cause and the request id', async () => {
    const { result } = put([
      ['PUT /x', { status: 201, headers: status }],
      [
        'GET /status/1',
        {
          body: { status: 'Failed', error: { code: 'OutOfQuota', message: 'not enough cores' } },
          headers: { 'x-ms-request-id': 'r1' },
        },
      ],
    ]);
    const error = await result.catch((caught: AzureMlError) => caught);
    expect(error).toMatchObject({ code: 'AZUREML_OPERATION_FAILED', serviceCode: 'OutOfQuota', requestId: 'r1' });
    expect(String(error)).toContain('cores, disk or endpoints are used up');
  });

  it('reads the resource when the status says nothing about the failure', async () => {
    const { result } = put([
      ['PUT /x', { status: 201, headers: status }],
      ['GET /status/1', { body: { status: 'Failed' } }],
      ['GET /x', { body: resource('x', { provisioningState: 'Failed' }) }],
    ]);
    expect(await codeOf(result)).toBe('AZUREML_OPERATION_FAILED');
  });

  it('that was canceled has a name of its own', async () => {
    const { result } = put([
      ['PUT /x', { status: 201, headers: status }],
      ['GET /status/1', { body: { status: 'Canceled', error: { code: 'OperationCanceled', message: 'm' } } }],
    ]);
    expect(await codeOf(result)).toBe('AZUREML_OPERATION_CANCELED');
  });

  it('is followed by the resource when the status may not be read', async () => {
    const { result, left } = put([
      ['PUT /x', { status: 201, headers: status }],
      ['GET /status/1', { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } }],
      ['GET /x', { body: resource('x', { provisioningState: 'Updating' }) }],
      ['GET /x', { body: done }],
    ]);
    expect(await result).toEqual(done);
    expect(left()).toBe(0);
  });

  it('survives a status that is not known yet', async () => {
    const { result } = put([
      ['PUT /x', { status: 201, headers: status }],
      ['GET /status/1', { status: 404 }],
      ['GET /status/1', { body: { status: 'Succeeded' } }],
      ['GET /x', { body: done }],
    ]);
    expect(await result).toEqual(done);
  });

  it('is given up after the limit', async () => {
    const running: Step = ['GET /status/1', { body: { status: 'Running' } }];
    const { result } = put([['PUT /x', { status: 201, headers: status }], running, running], { pollSeconds: 30 });
    expect(await codeOf(result)).toBe('AZUREML_OPERATION_TIMEOUT');
  });
});

describe('a PUT without a status address', () => {
  it('is done when the body has no provisioningState', async () => {
    const { result } = put([['PUT /x', { body: resource('x', {}) }]]);
    expect((await result).name).toBe('x');
  });

  it('follows the resource while it is Creating, and fails when that fails', async () => {
    const { result } = put([
      ['PUT /x', { status: 201, body: resource('x', { provisioningState: 'Creating' }) }],
      ['GET /x', { body: resource('x', { provisioningState: 'Failed' }) }],
    ]);
    expect(await codeOf(result)).toBe('AZUREML_OPERATION_FAILED');
  });
});

describe('a DELETE', () => {
  it('polls Location until it is not 202', async () => {
    const { result, left } = del([
      ['DELETE /x', { status: 202, headers: location }],
      ['GET /results/1', { status: 202 }],
      ['GET /results/1', { status: 204 }],
    ]);
    expect(await result).toBeUndefined();
    expect(left()).toBe(0);
  });

  it('waits for 404 of the resource when Location may not be read', async () => {
    const { result, left } = del([
      ['DELETE /x', { status: 202, headers: location }],
      ['GET /results/1', { status: 403 }],
      ['GET /x', { body: done }],
      ['GET /x', { status: 404 }],
    ]);
    expect(await result).toBeUndefined();
    expect(left()).toBe(0);
  });

  it('of what is not there is done', async () => {
    expect(await del([['DELETE /x', { status: 404 }]]).result).toBeUndefined();
  });
});
