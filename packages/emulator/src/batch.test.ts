import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, startEmulator } from './start.ts';
import { type Answer, at, EmulatorClient, messageOf } from './testing/emulator-client.ts';

let emulator: Emulator;
let client: EmulatorClient;
let folder: string;
let token: string;

const script = `
import os
def init():
    global weight
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "weight.txt")) as file:
        weight = file.read()
def run(paths):
    print("mini batch of", len(paths))
    rows = []
    for path in paths:
        with open(path) as file:
            text = file.read()
        if text == "bad":
            raise ValueError(path)
        rows.append("%s %s %s" % (os.path.basename(path), text, weight))
    return rows
`;

beforeAll(async () => {
  emulator = await startEmulator({ latency: 40 });
  client = new EmulatorClient(emulator);
  const codeId = await client.code('batch', {
    'score.py': script,
    'in/a.txt': '1',
    'in/b.txt': '2',
    'in/c.txt': '3',
    'bad/x.txt': 'bad',
  });
  folder = String(at((await client.send('GET', codeId)).json, 'properties', 'codeUri'));
  const assetId = await client.registryModel('weights', { 'weight.txt': 'w' });
  token = await client.token('https://ml.azure.com/.default');
  await client.finish(await putEndpoint());
  for (const [name, errorThreshold] of [
    ['lenient', -1],
    ['strict', 0],
  ] as const) {
    const properties = {
      model: { referenceType: 'Id', assetId },
      codeConfiguration: { codeId, scoringScript: 'score.py' },
      compute: `${client.workspace()}/computes/cpu-cluster`,
      miniBatchSize: '2',
      errorThreshold,
      retrySettings: { maxRetries: 1, timeout: 'PT30S' },
    };
    const started = await client.send('PUT', `${path()}/deployments/${name}`, { location: 'westeurope', properties });
    expect([started.status, (await client.finish(started)).json.status]).toEqual([201, 'Succeeded']);
  }
});

afterAll(async () => {
  client.close();
  await emulator.stop();
});

const path = () => `${client.workspace()}/batchEndpoints/nightly`;

function putEndpoint(properties: object = {}, more: object = {}): Promise<Answer> {
  return client.send('PUT', path(), {
    location: 'westeurope',
    properties: { authMode: 'AADToken', ...properties },
    ...more,
  });
}

/** The log of the run that scores, which is the only child of a batch job. */
async function scoringLog(name: string): Promise<string> {
  const [child] = await client.children(name);
  return client.log(String(child?.runId));
}

async function invoke(properties: object, headers: Record<string, string> = {}): Promise<Answer> {
  const { json } = await client.send('GET', path());
  const all = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers };
  return client.raw('POST', String(at(json, 'properties', 'scoringUri')), {
    headers: all,
    body: JSON.stringify({ properties }),
  });
}

describe('a batch endpoint', () => {
  it('takes AADToken only, no user-assigned identity, and existing deployments as default', async () => {
    expect(messageOf(await putEndpoint({ authMode: 'Key' }))).toContain('AADToken');
    expect(messageOf(await putEndpoint({}, { identity: { type: 'UserAssigned' } }))).toContain(
      'CannotSetResourceIdentity',
    );
    expect(messageOf(await putEndpoint({ defaults: { deploymentName: 'nobody' } }))).toContain('does not exist');
  });

  it('cannot be invoked without a default; a full PUT sets it', async () => {
    await client.finish(await putEndpoint());
    expect((await invoke({ InputData: { in: { JobInputType: 'UriFolder', Uri: `${folder}/in` } } })).status).toBe(400);
    await client.finish(await putEndpoint({ defaults: { deploymentName: 'lenient' } }));
    expect(at((await client.send('GET', path())).json, 'properties', 'defaults')).toEqual({
      deploymentName: 'lenient',
    });
  });
});

