import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, startEmulator } from './start.ts';
import { type Answer, at, EmulatorClient, messageOf } from './testing/emulator-client.ts';

let emulator: Emulator;
let client: EmulatorClient;

const uri = (path: string) => `azureml://datastores/workspaceblobstore/paths/${path}`;

beforeAll(async () => {
  emulator = await startEmulator({ latency: 60 });
  client = new EmulatorClient(emulator);
});

afterAll(async () => {
  client.close();
  await emulator.stop();
});

function putModel(name: string, version: string, properties: object): Promise<Answer> {
  return client.send('PUT', `${client.workspace()}/models/${name}/versions/${version}`, { properties });
}

async function names(path: string): Promise<unknown[]> {
  const { json } = await client.send('GET', path);
  return (json.value as object[]).map((item) => at(item, 'name'));
}

describe('model versions', () => {
  it('the first PUT is 201 and makes the container; the same PUT again is 200', async () => {
    const body = { modelType: 'custom_model', modelUri: uri('m/1'), tags: { a: '1' } };
    const first = await putModel('first', '1', body);
    expect(first.status).toBe(201);
    expect(first.json.name).toBe('1');
    expect(at(first.json, 'properties', 'modelUri')).toBe(
      `azureml:/${client.workspace().replace('/providers/Microsoft.MachineLearningServices', '')}/datastores/workspaceblobstore/paths/m/1`,
    );
    expect((await putModel('first', '1', body)).status).toBe(200);
    expect(await names(`${client.workspace()}/models/first/versions`)).toEqual(['1']);
  });

  it('description, tags, stage and archive change; what is not sent stays', async () => {
    await putModel('meta', '1', { modelUri: uri('m'), tags: { a: '1' }, description: 'd' });
    const changed = await putModel('meta', '1', { stage: 'Production', tags: { b: '2' } });
    expect(changed.json.properties).toMatchObject({ stage: 'Production', tags: { b: '2' }, description: 'd' });
  });

  it('a path cannot be changed', async () => {
    await putModel('fixed', '1', { modelUri: uri('a') });
    const answer = await putModel('fixed', '1', { modelUri: uri('b') });
    expect(answer.status).toBe(400);
    expect(messageOf(answer)).toBe('Asset paths cannot be updated.');
  });

  it.each(['0', '1.2', 'abc', '-1', '01'])('the version %s is refused in a workspace', async (version) => {
    const answer = await putModel('versions', version, { modelUri: uri('a') });
    expect(answer.status).toBe(400);
    expect(messageOf(answer)).toContain('positive integer');
  });

  it('a body without modelUri or without properties is refused', async () => {
    expect(messageOf(await putModel('empty', '1', {}))).toContain('modelUri is required');
    expect((await client.send('PUT', `${client.workspace()}/models/empty/versions/1`, {})).status).toBe(400);
    expect((await client.send('GET', `${client.workspace()}/models/empty`)).status).toBe(404);
  });

  it('latest is the one made last, next is one more than the highest', async () => {
    for (const version of ['3', '7', '5']) {
      await putModel('order', version, { modelUri: uri(version) });
    }
    const { json } = await client.send('GET', `${client.workspace()}/models/order`);
    expect(json.properties).toMatchObject({ latestVersion: '5', nextVersion: '8' });
    const newest = `${client.workspace()}/models/order/versions?$orderBy=${encodeURIComponent('createdtime desc')}&$top=1`;
    expect(await names(newest)).toEqual(['5']);
  });

  it('lists come in pages with an absolute nextLink', async () => {
    for (let version = 1; version <= 5; version += 1) {
      await putModel('paged', String(version), { modelUri: uri('p') });
    }
    const seen: unknown[] = [];
    let next = `${client.workspace()}/models/paged/versions?$top=2`;
    let pages = 0;
    while (next !== '') {
      const { json } = await client.send('GET', next);
      seen.push(...(json.value as object[]).map((item) => at(item, 'name')));
      next = String(json.nextLink ?? '');
      expect(next === '' || next.startsWith(`${emulator.url}/`)).toBe(true);
      pages += 1;
    }
    expect(seen).toEqual(['1', '2', '3', '4', '5']);
    expect(pages).toBe(3);
  });

  it('lists filter by tags and by archive', async () => {
    await putModel('listed', '1', { modelUri: uri('l'), tags: { branch: 'main', ok: '' } });
    await putModel('listed', '2', { modelUri: uri('l'), tags: { branch: 'release' } });
    await putModel('listed', '3', { modelUri: uri('l'), tags: { branch: 'main' }, isArchived: true });
    const list = `${client.workspace()}/models/listed/versions`;
    expect(await names(`${list}?tags=branch=main`)).toEqual(['1']);
    expect(await names(`${list}?tags=branch=main,ok`)).toEqual(['1']);
    expect(await names(`${list}?tags=missing`)).toEqual([]);
    expect(await names(`${list}?listViewType=ArchivedOnly`)).toEqual(['3']);
    expect(await names(`${list}?listViewType=All`)).toEqual(['1', '2', '3']);
  });

  it('a deleted version is gone, and deleting it again is 204', async () => {
    await putModel('gone', '1', { modelUri: uri('g') });
    const path = `${client.workspace()}/models/gone/versions/1`;
    expect((await client.send('DELETE', path)).status).toBe(200);
    expect((await client.send('GET', path)).status).toBe(404);
    expect((await client.send('DELETE', path)).status).toBe(204);
  });
});

