import { setTimeout as wait } from 'node:timers/promises';
import { AzureMachineLearningWorkspaces, type ManagedOnlineDeployment } from '@azure/arm-machinelearning';
import { createPipelineRequest, isRestError, type RestError } from '@azure/core-rest-pipeline';
import { ClientSecretCredential } from '@azure/identity';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultContainer, uploadFolder } from './blobs.ts';
import { type Cloud, openCloud } from './cloud.ts';
import { exercised } from './exercised.ts';

const group = 'rg-sensors-dev';
const workspace = 'mlw-sensors-dev';
const location = 'westeurope';
const quick = { updateIntervalInMs: 20 };
const calls = exercised('@azure/arm-machinelearning');

let cloud: Cloud;
let client: AzureMachineLearningWorkspaces;
let workspaceId: string;

/** The stock client, with the api-version it was released with unless another is given. */
function openClient(apiVersion?: string): AzureMachineLearningWorkspaces {
  const credential = new ClientSecretCredential(cloud.tenant, cloud.clientId, cloud.clientSecret, {
    authorityHost: cloud.authority,
    disableInstanceDiscovery: true,
  });
  return new AzureMachineLearningWorkspaces(credential, cloud.subscription, {
    endpoint: cloud.resourceManager,
    credentialScopes: 'https://management.azure.com/.default',
    retryOptions: { maxRetries: 0 },
    ...(apiVersion === undefined ? {} : { apiVersion }),
  });
}

beforeAll(async () => {
  cloud = await openCloud();
  client = calls.watch('client', openClient());
  workspaceId = (await client.workspaces.get(group, workspace)).id ?? '';
});

afterAll(async () => {
  calls.save();
  await cloud.stop();
});

/** Names of a whole list, sorted. */
async function namesOf(list: AsyncIterable<{ name?: string }>): Promise<string[]> {
  const names: string[] = [];
  for await (const { name = '' } of list) names.push(name);
  return names.sort((a, b) => (a < b ? -1 : 1));
}

async function pageSizes(list: { byPage(): AsyncIterable<readonly unknown[]> }): Promise<number[]> {
  const sizes: number[] = [];
  for await (const page of list.byPage()) sizes.push(page.length);
  return sizes;
}

/** What the service refused with; fails when it did not refuse. */
async function refusalOf(work: Promise<unknown>): Promise<RestError> {
  const error = await work.then(
    () => new Error('was not refused'),
    (reason: unknown) => reason,
  );
  if (isRestError(error)) return error;
  throw error;
}

/** The refusal as the service wrote it. */
function envelopeOf(error: RestError) {
  return JSON.parse(error.response?.bodyAsText ?? '{}') as {
    error: { code: string; message: string; additionalInfo: { type: string; info: { value: unknown } }[] };
  };
}

async function endedJob(name: string): Promise<string> {
  for (let look = 0; look < 600; look += 1) {
    const { status = '' } = (await client.jobs.get(group, workspace, name)).properties;
    if (['Completed', 'Failed', 'Canceled'].includes(status)) return status;
    await wait(50);
  }
  throw new Error(`job ${name} did not end within 30 s`);
}

