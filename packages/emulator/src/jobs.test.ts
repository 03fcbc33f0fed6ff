import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, startEmulator } from './start.ts';
import { at, EmulatorClient, messageOf, until } from './testing/emulator-client.ts';

let emulator: Emulator;
let client: EmulatorClient;

const input = (name: string) => `$\{{inputs.${name}}}`;
const output = (name: string) => `$\{{outputs.${name}}}`;

const train = `
import json, os, sys, urllib.request
data, out = sys.argv[1], sys.argv[2]
print("training on", sorted(os.listdir(data)))
with open(os.path.join(out, "model.json"), "w") as file:
    json.dump({"rows": len(os.listdir(data))}, file)
body = {"run_id": os.environ["MLFLOW_RUN_ID"], "metrics": [{"key": "mae", "value": v, "timestamp": 1, "step": s} for s, v in enumerate([3.0, 2.5])],
        "params": [{"key": "lr", "value": os.environ["AZURE_ML_INPUT_lr"]}], "tags": [{"key": "note", "value": "x"}]}
request = urllib.request.Request(os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-batch", json.dumps(body).encode(),
    {"Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"], "Content-Type": "application/json"})
urllib.request.urlopen(request).read()
`;

beforeAll(async () => {
  emulator = await startEmulator({ latency: 50, slotsPerCompute: 1 });
  client = new EmulatorClient(emulator);
});

afterAll(async () => {
  client.close();
  await emulator.stop();
});

async function mlflow(path: string) {
  return client.send('GET', `/mlflow/v1.0${client.workspace()}/api/2.0/mlflow/${path}`);
}

