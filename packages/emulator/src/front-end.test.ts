import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, startEmulator } from './start.ts';
import { at, EmulatorClient, until } from './testing/emulator-client.ts';

let emulator: Emulator;
let client: EmulatorClient;

beforeAll(async () => {
  emulator = await startEmulator({ latency: 20 });
  client = new EmulatorClient(emulator);
});

afterAll(async () => {
  client.close();
  await emulator.stop();
});

/** A registry path on the regional front end. */
function front(path: string): string {
  return `/mferp/managementfrontend/subscriptions/${emulator.environment.AZURE_SUBSCRIPTION_ID}/resourceGroups/rg-sensors-shared/providers/Microsoft.MachineLearningServices/registries/sensors/${path}?api-version=2021-10-01-dataplanepreview`;
}

/** The location-scoped id of an asset of the dev workspace. */
async function locationId(asset: string): Promise<string> {
  const { json } = await client.send('GET', client.workspace());
  return `azureml://locations/westeurope/workspaces/${at(json, 'properties', 'workspaceId')}/${asset}`;
}

describe('the front end of a registry', () => {
  it('imports an asset of a workspace and shows it by its registry id', async () => {
    const environment = { properties: { image: 'ubuntu:22.04' } };
    await client.send('PUT', `${client.workspace()}/environments/serving/versions/1`, environment);
    const sourceAssetId = await locationId('environments/serving/versions/1');
    const properties = { referenceType: 'Id', sourceAssetId, destinationName: 'shared', destinationVersion: '7' };
    const answer = await client.send('POST', front('import'), { properties });
    expect(answer.status).toBe(202);
    const found = await until(async () => {
      const read = await client.send('GET', front('environments/shared/versions/7'));
      return read.status === 200 ? read : undefined;
    });
    expect(found.json.id).toBe('azureml://registries/sensors/environments/shared/versions/7');
    expect((await client.send('POST', front('import'), { properties })).status).toBe(409);
  });

  it('refuses to import what is not there', async () => {
    const sourceAssetId = await locationId('environments/none/versions/1');
    const answer = await client.send('POST', front('import'), { properties: { sourceAssetId } });
    expect(answer.status).toBe(404);
  });

  it('lists no versions of an unknown name, where ARM answers 404', async () => {
    const answer = await client.send('GET', front('models/none/versions'));
    expect([answer.status, answer.json.value]).toEqual([200, []]);
    const onArm = front('models/none/versions').replace('/mferp/managementfrontend', '');
    expect((await client.send('GET', onArm)).status).toBe(404);
  });

  it('gives a place to upload to for a kind of asset it knows', async () => {
    const path = front('tempdatarefs/fresh/versions/1');
    const known = await client.send('PUT', path, { assetId: 'azureml://registries/sensors/models/fresh/versions/1' });
    expect(String(at(known.json, 'blobReferenceForConsumption', 'credential', 'sasUri'))).toContain('sig=');
    expect(
      (await client.send('PUT', path, { assetId: 'azureml://registries/sensors/toys/fresh/versions/1' })).status,
    ).toBe(400);
  });
});

describe('code of a workspace', () => {
  it('is found by the hash of its content, whatever its name', async () => {
    const codes = `${client.workspace()}/codes`;
    const codeUri = 'azureml://datastores/workspaceblobstore/paths/code';
    const body = { properties: { codeUri, properties: { hash_sha256: 'abc' } } };
    await client.send('PUT', `${codes}/first/versions/1`, body);
    const found = await client.send('GET', `${codes}/other/versions?hash=abc`);
    const [first] = found.json.value as unknown[];
    expect(at(first, 'id')).toMatch(/codes\/first\/versions\/1$/);
    expect((await client.send('GET', `${codes}/other/versions?hash=xyz`)).json.value).toEqual([]);
  });
});
