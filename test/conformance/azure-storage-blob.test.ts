import { AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning';
import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import { ClientSecretCredential } from '@azure/identity';
import { BlobServiceClient, ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultContainer } from './blobs.ts';
import { type Cloud, openCloud } from './cloud.ts';
import { exercised } from './exercised.ts';

const place = { group: 'rg-sensors-dev', workspace: 'mlw-sensors-dev' };
const calls = exercised('@azure/storage-blob');

let cloud: Cloud;
let client: AzureMachineLearningWorkspaces;
let container: ContainerClient;

beforeAll(async () => {
  cloud = await openCloud();
  const credential = new ClientSecretCredential(cloud.tenant, cloud.clientId, cloud.clientSecret, {
    authorityHost: cloud.authority,
    disableInstanceDiscovery: true,
  });
  client = new AzureMachineLearningWorkspaces(credential, cloud.subscription, {
    endpoint: cloud.resourceManager,
    credentialScopes: 'https://management.azure.com/.default',
  });
  container = calls.watch('ContainerClient', await defaultContainer(client, place));
});

afterAll(async () => {
  calls.save();
  await cloud.stop();
});

async function namesBelow(opened: ContainerClient, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of opened.listBlobsFlat({ prefix })) names.push(name);
  return names;
}

function blob(name: string) {
  return calls.watch('BlockBlobClient', container.getBlockBlobClient(name));
}

/** Where `startPendingUpload` lets a version of code be uploaded: an address with a signature. */
async function pendingUpload(path: string): Promise<string> {
  const { id = '' } = await client.workspaces.get(place.group, place.workspace);
  const answer = await client.sendRequest(
    createPipelineRequest({
      method: 'POST',
      url: `${cloud.resourceManager}${id}/${path}/startPendingUpload?api-version=2025-12-01`,
      headers: createHttpHeaders({ 'content-type': 'application/json' }),
      body: JSON.stringify({ pendingUploadId: null, pendingUploadType: 'TemporaryBlobReference' }),
    }),
  );
  const body = JSON.parse(answer.bodyAsText ?? '') as {
    blobReferenceForConsumption: { credential: { sasUri: string } };
  };
  return body.blobReferenceForConsumption.credential.sasUri;
}

describe('the default datastore, with its account key', () => {
  it('takes text and gives it back', async () => {
    const text = 'timestamp,value\n2016-01-01,5.6\n';
    await blob('data/series.csv').upload(text, Buffer.byteLength(text));
    expect((await blob('data/series.csv').downloadToBuffer()).toString('utf8')).toBe(text);
    expect(await blob('data/other.csv').exists()).toBe(false);
  });

  it('takes a file in blocks', async () => {
    const bytes = Buffer.alloc(300_000, 'switchyard ');
    await blob('data/large.bin').uploadData(bytes, { blockSize: 65_536, maxSingleShotSize: 65_536 });
    expect((await blob('data/large.bin').getProperties()).contentLength).toBe(300_000);
    expect((await blob('data/large.bin').downloadToBuffer()).equals(bytes)).toBe(true);
  });

  it('lists by prefix and keeps metadata', async () => {
    for (const name of ['folder/b.txt', 'folder/a.txt', 'folders.txt']) await blob(name).upload('x', 1);
    await blob('folder/a.txt').setMetadata({ upload_status: 'completed' });
    expect(await namesBelow(container, 'folder/')).toEqual(['folder/a.txt', 'folder/b.txt']);
    expect((await blob('folder/a.txt').getProperties()).metadata).toEqual({ upload_status: 'completed' });
  });

  it('refuses a wrong key', async () => {
    const wrong = new StorageSharedKeyCredential(container.accountName, Buffer.alloc(64, 'wrong').toString('base64'));
    const service = new BlobServiceClient(container.url.replace(`/${container.containerName}`, ''), wrong);
    const work = namesBelow(service.getContainerClient(container.containerName), '');
    // Azure answers 403; Azurite, which also takes bearer tokens here, answers 400.
    const refused = await work.catch((error: { statusCode: number }) => error.statusCode);
    expect([400, 403]).toContain(refused);
  });
});

describe('a pending upload of code, with its signature', () => {
  it('takes files, lists them, and becomes a version', async () => {
    const opened = calls.watch('ContainerClient', new ContainerClient(await pendingUpload('codes/signed/versions/1')));
    await calls.watch('BlockBlobClient', opened.getBlockBlobClient('src/train.py')).upload('print(1)\n', 9);
    expect(await namesBelow(opened, '')).toEqual(['src/train.py']);
    const codeUri = `${opened.url.split('?')[0]}/src`;
    const properties = { codeUri };
    await client.codeVersions.createOrUpdate(place.group, place.workspace, 'signed', '1', { properties });
    const found = await client.codeVersions.get(place.group, place.workspace, 'signed', '1');
    expect(found.properties.codeUri).toContain('/src');
  });

  it('opens no other container', async () => {
    const signature = new URL(await pendingUpload('codes/signed/versions/2')).search;
    const other = new ContainerClient(`${container.url}${signature}`);
    await expect(namesBelow(other, '')).rejects.toMatchObject({ statusCode: 403 });
  });
});