describe('a command job', () => {
  it('runs, logs metrics, and its output becomes a model', async () => {
    const codeId = await client.code('train', { 'train.py': train, 'data/one.csv': '1', 'data/two.csv': '2' });
    const folder = String(at((await client.send('GET', codeId)).json, 'properties', 'codeUri'));
    const started = await client.job('train-1', `python train.py ${input('data')} ${output('model')}`, {
      codeId,
      experimentName: 'sensors',
      inputs: {
        data: { jobInputType: 'uri_folder', uri: `${folder}/data`, mode: 'ReadOnlyMount' },
        lr: { jobInputType: 'literal', value: '0.1' },
      },
      outputs: { model: { jobOutputType: 'custom_model' } },
    });
    expect(started.status).toBe(201);
    expect(await client.jobStatus('train-1')).toBe('Completed');
    expect(await client.log('train-1')).toContain("training on ['one.csv', 'two.csv']");
    const { json } = await mlflow('runs/get?run_id=train-1');
    expect(at(json, 'run', 'info', 'status')).toBe('FINISHED');
    expect(at(json, 'run', 'data', 'metrics')).toEqual([{ key: 'mae', value: 2.5, timestamp: 1, step: 1 }]);
    expect(at(json, 'run', 'data', 'params')).toEqual([{ key: 'lr', value: '0.1' }]);
    const history = await mlflow('metrics/get-history?run_id=train-1&metric_key=mae');
    expect(history.json.metrics).toHaveLength(2);
    const modelUri = 'azureml://jobs/train-1/outputs/model/paths/';
    const model = await client.send('PUT', `${client.workspace()}/models/m/versions/1`, { properties: { modelUri } });
    expect(at(model.json, 'properties', 'jobName')).toBe('train-1');
    const resolved = await client.send('POST', `/modelregistry/v1.0${client.workspace()}/models/batchGetResolvedUris`, {
      values: [at((await client.details('train-1')).outputs, 'model', 'assetId'), 'azureml://nothing'],
    });
    expect(Object.values(resolved.json.values as object)).toEqual([
      { path: at(model.json, 'properties', 'modelUri'), type: 'custom_model' },
    ]);
    expect((await client.send('GET', `${client.workspace()}/models`)).json.value).toHaveLength(1);
  });

  it('a model of the registry is an input', async () => {
    const uri = await client.registryModel('champion', { 'weights.txt': 'w7' });
    await client.job('evaluate-1', `cat "${input('champion')}/weights.txt" > "${output('report')}"`, {
      inputs: { champion: { jobInputType: 'custom_model', uri } },
      outputs: { report: { jobOutputType: 'uri_file' } },
    });
    expect(await client.jobStatus('evaluate-1')).toBe('Completed');
    await client.job('evaluate-2', `cat "${input('report')}"`, {
      inputs: { report: { jobInputType: 'uri_file', uri: 'azureml://jobs/evaluate-1/outputs/report' } },
    });
    expect(await client.jobStatus('evaluate-2')).toBe('Completed');
    expect(await client.log('evaluate-2')).toBe('w7');
  });

  it('in the mode Direct the command gets the uri itself', async () => {
    const uri = 'azureml://datastores/workspaceblobstore/paths/anything';
    await client.job('direct', `echo ${input('data')}`, {
      inputs: { data: { jobInputType: 'uri_folder', uri, mode: 'Direct' } },
    });
    expect(await client.jobStatus('direct')).toBe('Completed');
    expect(await client.log('direct')).toBe(`${uri}\n`);
  });

  it('the log grows while it runs, and cancel ends it with everything it started', async () => {
    await client.job('long', 'echo started; sleep 60 & sleep 60; echo never');
    await until(async () => ((await client.log('long')).includes('started') ? true : undefined));
    expect((await client.send('POST', `${client.workspace()}/jobs/long/cancel`)).status).toBe(202);
    expect(await client.jobStatus('long')).toBe('Canceled');
    expect(await client.log('long')).not.toContain('never');
    expect((await client.send('POST', `${client.workspace()}/jobs/long/cancel`)).status).toBe(200);
  });

  it('that fails says so in run history, and keeps its log', async () => {
    await client.job('fails', 'echo before; exit 3');
    expect(await client.jobStatus('fails')).toBe('Failed');
    expect(at((await client.details('fails')).error, 'error', 'message')).toContain('status code 3');
    expect(await client.log('fails')).toBe('before\n');
    const arm = await client.send('GET', `${client.workspace()}/jobs/fails`);
    expect(at(arm.json, 'properties', 'error')).toBeUndefined();
  });

  it('is stopped at its timeout', async () => {
    await client.job('slow', 'sleep 60', { limits: { jobLimitsType: 'Command', timeout: 'PT1S' } });
    expect(await client.jobStatus('slow')).toBe('Failed');
    expect(at((await client.details('slow')).error, 'error', 'message')).toContain('timeout');
  });

  it('waits for a place, and can be cancelled while it waits', async () => {
    await client.job('holds', 'sleep 60');
    await client.jobStatus('holds', ['Running']);
    await client.job('waits', 'echo never');
    await client.jobStatus('waits', ['Queued']);
    await client.send('POST', `${client.workspace()}/jobs/waits/cancel`);
    expect(await client.jobStatus('waits')).toBe('Canceled');
    await client.send('POST', `${client.workspace()}/jobs/holds/cancel`);
    expect(await client.jobStatus('holds')).toBe('Canceled');
  });
});

describe('job names', () => {
  it('the same content again is an update, another command is refused', async () => {
    await client.job('named', 'true', { tags: { a: '1' } });
    const again = await client.job('named', 'true', { tags: { b: '2' }, displayName: 'new' });
    expect(again.status).toBe(200);
    expect(again.json.properties).toMatchObject({ tags: { b: '2' }, displayName: 'new' });
    const other = await client.job('named', 'false');
    expect(other.status).toBe(400);
    expect(messageOf(other)).toBe(
      'A job with this name already exists. If you are trying to create a new job, use a different name. ' +
        "If you are trying to update an existing job, the existing job's command cannot be changed. " +
        'Only description, tags, displayName, properties, and isArchived can be updated.',
    );
  });

  it('archived jobs leave the list, and lists filter by tag', async () => {
    await client.job('listed-1', 'true', { tags: { set: 'x' } });
    await client.job('listed-2', 'true', { tags: { set: 'x' } });
    await client.job('listed-1', 'true', { isArchived: true });
    const { json } = await client.send('GET', `${client.workspace()}/jobs?tag=set=x`);
    expect((json.value as object[]).map((job) => at(job, 'name'))).toEqual(['listed-2']);
  });
});