describe('an invocation', () => {
  it('scores the files by mini batch into predictions.csv', async () => {
    await client.finish(await putEndpoint({ defaults: { deploymentName: 'lenient' } }));
    const started = await invoke({ InputData: { in: { JobInputType: 'UriFolder', Uri: `${folder}/in` } } });
    expect(started.status).toBe(201);
    const name = String(started.json.name);
    expect(await client.jobStatus(name)).toBe('Completed');
    expect(await scoringLog(name)).toContain('mini batch of 2\nmini batch of 1\n3 files, 0 failed, 3 rows');
    const [child] = await client.children(name);
    expect(at(child, 'properties', 'azureml.moduleName')).toBe('batchscoring');
    const uri = `azureml://datastores/workspaceblobstore/paths/azureml/${String(child?.runId)}/score/predictions.csv`;
    await client.job('read', `cat "$\{{inputs.rows}}"`, { inputs: { rows: { jobInputType: 'uri_file', uri } } });
    expect(await client.jobStatus('read')).toBe('Completed');
    expect(await client.log('read')).toBe('a.txt 1 w\nb.txt 2 w\nc.txt 3 w\n');
    const { json } = await client.send('GET', path());
    const headers = { authorization: `Bearer ${token}` };
    const status = await client.raw('GET', `${String(at(json, 'properties', 'scoringUri'))}/${name}`, { headers });
    expect(at(status.json, 'properties', 'status')).toBe('Completed');
    const arm = await client.send('GET', `${client.workspace()}/jobs/${name}`);
    expect(at(arm.json, 'properties', 'tags', 'azureml.batchrun')).toBe('true');
  });

  it('writes to the file that it is given', async () => {
    const Uri = `${client.workspace()}/datastores/workspaceblobstore/paths/out/day.csv`;
    const started = await invoke(
      {
        inputData: { in: { jobInputType: 'UriFile', uri: `${folder}/in/b.txt` } },
        OutputData: { score: { JobOutputType: 'UriFile', Uri } },
      },
      { 'azureml-model-deployment': 'strict' },
    );
    expect(await client.jobStatus(String(started.json.name))).toBe('Completed');
    const uri = 'azureml://datastores/workspaceblobstore/paths/out/day.csv';
    await client.job('read-day', `cat "$\{{inputs.rows}}"`, { inputs: { rows: { jobInputType: 'uri_file', uri } } });
    await client.jobStatus('read-day');
    expect(await client.log('read-day')).toBe('b.txt 2 w\n');
  });

  it('with failing files fails only beyond the error threshold', async () => {
    const InputData = { in: { JobInputType: 'UriFolder', Uri: `${folder}/bad` } };
    const lenient = await invoke({ InputData }, { 'azureml-model-deployment': 'lenient' });
    const strict = await invoke({ InputData }, { 'azureml-model-deployment': 'strict' });
    expect(await client.jobStatus(String(lenient.json.name))).toBe('Completed');
    expect(await client.jobStatus(String(strict.json.name))).toBe('Failed');
    expect(await scoringLog(String(strict.json.name))).toContain('the error threshold is 0');
  });

  it.each([
    [{ InputData: { in: { JobInputType: 'Literal', Value: '1' } } }, 'one input of type'],
    [{}, 'one input of type'],
    [
      { OutputData: { o: { JobOutputType: 'UriFolder', Uri: 'azureml://datastores/workspaceblobstore/paths/o' } } },
      "Job output type must be 'uri_file'.",
    ],
  ])('of %p is refused', async (properties, reason) => {
    const answer = await invoke(properties, { 'azureml-model-deployment': 'lenient' });
    expect([answer.status, messageOf(answer)]).toEqual([400, expect.stringContaining(reason)]);
  });

  it('needs a token', async () => {
    expect((await invoke({}, { authorization: 'Bearer no' })).status).toBe(401);
  });
});

describe('deployments', () => {
  it('deleting the default leaves the endpoint without one', async () => {
    await client.finish(await putEndpoint({ defaults: { deploymentName: 'strict' } }));
    await client.finish(await client.send('DELETE', `${path()}/deployments/strict`));
    expect(at((await client.send('GET', path())).json, 'properties', 'defaults')).toEqual({ deploymentName: null });
    const list = await client.send('GET', `${path()}/deployments`);
    expect((list.json.value as object[]).map((one) => at(one, 'name'))).toEqual(['lenient']);
  });
});
