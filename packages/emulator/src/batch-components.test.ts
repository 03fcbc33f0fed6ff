import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, startEmulator } from './start.ts';
import { type Answer, at, EmulatorClient, messageOf } from './testing/emulator-client.ts';

/** A script leaves a mark here so that it is slow only once. */
const marks = mkdtempSync(join(tmpdir(), 'emulator-marks-'));
let emulator: Emulator;
let client: EmulatorClient;
let folder: string;
let token: string;
let codeId: string;

const environment = 'azureml://registries/a/environments/b/versions/1';
const script = `
import os, time
def init():
    print("init", flush=True)
def run(paths):
    for path in paths:
        if "slow" in path and not os.path.exists(os.environ["MARK"]):
            open(os.environ["MARK"], "w").close()
            time.sleep(60)
        if "always" in path:
            time.sleep(60)
    return [os.path.basename(path) for path in paths if "skip" not in path]
`;

beforeAll(async () => {
  emulator = await startEmulator({ latency: 20, slotsPerCompute: 4, switches: { batchMissingRowsAreErrors: true } });
  client = new EmulatorClient(emulator);
  const files = ['once/a.txt', 'once/slow.txt', 'late/always.txt', 'skip/a.txt', 'skip/skip.txt'];
  codeId = await client.code('batch', {
    'score.py': script,
    ...Object.fromEntries(files.map((name) => [`in/${name}`, '1'])),
  });
  folder = `${String(at((await client.send('GET', codeId)).json, 'properties', 'codeUri'))}/in`;
  token = await client.token('https://ml.azure.com/.default');
  await client.finish(
    await client.send('PUT', path(), { location: 'westeurope', properties: { authMode: 'AADToken' } }),
  );
});

afterAll(async () => {
  client.close();
  await emulator.stop();
  rmSync(marks, { recursive: true });
});

const path = () => `${client.workspace()}/batchEndpoints/nightly`;

async function deploy(name: string, properties: object): Promise<Answer> {
  const started = await client.send('PUT', `${path()}/deployments/${name}`, { location: 'westeurope', properties });
  return started.status === 201 ? client.finish(started) : started;
}

async function invoke(deployment: string, properties: object): Promise<Answer> {
  const { json } = await client.send('GET', path());
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'azureml-model-deployment': deployment,
  };
  return client.raw('POST', String(at(json, 'properties', 'scoringUri')), {
    headers,
    body: JSON.stringify({ properties }),
  });
}

async function ended(started: Answer): Promise<[status: string, log: string]> {
  const name = String(started.json.name);
  const status = await client.jobStatus(name);
  const [child] = await client.children(name);
  return [status, await client.log(String(child?.runId))];
}

describe('mini batches', () => {
  beforeAll(async () => {
    const answer = await deploy('model', {
      codeConfiguration: { codeId, scoringScript: 'score.py' },
      compute: `${client.workspace()}/computes/cpu-cluster`,
      environmentVariables: { MARK: join(marks, 'slow') },
      miniBatchSize: 1,
      maxConcurrencyPerInstance: 2,
      retrySettings: { maxRetries: 1, timeout: 'PT1S' },
      errorThreshold: 0,
    });
    expect(answer.json.status).toBe('Succeeded');
  });

  it('that take too long are tried again, and worked on side by side', async () => {
    const dataset = { dataInputType: 'DataUrl', Path: `${folder}/once` };
    const [status, log] = await ended(await invoke('model', { dataset }));
    expect([status, log.match(/^init$/gm)?.length]).toEqual(['Completed', 3]);
    expect(log).toContain('took longer than 1 s, attempt 1');
    expect(log).toContain('2 files, 0 failed, 2 rows');
  });

  it('that always take too long are failed files', async () => {
    const [status, log] = await ended(
      await invoke('model', { InputData: { in: { JobInputType: 'UriFolder', Uri: `${folder}/late` } } }),
    );
    expect(status).toBe('Failed');
    expect(log).toContain('1 files failed; the error threshold is 0.');
  });

  it('with fewer rows than files count as failed with the switch, unless the call allows it', async () => {
    const InputData = { in: { JobInputType: 'UriFolder', Uri: `${folder}/skip` } };
    expect((await ended(await invoke('model', { InputData })))[0]).toBe('Failed');
    const [status, log] = await ended(await invoke('model', { InputData, errorThreshold: 1, miniBatchSize: 2 }));
    expect(status).toBe('Completed');
    expect(log).toContain('2 files, 1 failed, 1 rows');
  });
});

describe('a deployment of a pipeline component', () => {
  beforeAll(async () => {
    const step = await client.component('greet', {
      environment,
      inputs: { word: { type: 'string' }, files: { type: 'uri_folder' } },
      outputs: { text: { type: 'uri_folder' } },
      command: `echo $\{{inputs.word}} $(ls $\{{inputs.files}}) | tee $\{{outputs.text}}/text.txt`,
    });
    const bound = (name: string) => ({ job_input_type: 'literal', value: `$\{{parent.inputs.${name}}}` });
    const assetId = await client.component('greeting', {
      type: 'pipeline',
      inputs: { word: { type: 'string', default: 'hello' }, files: { type: 'uri_folder' } },
      outputs: { text: { type: 'uri_folder' } },
      jobs: {
        greet: {
          type: 'command',
          componentId: step,
          inputs: { word: bound('word'), files: bound('files') },
          outputs: { text: { type: 'literal', value: `$\{{parent.outputs.text}}` } },
        },
      },
    });
    const answer = await deploy('piped', {
      deploymentConfiguration: {
        deploymentConfigurationType: 'PipelineComponent',
        componentId: { referenceType: 'Id', assetId },
        settings: { default_compute: 'cpu-cluster' },
      },
    });
    expect(answer.json.status).toBe('Succeeded');
  });

  it('runs its steps with the inputs of the call and the defaults of the component', async () => {
    const files = { JobInputType: 'UriFolder', Uri: `${folder}/late` };
    const started = await invoke('piped', { InputData: { files } });
    expect(await ended(started)).toEqual(['Completed', 'hello always.txt\n']);
    const word = { JobInputType: 'Literal', Value: 'bye' };
    const again = await invoke('piped', { InputData: { files, word }, properties: { experimentName: 'greetings' } });
    expect(await ended(again)).toEqual(['Completed', 'bye always.txt\n']);
    const arm = await client.send('GET', `${client.workspace()}/jobs/${String(again.json.name)}`);
    expect(at(arm.json, 'properties', 'experimentName')).toBe('greetings');
  });

  it.each([
    [{}, 'a value for the input files'],
    [
      { InputData: { files: { JobInputType: 'UriFolder', Uri: 'x' }, other: { JobInputType: 'Literal', Value: '1' } } },
      'no input other',
    ],
  ])('refuses the call %p', async (properties, reason) => {
    const answer = await invoke('piped', properties);
    expect([answer.status, messageOf(answer)]).toEqual([400, expect.stringContaining(reason)]);
  });

  it('is refused without an existing component', async () => {
    const componentId = { referenceType: 'Id', assetId: `${client.workspace()}/components/none/versions/1` };
    const deploymentConfiguration = { deploymentConfigurationType: 'PipelineComponent', componentId };
    expect((await deploy('none', { deploymentConfiguration })).status).toBe(404);
  });
});
