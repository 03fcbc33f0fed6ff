import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { at, messageOf, until } from './testing/emulator-client.ts';
import { OnlineFixture } from './testing/online-fixture.ts';

let fixture: OnlineFixture;

beforeAll(async () => {
  fixture = await OnlineFixture.start();
});

afterAll(() => fixture.stop());

describe('a deployment', () => {
  it('whose script fails is Failed, with the reason in its log', async () => {
    await fixture.client.finish(await fixture.putEndpoint('failing'));
    const ended = await fixture.client.finish(await fixture.putDeployment('failing', 'broken'));
    expect(ended.json).toMatchObject({
      status: 'Failed',
      error: { code: 'BadArgument', message: 'User container has crashed or terminated' },
    });
    const path = `${fixture.path('failing')}/deployments/broken`;
    expect(at((await fixture.client.send('GET', path)).json, 'properties', 'provisioningState')).toBe('Failed');
    expect((await fixture.client.send('POST', `${path}/getLogs`, { tail: 100 })).json.content).toContain('no weights');
    const repaired = await fixture.client.finish(
      await fixture.putDeployment('failing', 'broken', {
        codeConfiguration: { codeId: fixture.codes.blue, scoringScript: 'score.py' },
      }),
    );
    expect(repaired.json.status).toBe('Succeeded');
  });

  it('gets its environment variables, and an identical PUT does nothing', async () => {
    await fixture.client.finish(await fixture.putEndpoint('variables'));
    const properties = { environmentVariables: { GREETING: 'hello' } };
    await fixture.client.finish(await fixture.putDeployment('variables', 'blue', properties));
    const logs = await fixture.client.send('POST', `${fixture.path('variables')}/deployments/blue/getLogs`, {});
    expect(logs.json.content).toContain('ready blue hello');
    const again = await fixture.putDeployment('variables', 'blue', properties);
    expect([again.status, at(again.json, 'properties', 'provisioningState')]).toEqual([200, 'Succeeded']);
    expect(again.headers['azure-asyncoperation']).toBeUndefined();
  });

  it('that is updated serves with the old definition until the new one is ready', async () => {
    await fixture.make('rolling', 'blue');
    await fixture.client.finish(await fixture.putEndpoint('rolling', { traffic: { blue: 100 } }));
    const slow = fixture.score('rolling', { sleep: 0.5 });
    const update = await fixture.putDeployment('rolling', 'blue', {
      codeConfiguration: { codeId: fixture.codes.green, scoringScript: 'score.py' },
    });
    expect(at(update.json, 'properties', 'provisioningState')).toBe('Updating');
    expect((await fixture.score('rolling')).json.color).toBe('blue');
    await fixture.client.finish(update);
    expect((await fixture.score('rolling')).json.color).toBe('green');
    expect((await slow).json.color).toBe('blue');
  });

  it('with live traffic cannot be deleted; without it goes, and the endpoint takes the rest along', async () => {
    await fixture.make('deleted', 'blue', 'green');
    await fixture.client.finish(await fixture.putEndpoint('deleted', { traffic: { blue: 100 } }));
    const path = fixture.path('deleted');
    const refused = await fixture.client.send('DELETE', `${path}/deployments/blue`);
    expect([refused.status, messageOf(refused)]).toEqual([400, expect.stringContaining('100 % of the live traffic')]);
    await fixture.client.finish(await fixture.client.send('DELETE', `${path}/deployments/green`));
    const gone = await fixture.client.send('GET', `${path}/deployments/green`);
    expect([gone.status, messageOf(gone)]).toEqual([
      404,
      'Deployment green not found in endpoint deleted, workspace mlw-sensors-prod',
    ]);
    expect((await fixture.client.send('DELETE', `${path}/deployments/green`)).status).toBe(204);
    await fixture.client.finish(await fixture.client.send('DELETE', path));
    expect((await fixture.client.send('GET', path)).status).toBe(404);
  });

  it.each([
    [{}, { sku: { name: 'Default', capacity: 0 } }, 400, 'Sku.Capacity'],
    [{ endpointComputeType: 'AzureMLCompute' }, {}, 400, 'EndpointComputeType'],
    [{ codeConfiguration: null }, {}, 400, 'CodeConfiguration'],
    [{ requestSettings: { requestTimeout: 'PT10M' } }, {}, 400, 'RequestTimeout'],
    [{ model: 'azureml://registries/sensors/models/none/versions/1' }, {}, 404, 'models/none'],
    [{ codeConfiguration: { codeId: '/codes/x/versions/1', scoringScript: 's.py' } }, {}, 404, 'was not found'],
  ])('with %p and %p is refused', async (properties, more, status, reason) => {
    await fixture.client.finish(await fixture.putEndpoint('checked'));
    const answer = await fixture.putDeployment('checked', 'blue', properties, more);
    expect([answer.status, messageOf(answer)]).toEqual([status, expect.stringContaining(reason)]);
  });

  it('keeps its process when a PATCH changes tags alone', async () => {
    await fixture.make('tagged', 'blue');
    const path = `${fixture.path('tagged')}/deployments/blue`;
    await fixture.client.finish(await fixture.client.send('PATCH', path, { tags: { role: 'champion' } }));
    expect((await fixture.client.send('GET', path)).json).toMatchObject({ tags: { role: 'champion' } });
    const log = String((await fixture.client.send('POST', `${path}/getLogs`, { tail: 100 })).json.content);
    expect(log.match(/ready blue/g)).toHaveLength(1);
  });

  it('PATCH scales it', async () => {
    await fixture.make('scaled', 'blue');
    const path = `${fixture.path('scaled')}/deployments/blue`;
    const ended = await fixture.client.finish(
      await fixture.client.send('PATCH', path, { sku: { capacity: 3 }, tags: { a: '1' } }),
    );
    expect(ended.json).toMatchObject({ sku: { name: 'Default', capacity: 3 }, tags: { a: '1' } });
    expect((await fixture.client.send('PATCH', path, { sku: { capacity: 0 } })).status).toBe(400);
    expect((await fixture.client.send('GET', `${path}/skus`)).json.value).toHaveLength(1);
  });
});

