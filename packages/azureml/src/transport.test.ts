import { describe, expect, it } from '@jest/globals';
import { codeOf, type Step, scriptedClient } from '../test-support/scripted-http.ts';
import type { TransportRequest } from './transport.ts';

function send(steps: readonly Step[], request: Partial<TransportRequest> = {}) {
  const client = scriptedClient(steps);
  const result = client.session.transport.send({
    method: 'GET',
    url: 'https://management.azure.com/x',
    what: 'try',
    ...request,
  });
  return { ...client, result };
}

const throttled: Step = ['GET /x', { status: 429 }];

describe('a request', () => {
  it('that is throttled without Retry-After is repeated with growing waits', async () => {
    const { result, clock } = send([throttled, throttled, throttled, ['GET /x', { body: { ok: true } }]]);
    expect((await result).body).toEqual({ ok: true });
    expect(clock.slept).toEqual([800, 1600, 3200]);
  });

  it('that is throttled with Retry-After waits exactly so long, as seconds or as a date', async () => {
    const date = new Date('2026-11-20T10:00:14Z').toUTCString();
    const { result, clock } = send([
      ['GET /x', { status: 429, headers: { 'retry-after': '4' } }],
      ['GET /x', { status: 503, headers: { 'retry-after': date } }],
      ['GET /x', {}],
    ]);
    await result;
    expect(clock.slept).toEqual([4000, 10_000]);
  });

  it('that is always throttled ends as AZUREML_THROTTLED', async () => {
    expect(await codeOf(send(Array.from({ length: 7 }, () => throttled)).result)).toBe('AZUREML_THROTTLED');
  });

  it('survives a reset connection and a 500 when it is a GET', async () => {
    const { result, left } = send([
      ['GET /x', { network: 'ECONNRESET' }],
      ['GET /x', { status: 500 }],
      ['GET /x', {}],
    ]);
    expect((await result).status).toBe(200);
    expect(left()).toBe(0);
  });

  it('is not repeated after a 500 or a reset when it is a POST', async () => {
    expect(await codeOf(send([['POST /x', { status: 500 }]], { method: 'POST' }).result)).toBe('AZUREML_SERVICE_ERROR');
    expect(await codeOf(send([['POST /x', { network: 'ECONNRESET' }]], { method: 'POST' }).result)).toBe(
      'AZUREML_UNREACHABLE',
    );
  });

  it('is repeated as a POST when it was not processed: 429, 503, no connection', async () => {
    const steps: Step[] = [
      ['POST /x', { status: 429 }],
      ['POST /x', { status: 503 }],
      ['POST /x', { network: 'ECONNREFUSED' }],
      ['POST /x', {}],
    ];
    expect((await send(steps, { method: 'POST' }).result).status).toBe(200);
  });

  it('without network ends as AZUREML_UNREACHABLE with the host', async () => {
    const lost: Step = ['GET /x', { network: 'ENOTFOUND' }];
    await expect(send([lost, lost, lost, lost]).result).rejects.toThrow(
      'management.azure.com did not answer (ENOTFOUND)',
    );
  });

  it('carries the token of its audience, and none to addresses with a signature', async () => {
    const ml = send([['GET /x', {}]], { audience: 'ml' });
    await ml.result;
    expect(ml.sent[0]?.authorization).toBe('Bearer for https://ml.azure.com/.default');
    const none = send([['GET /x', {}]], { audience: 'none' });
    await none.result;
    expect(none.sent[0]?.authorization).toBeUndefined();
  });

  it('ends with the reason of its signal', async () => {
    const reason = new Error('stopped');
    await expect(send([], { signal: AbortSignal.abort(reason) }).result).rejects.toBe(reason);
  });
});
