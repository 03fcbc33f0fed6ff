import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, startEmulator } from './start.ts';
import { type Answer, at, EmulatorClient, messageOf, sorted, until } from './testing/emulator-client.ts';

let emulator: Emulator;
let client: EmulatorClient;
let raw: string;
const ids: Record<string, string> = {};

const environment = 'azureml://registries/a/environments/b/versions/1';
const input = (name: string) => `$\{{inputs.${name}}}`;
const output = (name: string) => `$\{{outputs.${name}}}`;
const literal = (value: string) => ({ job_input_type: 'literal', value });
const parent = (path: string) => literal(`$\{{parent.${path}}}`);
const bound = (name: string) => ({ type: 'literal', value: `$\{{parent.outputs.${name}}}` });

beforeAll(async () => {
  emulator = await startEmulator({ latency: 20, slotsPerCompute: 4 });
  client = new EmulatorClient(emulator);
  const codeId = await client.code('raw', { 'data/a.txt': 'alpha' });
  raw = `${String(at((await client.send('GET', codeId)).json, 'properties', 'codeUri'))}/data`;
  ids.prep = await client.component('prep', {
    environment,
    inputs: {
      raw: { type: 'uri_folder' },
      suffix: { type: 'string', optional: true },
      count: { type: 'integer', default: '1' },
    },
    outputs: { clean: { type: 'uri_folder' } },
    command: `cat ${input('raw')}/a.txt > ${output('clean')}/c.txt; echo ${input('count')} $[[${input('suffix')}]] >> ${output('clean')}/c.txt`,
  });
  ids.train = await client.component('train', {
    environment,
    inputs: { data: { type: 'uri_folder' } },
    outputs: { model: { type: 'custom_model' } },
    command: `cp ${input('data')}/c.txt ${output('model')}/model.txt; cat ${output('model')}/model.txt`,
  });
  ids.fails = await client.component('fails', { environment, command: 'echo no; exit 7' });
  ids.sleeps = await client.component('sleeps', { environment, command: 'sleep 60' });
  ids.quick = await client.component('quick', { environment, command: 'true', is_deterministic: false });
});

afterAll(async () => {
  client.close();
  await emulator.stop();
});

const prep = (more: object = {}) => ({
  type: 'command',
  componentId: ids.prep,
  inputs: { raw: parent('inputs.raw') },
  ...more,
});
const train = (more: object = {}) => ({
  type: 'command',
  componentId: ids.train,
  inputs: { data: parent('jobs.prep.outputs.clean') },
  outputs: { model: bound('model') },
  ...more,
});

function submit(name: string, jobs: object, more: object = {}): Promise<Answer> {
  const properties = {
    jobType: 'Pipeline',
    settings: { default_compute: `${client.workspace()}/computes/cpu-cluster` },
    inputs: { raw: { jobInputType: 'uri_folder', uri: raw } },
    outputs: { model: { jobOutputType: 'custom_model' } },
    jobs,
    ...more,
  };
  return client.send('PUT', `${client.workspace()}/jobs/${name}`, { properties });
}

const nodeOf = (run: unknown) => String(at(run, 'properties', 'azureml.nodeid'));

