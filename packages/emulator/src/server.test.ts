import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, startEmulator } from './start.ts';
import { at, EmulatorClient, messageOf, until } from './testing/emulator-client.ts';

let emulator: Emulator;
let client: EmulatorClient;

beforeAll(async () => {
  emulator = await startEmulator({ latency: 30, retryAfterSeconds: 1 });
  client = new EmulatorClient(emulator);
});

afterAll(async () => {
  client.close();
  await emulator.stop();
});

describe('the ARM plane', () => {
  it('answers an unknown route with 404 in the ARM envelope', async () => {
    const answer = await client.send('GET', `${client.workspace()}/nonsense`);
    expect(answer.status).toBe(404);
    expect(at(answer.json, 'error', 'code')).toBe('NotFound');
    expect(at(answer.json, 'error', 'details')).toEqual([]);
  });

  it('refuses a request without api-version', async () => {
    const token = await client.token();
    const answer = await client.raw('GET', client.workspace(), { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(400);
    expect(at(answer.json, 'error', 'code')).toBe('MissingApiVersionParameter');
  });

  it('takes the fixed parts of a path in any letter case', async () => {
    const path = client.workspace().replace('resourceGroups', 'RESOURCEGROUPS').replace('workspaces', 'Workspaces');
    const answer = await client.send(
      'GET',
      path.replace('Microsoft.MachineLearningServices', 'microsoft.machinelearningservices'),
    );
    expect(answer.status).toBe(200);
    expect(answer.json.name).toBe('mlw-sensors-dev');
  });

  it('names a workspace that does not exist', async () => {
    const answer = await client.send('GET', client.workspace().replace('mlw-sensors-dev', 'nothing'));
    expect(answer.status).toBe(404);
    expect(at(answer.json, 'error', 'code')).toBe('ResourceNotFound');
  });

  it('gives every answer request ids, also refusals', async () => {
    for (const path of [client.workspace(), '/nowhere']) {
      const { headers } = await client.send('GET', path);
      expect(headers['x-ms-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers['x-ms-correlation-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('refuses a body that is not JSON', async () => {
    const headers = { authorization: `Bearer ${await client.token()}`, 'content-type': 'application/json' };
    const answer = await client.raw('PUT', `${client.workspace()}/jobs/x?api-version=2025-12-01`, {
      headers,
      body: '{',
    });
    expect(answer.status).toBe(400);
    expect(at(answer.json, 'error', 'code')).toBe('InvalidRequestContent');
  });

  it('a workspace leads back to the emulator', async () => {
    const { json } = await client.send('GET', client.workspace());
    const discovery = await client.raw('GET', String(at(json, 'properties', 'discoveryUrl')));
    expect(discovery.json.history).toBe(emulator.url);
    expect(at(json, 'properties', 'mlFlowTrackingUri')).toBe(
      `azureml://${new URL(emulator.url).host}/mlflow/v1.0${client.workspace()}`,
    );
  });

  it('lists the workspaces of the subscription and of one group', async () => {
    const [subscription = ''] = client.workspace().split('/resourceGroups');
    const all = await client.send('GET', `${subscription}/providers/Microsoft.MachineLearningServices/workspaces`);
    const one = await client.send('GET', client.workspace().replace('/mlw-sensors-dev', ''));
    expect(all.json.value).toHaveLength(3);
    expect(one.json.value).toHaveLength(1);
  });

  it('gives the default datastore and its key', async () => {
    const list = await client.send('GET', `${client.workspace()}/datastores?isDefault=true`);
    expect(at(list.json.value, 'length')).toBeUndefined();
    expect(list.json.value).toHaveLength(1);
    const secrets = await client.send('POST', `${client.workspace()}/datastores/workspaceblobstore/listSecrets`);
    expect(secrets.json.secretsType).toBe('AccountKey');
  });

  it('sends Retry-After when it is told to', async () => {
    const answer = await client.send('PUT', `${client.registry()}/environments/e/versions/1`, {
      properties: { image: 'i' },
    });
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.headers['x-ms-async-operation-timeout']).toBe('PT1H');
  });
});

describe('the journal', () => {
  it('has method, path, status and caller, and neither queries nor bodies', async () => {
    await client.send('GET', `${client.workspace()}/jobs/journal-test?listViewType=All`);
    const record = emulator.journal().findLast(({ path }) => path.endsWith('journal-test'));
    expect(record).toMatchObject({ method: 'GET', status: 404, identity: emulator.environment.AZURE_CLIENT_ID });
    expect(JSON.stringify(emulator.journal())).not.toContain('listViewType');
    expect(JSON.stringify(emulator.journal())).not.toContain(emulator.environment.AZURE_CLIENT_SECRET);
  });
});

describe('faults', () => {
  const inject = (fault: object) =>
    client.raw('POST', '/_emulator/faults', {
      body: JSON.stringify(fault),
      headers: { 'content-type': 'application/json' },
    });

  it('a status is answered as often as asked, after the skipped requests', async () => {
    await inject({
      method: 'GET',
      path: '/computes$',
      status: 429,
      count: 1,
      skip: 1,
      headers: { 'retry-after': '3' },
    });
    const answers = [];
    for (let index = 0; index < 3; index += 1) {
      answers.push(await client.send('GET', `${client.workspace()}/computes`));
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 429, 200]);
    expect(answers[1]?.headers['retry-after']).toBe('3');
  });

  it('a dropped connection gives no answer', async () => {
    await inject({ path: '/computes$', drop: true });
    await expect(client.send('GET', `${client.workspace()}/computes`)).rejects.toThrow();
  });

  it('an operation fails with the given code', async () => {
    await inject({
      method: 'PUT',
      path: 'environments/f',
      failOperation: { code: 'ImageBuildFailure', message: 'no disk' },
    });
    const started = await client.send('PUT', `${client.registry()}/environments/f/versions/1`, {
      properties: { image: 'i' },
    });
    expect(started.status).toBe(201);
    expect((await client.finish(started)).json).toMatchObject({
      status: 'Failed',
      error: { code: 'ImageBuildFailure', message: 'no disk' },
    });
    expect((await client.send('GET', `${client.registry()}/environments/f/versions/1`)).status).toBe(404);
  });

  it('a stale read shows what the last read showed', async () => {
    const path = `${client.workspace()}/environments/s/versions/1`;
    await client.send('PUT', path, { properties: { image: 'i', tags: { a: '1' } } });
    await client.send('GET', path);
    await client.send('PUT', path, { properties: { tags: { a: '2' } } });
    await inject({ path: 'environments/s/', stale: true });
    const tags = async () => at((await client.send('GET', path)).json, 'properties', 'tags', 'a');
    expect([await tags(), await tags()]).toEqual(['1', '2']);
  });

  it('faults can be removed, and a bad expression is refused', async () => {
    await inject({ path: '/computes$', status: 500, count: 100 });
    expect((await client.raw('DELETE', '/_emulator/faults')).status).toBe(204);
    expect((await client.send('GET', `${client.workspace()}/computes`)).status).toBe(200);
    expect((await inject({ path: '(' })).status).toBe(400);
  });
});

describe('the page', () => {
  it('shows the workspaces and no secret', async () => {
    const page = await client.raw('GET', '/');
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.text).toContain('mlw-sensors-prod');
    expect(page.text).not.toContain(emulator.environment.AZURE_CLIENT_SECRET);
  });
});

describe('operations', () => {
  it('an unknown operation is 404', async () => {
    const [subscription = ''] = client.workspace().split('/resourceGroups');
    const path = `${subscription}/providers/Microsoft.MachineLearningServices/locations/westeurope/mfeOperationsStatus/oe:1:2`;
    const answer = await client.send('GET', path);
    expect(answer.status).toBe(404);
    expect(messageOf(answer)).toContain('oe:1:2');
  });

  it('a status runs from InProgress to Succeeded', async () => {
    const started = await client.send('PUT', `${client.registry()}/environments/o/versions/1`, {
      properties: { image: 'i' },
    });
    const { 'azure-asyncoperation': url = '' } = started.headers;
    expect(url).toContain('/mfeOperationsStatus/');
    expect((await client.send('GET', url)).json.status).toBe('InProgress');
    const done = await until(async () => {
      const { json } = await client.send('GET', url);
      return json.status === 'InProgress' ? undefined : json;
    });
    expect(done).toMatchObject({ status: 'Succeeded', percentComplete: 100 });
  });
});
