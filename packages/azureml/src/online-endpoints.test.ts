import { describe, expect, it } from '@jest/globals';
import { codeOf, resource, type Step, scriptedClient } from '../test-support/scripted-http.ts';

function endpoint(properties: object, more: object = {}) {
  return resource(
    'e',
    { authMode: 'Key', provisioningState: 'Succeeded', scoringUri: 'https://e.test/score', ...properties },
    { location: 'weu', tags: {}, ...more },
  );
}

const read = (properties: object, more: object = {}): Step => [
  'GET /onlineEndpoints/e',
  { body: endpoint(properties, more) },
];

describe('updating an endpoint', () => {
  it('waits for it to settle, keeps what it does not know, leaves out what may not be written, and reads back', async () => {
    const rich = {
      traffic: { blue: 100 },
      mirrorTraffic: { green: 10 },
      newInService: { x: 1 },
      properties: { keep: 'me' },
      swaggerUri: 's',
    };
    const { workspace, sent, left } = scriptedClient([
      read({ ...rich, provisioningState: 'Updating' }),
      read(rich, { identity: { type: 'SystemAssigned' }, tags: { a: 'b', empty: '' } }),
      ['PUT /onlineEndpoints/e', { body: endpoint(rich) }],
      read(rich, { tags: { a: 'b' } }),
      read({ ...rich, traffic: { blue: 90, green: 10 } }, { tags: { a: 'b' } }),
      read({ ...rich, traffic: { blue: 90, green: 10 }, mirrorTraffic: {} }, { tags: { a: 'b' } }),
    ]);
    const updated = await workspace.onlineEndpoints.update('e', (found) => ({
      ...found,
      properties: { ...found.properties, traffic: { blue: 90, green: 10, old: 0 }, mirrorTraffic: {} },
    }));
    expect(updated.properties.traffic).toEqual({ blue: 90, green: 10 });
    expect(sent[2]?.body).toEqual({
      location: 'weu',
      identity: { type: 'SystemAssigned' },
      tags: { a: 'b' },
      properties: {
        authMode: 'Key',
        newInService: { x: 1 },
        properties: { keep: 'me' },
        traffic: { blue: 90, green: 10 },
        mirrorTraffic: {},
      },
    });
    expect(left()).toBe(0);
  });

  it('reads afresh and writes again while the endpoint is busy', async () => {
    const busy = { error: { code: 'UserError', message: 'it is in Updating provisioning state.' } };
    const { workspace, left } = scriptedClient([
      read({ traffic: { blue: 100 } }),
      ['PUT /onlineEndpoints/e', { status: 400, body: busy }],
      read({ traffic: { blue: 50, green: 50 } }),
      ['PUT /onlineEndpoints/e', { body: endpoint({}) }],
      read({ traffic: { green: 100 } }),
    ]);
    const seen: unknown[] = [];
    await workspace.onlineEndpoints.update('e', (found) => {
      seen.push(found.properties.traffic);
      return { ...found, properties: { ...found.properties, traffic: { green: 100 } } };
    });
    expect(seen).toEqual([{ blue: 100 }, { blue: 50, green: 50 }]);
    expect(left()).toBe(0);
  });

  it('writes nothing when nothing is to do, and needs an endpoint', async () => {
    const { workspace, left } = scriptedClient([read({}), ['GET /onlineEndpoints/e', { status: 404 }]]);
    await workspace.onlineEndpoints.update('e', () => undefined);
    expect(await codeOf(workspace.onlineEndpoints.update('e', (found) => found))).toBe('ENDPOINT_NOT_FOUND');
    expect(left()).toBe(0);
  });

  it('creating one that exists is refused before its traffic is lost', async () => {
    const { workspace } = scriptedClient([read({ traffic: { blue: 100 } })]);
    expect(await codeOf(workspace.onlineEndpoints.create('e', { properties: {} }))).toBe('ENDPOINT_EXISTS');
  });

  it('tags are patched together with the ones that are there', async () => {
    const { workspace, sent } = scriptedClient([
      read({}, { tags: { a: '1' } }),
      ['PATCH /onlineEndpoints/e', { body: endpoint({}) }],
      read({}, { tags: { a: '1', b: '2' } }),
    ]);
    await workspace.onlineEndpoints.patchTags('e', { b: '2' });
    expect(sent[1]?.body).toEqual({ tags: { a: '1', b: '2' } });
  });
});