describe('the registry', () => {
  it('a version appears when its operation has ended, with its files', async () => {
    const path = `${client.registry()}/models/direct/versions/v1`;
    const modelUri = await client.upload(path, { 'model.json': '{"w":1}' });
    const started = await client.send('PUT', path, { properties: { modelType: 'custom_model', modelUri } });
    expect(started.status).toBe(201);
    expect(at(started.json, 'properties', 'provisioningState')).toBe('Creating');
    expect((await client.send('GET', path)).status).toBe(404);
    expect((await client.finish(started)).json.status).toBe('Succeeded');
    expect((await client.send('GET', path)).status).toBe(200);
    const assetId = 'azureml://registries/sensors/models/direct/versions/v1';
    const reference = await client.send('POST', `${client.registry()}/datareferences/direct/versions/v1`, { assetId });
    const sas = String(at(reference.json, 'blobReferenceForConsumption', 'credential', 'sasUri'));
    expect((await client.raw('GET', sas.replace('?', '/model.json?'))).text).toBe('{"w":1}');
  });

  it('an upload for a version that exists is 409; changed files are 400; changed tags are fine', async () => {
    await client.registryModel('kept', { 'a.txt': 'a' });
    const path = `${client.registry()}/models/kept/versions/1`;
    expect((await client.send('POST', `${path}/startPendingUpload`, {})).status).toBe(409);
    const other = await client.send('PUT', path, { properties: { modelUri: 'https://127.0.0.1/other' } });
    expect([other.status, messageOf(other)]).toEqual([400, 'Asset paths cannot be updated.']);
    const tags = await client.send('PUT', path, { properties: { tags: { checked: 'yes' } } });
    expect([tags.status, at(tags.json, 'properties', 'tags')]).toEqual([200, { checked: 'yes' }]);
  });

  it('an upload signature does not open another container', async () => {
    const pending = await client.send('POST', `${client.workspace()}/codes/sig/versions/1/startPendingUpload`, {});
    const sas = String(at(pending.json, 'blobReferenceForConsumption', 'credential', 'sasUri'));
    const other = sas.replace(/[0-9a-f-]{36}-upload/, 'elsewhere');
    expect((await client.raw('GET', `${other}&restype=container&comp=list`)).status).toBe(403);
  });
});

describe('publish', () => {
  const publish = (name: string, version: string, destinationVersion = '1') =>
    client.send('POST', `${client.workspace()}/models/${name}/versions/${version}/publish`, {
      registryName: 'Sensors',
      destinationName: name,
      destinationVersion,
    });

  it('copies tags and files, which then do not depend on the workspace', async () => {
    const code = await client.code('published', { 'weights.json': '[1,2]' });
    const { json } = await client.send('GET', code);
    const modelUri = String(at(json, 'properties', 'codeUri'));
    await putModel('promoted', '4', { modelUri, tags: { commit: 'abc' } });
    const started = await publish('promoted', '4', '2');
    expect(started.status).toBe(202);
    expect(started.headers.location).toContain('/mfeOperationResults/');
    const path = `${client.registry()}/models/promoted/versions/2`;
    expect((await client.send('GET', path)).status).toBe(404);
    expect((await client.finish(started)).status).toBe(204);
    const copy = await client.send('GET', path);
    expect(at(copy.json, 'properties', 'tags')).toEqual({ commit: 'abc' });
    expect(at(copy.json, 'properties', 'modelUri')).not.toBe(modelUri);
  });

  it('onto an existing version is 409', async () => {
    await putModel('twice', '1', { modelUri: uri('t') });
    await client.finish(await publish('twice', '1'));
    expect((await publish('twice', '1')).status).toBe(409);
  });

  it('two at the same time: one wins, the other operation ends as a conflict', async () => {
    await putModel('race', '1', { modelUri: uri('t') });
    const started = await Promise.all([publish('race', '1'), publish('race', '1')]);
    const ended = await Promise.all(started.map((answer) => client.finish(answer)));
    expect(ended.map(({ status }) => status).sort()).toEqual([204, 409]);
  });

  it('of an unknown version, or to an unknown registry, is 404', async () => {
    expect((await publish('nobody', '1')).status).toBe(404);
    await putModel('lost', '1', { modelUri: uri('t') });
    const path = `${client.workspace()}/models/lost/versions/1/publish`;
    expect((await client.send('POST', path, { registryName: 'other' })).status).toBe(404);
  });
});

describe('environments and components', () => {
  it('an environment version cannot get another image', async () => {
    const path = `${client.workspace()}/environments/e/versions/1`;
    expect((await client.send('PUT', path, { properties: { image: 'a', condaFile: 'name: e' } })).status).toBe(201);
    expect((await client.send('PUT', path, { properties: { image: 'b' } })).status).toBe(400);
    expect((await client.send('PUT', path, { properties: { image: 'a', condaFile: 'name: e' } })).status).toBe(200);
  });

  it('a version of another kind than a model may be any text', async () => {
    const path = `${client.workspace()}/components/c/versions/0.0.26-abc`;
    expect((await client.send('PUT', path, { properties: { componentSpec: { type: 'command' } } })).status).toBe(201);
  });
});