describe('a pipeline', () => {
  it('passes data from step to step, and its output can be registered', async () => {
    expect((await submit('flow', { train: train(), prep: prep({ condition: 'never', unknown: 1 }) })).status).toBe(201);
    expect(await client.jobStatus('flow')).toBe('Completed');
    const children = await client.children('flow');
    expect(children.map(nodeOf)).toEqual(['prep', 'train']);
    expect(children.map((run) => run.parentRunId)).toEqual(['flow', 'flow']);
    expect(String(children[0]?.runId)).toMatch(/^[0-9a-f-]{36}$/);
    expect(await client.log(String(children[1]?.runId))).toBe('alpha1\n');
    const modelUri = 'azureml://jobs/flow/outputs/model/paths/';
    const model = await client.send('PUT', `${client.workspace()}/models/piped/versions/1`, {
      properties: { modelUri },
    });
    expect(model.status).toBe(201);
    const list = await client.send('GET', `${client.workspace()}/jobs`);
    expect((list.json.value as object[]).map((job) => at(job, 'name'))).toEqual(['flow']);
  });

  it('takes over the steps of a former run; force_rerun does not', async () => {
    await submit('flow-again', { prep: prep(), train: train() });
    expect(await client.jobStatus('flow-again')).toBe('Completed');
    const [first] = await client.children('flow');
    const again = await client.children('flow-again');
    expect(again.map((run) => at(run, 'properties', 'azureml.isreused'))).toEqual(['true', 'true']);
    expect(at(again[0], 'properties', 'azureml.reusedrunid')).toBe(first?.runId);
    await submit('flow-forced', { prep: prep() }, { settings: { force_rerun: true } });
    expect(await client.jobStatus('flow-forced')).toBe('Completed');
    expect(at((await client.children('flow-forced'))[0], 'properties', 'azureml.isreused')).toBeUndefined();
    await submit('flow-other', { prep: prep({ inputs: { raw: parent('inputs.raw'), suffix: literal('x') } }) });
    await client.jobStatus('flow-other');
    expect(at((await client.children('flow-other'))[0], 'properties', 'azureml.isreused')).toBeUndefined();
  });

  it('fails with the error of its step, and ends the others', async () => {
    await submit('broken', { bad: { componentId: ids.fails }, slow: { componentId: ids.sleeps } });
    expect(await client.jobStatus('broken')).toBe('Failed');
    expect(String(at((await client.details('broken')).error, 'error', 'message'))).toMatch(/bad \(.*status code 7/);
    const states = (await client.children('broken')).map((run) => `${nodeOf(run)} ${String(run.status)}`);
    expect(sorted(states)).toEqual(['bad Failed', 'slow Canceled']);
  });

  it('goes on after a failed step when told so, without the steps that need it', async () => {
    const settings = { continue_on_step_failure: true };
    const jobs = { bad: { componentId: ids.fails }, after: { componentId: ids.quick }, prep: prep() };
    await submit('lenient', jobs, { settings });
    expect(await client.jobStatus('lenient')).toBe('Failed');
    const states = (await client.children('lenient')).map((run) => `${nodeOf(run)} ${String(run.status)}`);
    expect(sorted(states)).toEqual(['after Completed', 'bad Failed', 'prep Completed']);
  });

  it('is cancelled with its children', async () => {
    await submit('stopped', { slow: { componentId: ids.sleeps } });
    await until(async () => ((await client.children('stopped'))[0]?.status === 'Running' ? true : undefined));
    await client.send('POST', `${client.workspace()}/jobs/stopped/cancel`);
    expect(await client.jobStatus('stopped')).toBe('Canceled');
    expect((await client.children('stopped')).map((run) => run.status)).toEqual(['Canceled']);
  });

  it('nests', async () => {
    const inner = await client.component('inner', {
      type: 'pipeline',
      inputs: { raw: { type: 'uri_folder' } },
      outputs: { model: { type: 'custom_model' } },
      jobs: { prep: prep({ inputs: { raw: parent('inputs.raw'), count: literal('5') } }), train: train() },
    });
    const step = {
      type: 'pipeline',
      componentId: inner,
      inputs: { raw: parent('inputs.raw') },
      outputs: { model: bound('model') },
    };
    await submit('outer', { both: step });
    expect(await client.jobStatus('outer')).toBe('Completed');
    const [nested] = await client.children('outer');
    const steps = await client.children(String(nested?.runId));
    expect(steps.map(nodeOf)).toEqual(['prep', 'train']);
    expect(steps[0]?.rootRunId).toBe('outer');
    expect(await client.log(String(steps[1]?.runId))).toBe('alpha5\n');
    expect(Object.keys((await client.details('outer')).outputs as object)).toEqual(['model']);
  });

  it('runs a parallel step over files', async () => {
    const script = 'def init():\n  pass\ndef run(paths):\n  return [open(path).read().upper() for path in paths]\n';
    const code = await client.code('shout', { 'shout.py': script });
    const componentId = await client.component('shout', {
      type: 'parallel',
      inputs: { files: { type: 'uri_folder' } },
      outputs: { rows: { type: 'uri_file' } },
      input_data: input('files'),
      task: {
        type: 'run_function',
        code: `azureml:${code}`,
        entry_script: 'shout.py',
        append_row_to: output('rows'),
        environment,
      },
    });
    const step = { type: 'parallel', componentId, mini_batch_size: '1', inputs: { files: parent('inputs.raw') } };
    await submit('shouting', { shout: step });
    expect(await client.jobStatus('shouting')).toBe('Completed');
    const [run] = await client.children('shouting');
    const uri = `azureml://jobs/${String(run?.runId)}/outputs/rows`;
    await client.job('read-rows', `cat ${input('rows')}`, { inputs: { rows: { jobInputType: 'uri_file', uri } } });
    await client.jobStatus('read-rows');
    expect(await client.log('read-rows')).toBe('ALPHA\n');
  });

  it.each([
    ['no component', () => ({ a: { type: 'command' } }), 400, 'has no componentId'],
    ['an unknown component', () => ({ a: { componentId: `${ids.prep}9` } }), 404, 'was not found'],
    [
      'an unknown input',
      () => ({ a: prep({ inputs: { raw: parent('inputs.nothing') } }) }),
      400,
      'parent.inputs.nothing',
    ],
    ['an unknown step', () => ({ t: train() }), 400, 'parent.jobs.prep.outputs.clean'],
    ['a missing input', () => ({ a: prep({ inputs: {} }) }), 400, 'needs a value for the input raw'],
    [
      'a circle',
      () => ({ prep: prep({ inputs: { raw: parent('jobs.prep.outputs.clean') } }) }),
      400,
      'wait for each other',
    ],
    ['an unknown compute', () => ({ a: prep({ computeId: '/computes/none' }) }), 404, 'Compute none'],
    ['a spark step', () => ({ a: prep({ type: 'spark' }) }), 400, 'is of type spark'],
  ])('with %s is refused', async (_title, jobs, status, reason) => {
    const answer = await submit('refused', jobs());
    expect([answer.status, messageOf(answer)]).toEqual([status, expect.stringContaining(reason)]);
  });
});