describe('a deployment', () => {
  it('that fails carries the end of its container log', async () => {
    const { workspace } = scriptedClient([
      read({}),
      [
        'PUT /deployments/blue',
        { status: 201, headers: { 'azure-asyncoperation': 'https://management.azure.com/status/1' } },
      ],
      ['GET /status/1', { body: { status: 'Failed', error: { code: 'ResourceNotReady', message: 'not ready' } } }],
      ['POST /deployments/blue/getLogs', { body: { content: 'ImportError: numpy' } }],
    ]);
    const error = await workspace.onlineEndpoints
      .deployments('e')
      .create('blue', { location: 'weu' })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'AZUREML_OPERATION_FAILED',
      serviceCode: 'ResourceNotReady',
      logTail: 'ImportError: numpy',
    });
  });

  it('needs its endpoint', async () => {
    const { workspace } = scriptedClient([['GET /onlineEndpoints/e', { status: 404 }]]);
    expect(await codeOf(workspace.onlineEndpoints.deployments('e').create('blue', { location: 'weu' }))).toBe(
      'ENDPOINT_NOT_FOUND',
    );
  });

  it('that is gone already is deleted', async () => {
    const { workspace } = scriptedClient([['DELETE /deployments/blue', { status: 204 }]]);
    expect(await workspace.onlineEndpoints.deployments('e').delete('blue')).toBeUndefined();
  });
});

describe('scoring', () => {
  const keys: Step = ['POST /listKeys', { body: { primaryKey: 'k1', secondaryKey: 'k2' } }];

  it('uses the key, names the deployment, and reads keys once', async () => {
    const answer = { body: { y: 1 }, headers: { 'azureml-model-deployment': 'green' } };
    const { workspace, sent, secrets } = scriptedClient([
      read({}),
      keys,
      ['POST /score', answer],
      ['POST /score', answer],
    ]);
    expect(await workspace.onlineEndpoints.score({ endpoint: 'e', deployment: 'green', body: { x: 1 } })).toEqual({
      status: 200,
      body: { y: 1 },
      deployment: 'green',
      latencyMs: 0,
      failure: undefined,
    });
    await workspace.onlineEndpoints.score({ endpoint: 'e', body: {} });
    expect(sent[2]).toMatchObject({ authorization: 'Bearer k1', body: { x: 1 } });
    expect(secrets).toEqual(['k1', 'k2']);
  });

  it('with Entra sign-in sends a token for the ML audience', async () => {
    const { workspace, sent } = scriptedClient([read({ authMode: 'AADToken' }), ['POST /score', {}]]);
    await workspace.onlineEndpoints.score({ endpoint: 'e', body: {} });
    expect(sent[1]?.authorization).toBe('Bearer for https://ml.azure.com/.default');
  });

  it('with AMLToken sends the endpoint token, and fetches a new one after a 401', async () => {
    const token = (accessToken: string): Step => ['POST /token', { body: { accessToken, expiryTimeUtc: 1 } }];
    const { workspace, sent } = scriptedClient([
      read({ authMode: 'AMLToken' }),
      token('old'),
      ['POST /score', { status: 401 }],
      read({ authMode: 'AMLToken' }),
      token('new'),
      ['POST /score', {}],
    ]);
    expect((await workspace.onlineEndpoints.score({ endpoint: 'e', body: {} })).status).toBe(200);
    expect(sent[5]?.authorization).toBe('Bearer new');
  });

  it.each([404, 408, 424, 429, 500, 503])('gives status %i back and repeats nothing', async (status) => {
    const headers = { 'ms-azureml-model-error-statuscode': '400', 'ms-azureml-model-error-reason': 'bad row' };
    const { workspace, left } = scriptedClient([read({}), keys, ['POST /score', { status, headers }]]);
    expect(await workspace.onlineEndpoints.score({ endpoint: 'e', body: {} })).toMatchObject({
      status,
      failure: 'the model answered 400: bad row',
    });
    expect(left()).toBe(0);
  });

  it('without an answer has status 0', async () => {
    const { workspace } = scriptedClient([read({}), keys, ['POST /score', { network: 'ECONNRESET' }]]);
    const score = await workspace.onlineEndpoints.score({ endpoint: 'e', body: {} });
    expect(score).toMatchObject({ status: 0, failure: expect.stringContaining('ECONNRESET') });
  });
});