describe('workspaces', () => {
  it('are listed by subscription and by resource group', async () => {
    expect(await namesOf(client.workspaces.listBySubscription())).toEqual([
      'mlw-sensors-dev',
      'mlw-sensors-prod',
      'mlw-sensors-test',
    ]);
    expect(await namesOf(client.workspaces.listByResourceGroup(group))).toEqual([workspace]);
    expect(await namesOf(client.workspaces.listByResourceGroup('rg-nobody'))).toEqual([]);
  });

  it('say where their other services are', async () => {
    const found = await client.workspaces.get(group.toUpperCase(), workspace);
    expect(found).toMatchObject({ name: workspace, location, provisioningState: 'Succeeded' });
    expect(found.workspaceId).toMatch(/^[0-9a-f]{8}-/);
    expect(found.mlFlowTrackingUri).toMatch(/^azureml:\/\/127\.0\.0\.1:\d+\/mlflow\/v1\.0\/subscriptions\//);
  });

  it('have computes', async () => {
    expect(await namesOf(client.computeOperations.list(group, workspace))).toEqual(['cpu-cluster']);
    const compute = await client.computeOperations.get(group, workspace, 'cpu-cluster');
    expect(compute.properties).toMatchObject({ computeType: 'AmlCompute', provisioningState: 'Succeeded' });
  });
});

describe('datastores', () => {
  it('are listed, and the default one has a key', async () => {
    const names = await namesOf(client.datastores.list(group, workspace));
    expect(names).toContain('workspaceblobstore');
    const found = await client.datastores.get(group, workspace, 'workspaceblobstore');
    expect(found.properties).toMatchObject({ datastoreType: 'AzureBlob', isDefault: true });
    const secrets = await client.datastores.listSecrets(group, workspace, 'workspaceblobstore');
    expect(secrets).toMatchObject({ secretsType: 'AccountKey', key: expect.stringMatching(/^[\w+/]+=*$/) });
  });
});

describe('models', () => {
  const model = (path: string) => ({
    properties: { modelType: 'custom_model', modelUri: `azureml://datastores/workspaceblobstore/paths/${path}` },
  });

  it('are paged: the client follows nextLink over container lists', async () => {
    const names = Array.from({ length: 33 }, (_, index) => `paged-${String(index).padStart(2, '0')}`);
    for (const name of names) await client.modelContainers.createOrUpdate(group, workspace, name, { properties: {} });
    expect(await namesOf(client.modelContainers.list(group, workspace))).toEqual(names);
    expect(await pageSizes(client.modelContainers.list(group, workspace))).toEqual([30, 3]);
    expect(await pageSizes(client.modelContainers.list(group, workspace, { count: 20 }))).toEqual([20, 13]);
  });

  it('have versions that are paged, ordered and counted', async () => {
    for (const version of ['1', '2', '3', '4', '5']) {
      await client.modelVersions.createOrUpdate(group, workspace, 'counted', version, model(`counted/${version}`));
    }
    expect(await pageSizes(client.modelVersions.list(group, workspace, 'counted', { top: 2 }))).toEqual([2, 2, 1]);
    const newest = client.modelVersions.list(group, workspace, 'counted', { orderBy: 'createdtime desc', top: 1 });
    expect((await newest.next()).value).toMatchObject({ name: '5' });
    const container = await client.modelContainers.get(group, workspace, 'counted');
    expect(container.properties).toMatchObject({ latestVersion: '5', nextVersion: '6' });
  });

  it('keep tags, take new ones, and are found by them', async () => {
    const body = model('tagged');
    const tagged = { properties: { ...body.properties, tags: { branch: 'main' } } };
    const created = await client.modelVersions.createOrUpdate(group, workspace, 'tagged', '1', tagged);
    expect(created.properties.tags).toEqual({ branch: 'main' });
    expect(created.properties.modelUri).toContain(
      `/workspaces/${workspace}/datastores/workspaceblobstore/paths/tagged`,
    );
    await client.modelVersions.createOrUpdate(group, workspace, 'tagged', '2', model('tagged-2'));
    const again = await client.modelVersions.get(group, workspace, 'tagged', '1');
    const changed = { properties: { ...again.properties, tags: { branch: 'main', reviewed: 'yes' } } };
    await client.modelVersions.createOrUpdate(group, workspace, 'tagged', '1', changed);
    const found = client.modelVersions.list(group, workspace, 'tagged', { tags: 'reviewed=yes' });
    expect(await namesOf(found)).toEqual(['1']);
  });

  it('that are archived are listed on request only', async () => {
    const { properties } = model('archived');
    await client.modelVersions.createOrUpdate(group, workspace, 'archived', '1', { properties });
    const hidden = { properties: { ...properties, isArchived: true } };
    await client.modelVersions.createOrUpdate(group, workspace, 'archived', '1', hidden);
    expect(await namesOf(client.modelVersions.list(group, workspace, 'archived'))).toEqual([]);
    const all = client.modelVersions.list(group, workspace, 'archived', { listViewType: 'All' });
    expect(await namesOf(all)).toEqual(['1']);
  });

  it('are gone after a delete, which may be repeated', async () => {
    await client.modelVersions.createOrUpdate(group, workspace, 'deleted', '1', model('deleted'));
    await client.modelVersions.delete(group, workspace, 'deleted', '1');
    await client.modelVersions.delete(group, workspace, 'deleted', '1');
    expect((await refusalOf(client.modelVersions.get(group, workspace, 'deleted', '1'))).statusCode).toBe(404);
    await client.modelContainers.delete(group, workspace, 'deleted');
    expect((await refusalOf(client.modelContainers.get(group, workspace, 'deleted'))).statusCode).toBe(404);
  });
});

describe('data, environments, code and components', () => {
  it('data versions are created, read and listed', async () => {
    const dataUri = 'azureml://datastores/workspaceblobstore/paths/series.csv';
    const properties = { dataType: 'uri_file' as const, dataUri };
    await client.dataVersions.createOrUpdate(group, workspace, 'series', '2016-01-01', { properties });
    const found = await client.dataVersions.get(group, workspace, 'series', '2016-01-01');
    expect(found.properties).toMatchObject({
      dataType: 'uri_file',
      dataUri: expect.stringContaining('/paths/series.csv'),
    });
    expect(await namesOf(client.dataVersions.list(group, workspace, 'series'))).toEqual(['2016-01-01']);
    expect(await namesOf(client.dataContainers.list(group, workspace))).toEqual(['series']);
  });

  it('environment versions are created, read and listed', async () => {
    const properties = { image: 'registry.invalid/python:3.11', condaFile: '{"name":"none"}' };
    await client.environmentVersions.createOrUpdate(group, workspace, 'serving', '1.0.0', { properties });
    const found = await client.environmentVersions.get(group, workspace, 'serving', '1.0.0');
    expect(found.properties).toMatchObject({ ...properties, osType: 'Linux' });
    expect(await namesOf(client.environmentVersions.list(group, workspace, 'serving'))).toEqual(['1.0.0']);
    expect((await client.environmentContainers.get(group, workspace, 'serving')).properties.latestVersion).toBe(
      '1.0.0',
    );
  });

  it('code versions are created, read and listed', async () => {
    const container = await defaultContainer(client, { group, workspace });
    const codeUri = await uploadFolder(container, 'code/plain', { 'train.py': 'print(1)\n' });
    await client.codeVersions.createOrUpdate(group, workspace, 'plain', '1', { properties: { codeUri } });
    expect((await client.codeVersions.get(group, workspace, 'plain', '1')).properties.codeUri).toContain('code/plain');
    expect(await namesOf(client.codeVersions.list(group, workspace, 'plain'))).toEqual(['1']);
  });

  it('component versions are created, read and listed', async () => {
    const componentSpec = { name: 'score', version: '1', type: 'command', command: 'echo', environment: 'serving' };
    await client.componentVersions.createOrUpdate(group, workspace, 'score', '1', { properties: { componentSpec } });
    const found = await client.componentVersions.get(group, workspace, 'score', '1');
    expect(found.properties.componentSpec).toMatchObject({ type: 'command', command: 'echo' });
    expect(await namesOf(client.componentVersions.list(group, workspace, 'score'))).toEqual(['1']);
  });
});

describe('jobs', () => {
  const job = (command: string) => ({
    properties: {
      jobType: 'Command' as const,
      command,
      environmentId: `${workspaceId}/environments/jobs/versions/1`,
      computeId: `${workspaceId}/computes/cpu-cluster`,
      experimentName: 'conformance',
      tags: { branch: 'main' },
    },
  });

  beforeAll(async () => {
    const properties = { image: 'registry.invalid/python:3.11' };
    await client.environmentVersions.createOrUpdate(group, workspace, 'jobs', '1', { properties });
  });

  it('run, and are found by name and by tag', async () => {
    const created = await client.jobs.createOrUpdate(group, workspace, 'good-job', job('echo done'));
    expect(created.properties).toMatchObject({ jobType: 'Command', experimentName: 'conformance' });
    expect(await endedJob('good-job')).toBe('Completed');
    expect(await namesOf(client.jobs.list(group, workspace, { tag: 'branch=main' }))).toContain('good-job');
    expect(await namesOf(client.jobs.list(group, workspace, { jobType: 'Pipeline' }))).toEqual([]);
  });

  it('whose command fails have the status Failed', async () => {
    await client.jobs.createOrUpdate(group, workspace, 'bad-job', job('exit 3'));
    expect(await endedJob('bad-job')).toBe('Failed');
  });

  it('are cancelled through the poller', async () => {
    await client.jobs.createOrUpdate(group, workspace, 'long-job', job('exec sleep 600'));
    await client.jobs.beginCancelAndWait(group, workspace, 'long-job', quick);
    expect(await endedJob('long-job')).toBe('Canceled');
  });

  it('are deleted through the poller', async () => {
    await client.jobs.createOrUpdate(group, workspace, 'gone-job', job('echo'));
    await endedJob('gone-job');
    await client.jobs.beginDeleteAndWait(group, workspace, 'gone-job', quick);
    expect((await refusalOf(client.jobs.get(group, workspace, 'gone-job'))).statusCode).toBe(404);
  });

  it('refuse a second PUT of other content under the same name', async () => {
    await client.jobs.createOrUpdate(group, workspace, 'fixed-job', job('echo one'));
    await client.jobs.createOrUpdate(group, workspace, 'fixed-job', job('echo one'));
    const refused = await refusalOf(client.jobs.createOrUpdate(group, workspace, 'fixed-job', job('echo two')));
    expect(refused).toMatchObject({ statusCode: 400, code: 'UserError' });
    const inner = envelopeOf(refused).error.additionalInfo.find(({ type }) => type === 'InnerError');
    expect(inner?.info.value).toMatchObject({ code: 'JobPropertyImmutable' });
    await endedJob('fixed-job');
  });
});

describe('online endpoints', () => {
  const endpoint = 'scorer';
  const scoringScript = `
import json, os

def init():
    global factor
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.json")) as file:
        factor = json.load(file)["factor"]

def run(raw):
    return [factor * value for value in json.loads(raw)["data"]]
`;
  const body = (traffic: Record<string, number> = {}) => ({
    location,
    identity: { type: 'SystemAssigned' as const },
    properties: { authMode: 'Key', traffic },
  });
  const deployment = (version: string, code = 'scoring') => ({
    location,
    sku: { name: 'Default', capacity: 1 },
    properties: {
      endpointComputeType: 'Managed',
      instanceType: 'Standard_DS3_v2',
      model: `${workspaceId}/models/factor/versions/${version}`,
      environmentId: `${workspaceId}/environments/scoring/versions/1`,
      codeConfiguration: { codeId: `${workspaceId}/codes/${code}/versions/1`, scoringScript: 'score.py' },
    } satisfies ManagedOnlineDeployment,
  });

  async function score(headers: Record<string, string> = {}): Promise<{ status: number; answer: unknown }> {
    const { properties } = await client.onlineEndpoints.get(group, workspace, endpoint);
    const { primaryKey } = await client.onlineEndpoints.listKeys(group, workspace, endpoint);
    const response = await fetch(properties.scoringUri ?? '', {
      method: 'POST',
      headers: { authorization: `Bearer ${primaryKey}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ data: [1, 2] }),
    });
    return { status: response.status, answer: await response.json() };
  }

  beforeAll(async () => {
    const container = await defaultContainer(client, { group, workspace });
    const codes = {
      scoring: scoringScript,
      broken: 'def init():\n    raise SystemExit(7)\n\ndef run(raw):\n    return raw\n',
    };
    for (const [name, script] of Object.entries(codes)) {
      const codeUri = await uploadFolder(container, `code/${name}`, { 'score.py': script });
      await client.codeVersions.createOrUpdate(group, workspace, name, '1', { properties: { codeUri } });
    }
    for (const [version, factor] of Object.entries({ 1: 2, 2: 10 })) {
      await uploadFolder(container, `models/factor-${version}`, { 'model.json': JSON.stringify({ factor }) });
      const modelUri = `azureml://datastores/workspaceblobstore/paths/models/factor-${version}`;
      const properties = { modelType: 'custom_model', modelUri };
      await client.modelVersions.createOrUpdate(group, workspace, 'factor', version, { properties });
    }
    const properties = { image: 'registry.invalid/python:3.11' };
    await client.environmentVersions.createOrUpdate(group, workspace, 'scoring', '1', { properties });
    await client.onlineEndpoints.beginCreateOrUpdateAndWait(group, workspace, endpoint, body(), quick);
  });

  it('are created through the poller, which ends with the resource', async () => {
    const created = await client.onlineEndpoints.beginCreateOrUpdateAndWait(group, workspace, 'second', body(), quick);
    expect(created.properties).toMatchObject({ provisioningState: 'Succeeded', traffic: {} });
    expect(await namesOf(client.onlineEndpoints.list(group, workspace))).toEqual([endpoint, 'second']);
    expect(await pageSizes(client.onlineEndpoints.list(group, workspace, { count: 1 }))).toEqual([1, 1]);
    await client.onlineEndpoints.beginDeleteAndWait(group, workspace, 'second', quick);
    expect((await refusalOf(client.onlineEndpoints.get(group, workspace, 'second'))).statusCode).toBe(404);
  });

  it('take tags through the PATCH poller, and keep the rest', async () => {
    const update = { tags: { owner: 'forecasting' } };
    await client.onlineEndpoints.beginUpdateAndWait(group, workspace, endpoint, update, quick);
    const found = await client.onlineEndpoints.get(group, workspace, endpoint);
    expect(found).toMatchObject({ tags: { owner: 'forecasting' }, properties: { authMode: 'Key' } });
  });

  it('score with the model of the deployment that has the traffic', async () => {
    const { onlineDeployments, onlineEndpoints } = client;
    for (const [name, version] of Object.entries({ blue: '1', green: '2' })) {
      const created = await onlineDeployments.beginCreateOrUpdateAndWait(
        group,
        workspace,
        endpoint,
        name,
        deployment(version),
        quick,
      );
      expect(created.properties).toMatchObject({ provisioningState: 'Succeeded', endpointComputeType: 'Managed' });
    }
    expect(await namesOf(onlineDeployments.list(group, workspace, endpoint))).toEqual(['blue', 'green']);
    expect((await score()).status).toBe(404);
    await onlineEndpoints.beginCreateOrUpdateAndWait(group, workspace, endpoint, body({ blue: 100 }), quick);
    expect(await score()).toEqual({ status: 200, answer: [2, 4] });
    expect(await score({ 'azureml-model-deployment': 'green' })).toEqual({ status: 200, answer: [10, 20] });
    await onlineEndpoints.beginCreateOrUpdateAndWait(group, workspace, endpoint, body({ blue: 0, green: 100 }), quick);
    expect(await score()).toEqual({ status: 200, answer: [10, 20] });
    expect(await score({ authorization: 'Bearer wrong' })).toMatchObject({ status: 401 });
  });

  it('show logs and sizes of a deployment', async () => {
    const { content } = await client.onlineDeployments.getLogs(group, workspace, endpoint, 'blue', { tail: 50 });
    expect(typeof content).toBe('string');
    const sizes: unknown[] = [];
    for await (const size of client.onlineDeployments.listSkus(group, workspace, endpoint, 'blue')) sizes.push(size);
    expect(sizes).toMatchObject([{ sku: { name: 'Default' }, capacity: { minimum: 1 } }]);
  });

  it('scale a deployment through the PATCH poller', async () => {
    const update = { tags: { model_version: '1' }, sku: { name: 'Default', capacity: 2 } };
    await client.onlineDeployments.beginUpdateAndWait(group, workspace, endpoint, 'blue', update, quick);
    const found = await client.onlineDeployments.get(group, workspace, endpoint, 'blue');
    expect(found).toMatchObject({ sku: { capacity: 2 }, tags: { model_version: '1' } });
  });

  it('give new keys: the old one is refused', async () => {
    const { primaryKey: before } = await client.onlineEndpoints.listKeys(group, workspace, endpoint);
    const request = { keyType: 'Primary' };
    await client.onlineEndpoints.beginRegenerateKeysAndWait(group, workspace, endpoint, request, quick);
    expect((await score({ authorization: `Bearer ${before}` })).status).toBe(401);
    expect((await score()).status).toBe(200);
  });

  it('fail the poller when the scoring script does not start', async () => {
    const broken = client.onlineDeployments.beginCreateOrUpdateAndWait(
      group,
      workspace,
      endpoint,
      'broken',
      deployment('1', 'broken'),
      quick,
    );
    await expect(broken).rejects.toThrow(/long-running operation has failed/);
    const found = await client.onlineDeployments.get(group, workspace, endpoint, 'broken');
    expect(found.properties.provisioningState).toBe('Failed');
    await client.onlineDeployments.beginDeleteAndWait(group, workspace, endpoint, 'broken', quick);
  });

  it('refuse a split that is not 0 or 100, or names no deployment', async () => {
    const put = (traffic: Record<string, number>) =>
      refusalOf(client.onlineEndpoints.beginCreateOrUpdate(group, workspace, endpoint, body(traffic), quick));
    const refused = await put({ blue: 60, green: 60 });
    expect(refused).toMatchObject({ statusCode: 400, code: 'UserError' });
    expect(envelopeOf(refused).error.message).toMatch(/validation errors.*sum of the traffic/);
    expect(envelopeOf(await put({ purple: 100 })).error.message).toContain('purple');
    const { properties } = await client.onlineEndpoints.get(group, workspace, endpoint);
    expect(properties).toMatchObject({ provisioningState: 'Succeeded', traffic: { green: 100 } });
  });

  it('keep a deployment that has traffic', async () => {
    const refused = await refusalOf(client.onlineDeployments.beginDelete(group, workspace, endpoint, 'green', quick));
    expect(refused).toMatchObject({ statusCode: 400, code: 'UserError' });
  });

  it('are deleted with their deployments', async () => {
    await client.onlineEndpoints.beginDeleteAndWait(group, workspace, endpoint, quick);
    expect(await namesOf(client.onlineEndpoints.list(group, workspace))).toEqual([]);
    expect((await refusalOf(client.onlineDeployments.get(group, workspace, endpoint, 'blue'))).statusCode).toBe(404);
  });
});

describe('batch endpoints', () => {
  it('are created, changed and deleted through pollers', async () => {
    const body = { location, properties: { authMode: 'AADToken' } };
    const created = await client.batchEndpoints.beginCreateOrUpdateAndWait(group, workspace, 'nightly', body, quick);
    expect(created.properties).toMatchObject({ provisioningState: 'Succeeded', authMode: 'AADToken' });
    const update = { tags: { owner: 'forecasting' } };
    await client.batchEndpoints.beginUpdateAndWait(group, workspace, 'nightly', update, quick);
    expect((await client.batchEndpoints.get(group, workspace, 'nightly')).tags).toEqual(update.tags);
    expect(await namesOf(client.batchEndpoints.list(group, workspace))).toEqual(['nightly']);
    await client.batchEndpoints.beginDeleteAndWait(group, workspace, 'nightly', quick);
    expect((await refusalOf(client.batchEndpoints.get(group, workspace, 'nightly'))).statusCode).toBe(404);
  });

  it('refuse keys as their way to sign in', async () => {
    const body = { location, properties: { authMode: 'Key' } };
    const work = client.batchEndpoints.beginCreateOrUpdate(group, workspace, 'keyed', body, quick);
    expect(await refusalOf(work)).toMatchObject({ statusCode: 400, code: 'UserError' });
  });
});

describe('refusals', () => {
  it('of what is not there are 404 with the words of the service', async () => {
    const refused = await refusalOf(client.onlineEndpoints.get(group, workspace, 'nowhere'));
    expect(refused).toMatchObject({ name: 'RestError', statusCode: 404, code: 'UserError' });
    const { error } = envelopeOf(refused);
    expect(error.message).toMatch(/nowhere/);
    expect(error.additionalInfo.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['ComponentName', 'InnerError', 'Correlation', 'Time']),
    );
    expect(refused.response?.headers.get('x-ms-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect((await refusalOf(client.workspaces.get(group, 'nowhere'))).statusCode).toBe(404);
  });

  it('of a changed asset path are 400', async () => {
    const body = (path: string) => ({
      properties: { modelType: 'custom_model', modelUri: `azureml://datastores/workspaceblobstore/paths/${path}` },
    });
    await client.modelVersions.createOrUpdate(group, workspace, 'fixed', '1', body('one'));
    const refused = await refusalOf(client.modelVersions.createOrUpdate(group, workspace, 'fixed', '1', body('two')));
    expect(refused).toMatchObject({ statusCode: 400, code: 'UserError' });
    expect(envelopeOf(refused).error.message).toContain('Asset paths cannot be updated.');
  });

  it('of a model version that is no positive integer are 400', async () => {
    const body = { properties: { modelUri: 'azureml://datastores/workspaceblobstore/paths/x' } };
    const refused = await refusalOf(client.modelVersions.createOrUpdate(group, workspace, 'worded', 'first', body));
    expect(refused).toMatchObject({ statusCode: 400, code: 'UserError' });
  });

  it('of a request without api-version are 400', async () => {
    const url = `${cloud.resourceManager}${workspaceId}`;
    const response = await client.sendRequest(createPipelineRequest({ url, method: 'GET' }));
    expect(response.status).toBe(400);
    expect(JSON.parse(response.bodyAsText ?? '')).toMatchObject({ error: { code: 'MissingApiVersionParameter' } });
  });

  it('of a request without a token are 401', async () => {
    const response = await fetch(`${cloud.resourceManager}${workspaceId}?api-version=2022-10-01`);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: 'AuthenticationFailed' } });
  });
});

describe('the api-version 2025-12-01', () => {
  it('gives the same client the same shapes', async () => {
    const newer = calls.watch('client', openClient('2025-12-01'));
    const body = { location, properties: { authMode: 'Key' } };
    const created = await newer.onlineEndpoints.beginCreateOrUpdateAndWait(group, workspace, 'newer', body, quick);
    expect(created.properties.provisioningState).toBe('Succeeded');
    await newer.onlineEndpoints.beginDeleteAndWait(group, workspace, 'newer', quick);
    expect(await namesOf(newer.onlineEndpoints.list(group, workspace))).toEqual([]);
  });
});