describe('scoring', () => {
  it('401, 404, 408, 424 and 429 mean what they mean', async () => {
    await fixture.client.finish(await fixture.putEndpoint('codes'));
    await fixture.client.finish(
      await fixture.putDeployment('codes', 'blue', {
        requestSettings: { requestTimeout: 'PT0.5S', maxConcurrentRequestsPerInstance: 1 },
      }),
    );
    await fixture.client.finish(await fixture.putEndpoint('codes', { traffic: { blue: 100 } }));
    expect((await fixture.score('codes', {}, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await fixture.score('codes', {}, { 'azureml-model-deployment': 'nobody' })).status).toBe(404);
    const failed = await fixture.score('codes', { fail: true });
    expect([failed.status, failed.text]).toEqual([424, 'no such sensor']);
    expect(failed.headers['ms-azureml-model-error-statuscode']).toBe('500');
    const many = await Promise.all(Array.from({ length: 4 }, () => fixture.score('codes', { sleep: 0.2 })));
    expect(many.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429]);
    expect((await fixture.score('codes', { sleep: 1 })).status).toBe(408);
  });

  it('a process that ends is started again', async () => {
    await fixture.make('crashing', 'blue');
    await fixture.client.finish(await fixture.putEndpoint('crashing', { traffic: { blue: 100 } }));
    expect((await fixture.score('crashing', { crash: true })).status).toBe(503);
    const back = await until(async () => {
      const answer = await fixture.score('crashing');
      return answer.status === 200 ? answer : undefined;
    });
    expect(back.json.color).toBe('blue');
  });

  it('a token of the endpoint opens it in mode AMLToken, and no other', async () => {
    await fixture.client.finish(await fixture.putEndpoint('tokens', { authMode: 'AMLToken' }));
    await fixture.client.finish(await fixture.putDeployment('tokens', 'blue'));
    await fixture.client.finish(await fixture.putEndpoint('tokens', { authMode: 'AMLToken', traffic: { blue: 100 } }));
    const { json } = await fixture.client.send('POST', `${fixture.path('tokens')}/token`);
    expect((await fixture.score('tokens', {}, { authorization: `Bearer ${String(json.accessToken)}` })).status).toBe(
      200,
    );
    expect(
      (await fixture.score('tokens', {}, { authorization: `Bearer ${await fixture.client.token()}` })).status,
    ).toBe(401);
  });

  it('metrics count what was scored, by deployment and status class', async () => {
    await fixture.make('metrics', 'blue', 'green');
    await fixture.client.finish(await fixture.putEndpoint('metrics', { traffic: { blue: 100 } }));
    for (const body of [{}, {}, { fail: true }]) {
      await fixture.score('metrics', body);
    }
    const minute = 60_000;
    const span = [Date.now() - 5 * minute, Date.now() + minute].map((time) => new Date(time).toISOString()).join('/');
    const read = async (metric: string, filter: string) => {
      const query = new URLSearchParams({
        'api-version': '2024-02-01',
        metricnames: metric,
        timespan: span,
        interval: 'PT1H',
        $filter: filter,
      });
      const { json } = await fixture.client.send(
        'GET',
        `${fixture.path('metrics')}/providers/Microsoft.Insights/metrics?${query}`,
      );
      return at((json.value as unknown[])[0], 'timeseries') as {
        metadatavalues: { value: string }[];
        data: { average: number }[];
      }[];
    };
    const classes = await read('RequestsPerMinute', "deployment eq '*' and statusCodeClass eq '*'");
    const labels = classes.map(({ metadatavalues }) => metadatavalues.map(({ value }) => value).join(' '));
    expect(new Set(labels)).toEqual(new Set(['blue 2xx', 'blue 4xx']));
    expect(await read('RequestsPerMinute', "deployment eq 'green'")).toEqual([]);
    const [latency] = await read('RequestLatency_P95', "deployment eq 'blue'");
    expect(latency?.data[0]?.average).toBeGreaterThan(0);
  });
});