describe('what is refused', () => {
  it.each([
    ['Pipeline', 'The pipeline has no jobs'],
    ['Sweep', 'trial.command is required'],
    ['Spark', 'does not run Spark jobs'],
    ['Nonsense', 'jobType is required'],
  ])('a job of type %s', async (jobType, reason) => {
    const answer = await client.job(`refused-${jobType}`, 'true', { jobType });
    expect(answer.status).toBe(400);
    expect(messageOf(answer)).toContain(reason);
    expect((await client.send('GET', `${client.workspace()}/jobs/refused-${jobType}`)).status).toBe(404);
  });

  it.each([
    [{ command: ' ' }, 400, 'command is required'],
    [{ command: `echo ${input('x')}` }, 400, 'inputs.x'],
    [{ computeId: '/computes/none' }, 404, 'Compute none not found'],
    [{ codeId: '/codes/none/versions/1' }, 404, 'was not found'],
    [{ environmentId: 'azureml://registries/sensors/environments/none/versions/1' }, 404, 'was not found'],
    [{ inputs: { x: { jobInputType: 'uri_folder' } } }, 400, 'Input x has no uri'],
    [{ inputs: { x: { jobInputType: 'uri_folder', uri: 'azureml:data:1' } } }, 400, 'is not a datastore path'],
    [{ inputs: { x: { jobInputType: 'uri_folder', uri: 'https://example.invalid/a' } } }, 400, 'not reachable'],
  ])('%p', async (more, status, reason) => {
    const answer = await client.job('refused', 'true', more);
    expect([answer.status, messageOf(answer)]).toEqual([status, expect.stringContaining(reason)]);
  });

  it('an input without files fails the job', async () => {
    const uri = 'azureml://datastores/workspaceblobstore/paths/nothing/';
    await client.job('no-files', 'true', { inputs: { x: { jobInputType: 'uri_folder', uri } } });
    expect(await client.jobStatus('no-files')).toBe('Failed');
    expect(at((await client.details('no-files')).error, 'error', 'message')).toContain('there are no files');
  });
});

describe('MLflow', () => {
  it('a parameter cannot be changed, and a run that does not exist is not found', async () => {
    await client.job('params', 'true');
    const base = `/mlflow/v1.0${client.workspace()}/api/2.0/mlflow`;
    const set = (value: string) =>
      client.send('POST', `${base}/runs/log-parameter`, { run_id: 'params', key: 'k', value });
    expect((await set('1')).status).toBe(200);
    expect((await set('1')).status).toBe(200);
    expect((await set('2')).status).toBe(400);
    const missing = await mlflow('runs/get?run_id=nobody');
    expect([missing.status, missing.json.error_code]).toEqual([404, 'RESOURCE_DOES_NOT_EXIST']);
  });

  it('runs can be made, closed and found by tag', async () => {
    const base = `/mlflow/v1.0${client.workspace()}/api/2.0/mlflow`;
    const experiment = await client.send('POST', `${base}/experiments/create`, { name: 'manual' });
    const { experiment_id } = experiment.json;
    const tags = [{ key: 'kind', value: 'probe' }];
    const made = await client.send('POST', `${base}/runs/create`, { experiment_id, tags });
    const run_id = at(made.json, 'run', 'info', 'run_id');
    await client.send('POST', `${base}/runs/update`, { run_id, status: 'FINISHED' });
    const found = await client.send('POST', `${base}/runs/search`, {
      experiment_ids: [experiment_id],
      filter: "tags.kind = 'probe'",
    });
    expect(found.json.runs).toHaveLength(1);
    expect(at((found.json.runs as unknown[])[0], 'info', 'status')).toBe('FINISHED');
    expect((await client.send('GET', `${client.workspace()}/jobs/${String(run_id)}`)).status).toBe(200);
  });
});
