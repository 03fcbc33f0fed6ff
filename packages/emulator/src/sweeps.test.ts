import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, startEmulator } from './start.ts';
import { type Answer, at, EmulatorClient, messageOf, sorted } from './testing/emulator-client.ts';

let emulator: Emulator;
let client: EmulatorClient;

const environmentId = 'azureml://registries/a/environments/b/versions/1';
const searched = (name: string) => `$\{{search_space.${name}}}`;
const output = (name: string) => `$\{{outputs.${name}}}`;

const script = `
import json, os, sys, urllib.request
value = (float(sys.argv[1]) - 2) ** 2
if len(sys.argv) > 2:
    open(os.path.join(sys.argv[2], "m.txt"), "w").write(sys.argv[1])
body = {"run_id": os.environ["MLFLOW_RUN_ID"], "key": "loss", "value": value, "timestamp": 1}
request = urllib.request.Request(os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric", json.dumps(body).encode(),
    {"Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"], "Content-Type": "application/json"})
urllib.request.urlopen(request).read()
`;
let codeId: string;

beforeAll(async () => {
  emulator = await startEmulator({ latency: 20, slotsPerCompute: 4 });
  client = new EmulatorClient(emulator);
  codeId = await client.code('tune', { 'tune.py': script });
});

afterAll(async () => {
  client.close();
  await emulator.stop();
});

function submit(name: string, more: object = {}, trial: object = {}): Promise<Answer> {
  const properties = {
    jobType: 'Sweep',
    computeId: `${client.workspace()}/computes/cpu-cluster`,
    trial: { command: `python tune.py ${searched('x')} ${output('model')}`, codeId, environmentId, ...trial },
    searchSpace: { x: ['choice', [[1, 2, 4]]] },
    samplingAlgorithm: { samplingAlgorithmType: 'Grid' },
    objective: { primaryMetric: 'loss', goal: 'Minimize' },
    limits: { jobLimitsType: 'Sweep', maxTotalTrials: 10, maxConcurrentTrials: 2 },
    outputs: { model: { jobOutputType: 'custom_model' } },
    ...more,
  };
  return client.send('PUT', `${client.workspace()}/jobs/${name}`, { properties });
}

describe('a sweep', () => {
  it('tries the grid and names the best trial, whose outputs are its own', async () => {
    expect((await submit('grid')).status).toBe(201);
    expect(await client.jobStatus('grid')).toBe('Completed');
    const trials = await client.children('grid');
    expect(sorted(trials.map((run) => run.runId))).toEqual(['grid_0', 'grid_1', 'grid_2']);
    expect(sorted(trials.map((run) => at(run, 'tags', 'x')))).toEqual(['1', '2', '4']);
    const { json } = await client.send('GET', `${client.workspace()}/jobs/grid`);
    const best = at(json, 'properties', 'properties');
    expect(best).toMatchObject({ best_child_run_id: 'grid_1', score: '0' });
    const inputs = { m: { jobInputType: 'custom_model', uri: 'azureml://jobs/grid/outputs/model' } };
    await client.job('read-best', `cat "$\{{inputs.m}}/m.txt"`, { inputs });
    await client.jobStatus('read-best');
    expect(await client.log('read-best')).toBe('2');
  });

  it('draws at random up to max_total_trials, the same with the same seed', async () => {
    const random = {
      searchSpace: { x: ['uniform', [0, 4]] },
      samplingAlgorithm: { samplingAlgorithmType: 'Random', seed: 5 },
      limits: { maxTotalTrials: 2 },
    };
    await Promise.all([submit('random-a', random), submit('random-b', random)]);
    await Promise.all([client.jobStatus('random-a'), client.jobStatus('random-b')]);
    const values = async (name: string) => sorted((await client.children(name)).map((run) => at(run, 'tags', 'x')));
    expect(await values('random-a')).toHaveLength(2);
    expect(await values('random-a')).toEqual(await values('random-b'));
  });

  it('whose trials all fail has failed, with the error of a trial', async () => {
    await submit('hopeless', {}, { command: 'exit 4' });
    expect(await client.jobStatus('hopeless')).toBe('Failed');
    expect(at((await client.details('hopeless')).error, 'error', 'message')).toContain('status code 4');
  });

  it('is cancelled with its trials', async () => {
    await submit('stopped', {}, { command: 'sleep 60' });
    await client.jobStatus('stopped_0', ['Running']);
    await client.send('POST', `${client.workspace()}/jobs/stopped/cancel`);
    expect(await client.jobStatus('stopped')).toBe('Canceled');
    expect((await client.children('stopped')).map((run) => run.status)).toEqual(['Canceled', 'Canceled']);
  });

  it('is a step of a pipeline too', async () => {
    const componentId = await client.component('tuned', {
      environment: environmentId,
      code: `azureml:${codeId}`,
      inputs: { x: { type: 'number' } },
      outputs: { model: { type: 'custom_model' } },
      command: `python tune.py $\{{inputs.x}} ${output('model')}`,
    });
    const step = {
      type: 'sweep',
      trial: { componentId },
      search_space: { x: { type: 'choice', values: [3, 2] } },
      sampling_algorithm: 'grid',
      objective: { primary_metric: 'loss', goal: 'minimize' },
      limits: { max_total_trials: 2, max_concurrent_trials: 1 },
    };
    const properties = { jobType: 'Pipeline', jobs: { tune: step } };
    await client.send('PUT', `${client.workspace()}/jobs/tuning`, { properties });
    expect(await client.jobStatus('tuning')).toBe('Completed');
    const [sweep] = await client.children('tuning');
    expect(at(sweep, 'properties', 'best_child_run_id')).toBe(`${String(sweep?.runId)}_1`);
  });

  it.each([
    [{ searchSpace: {} }, 'searchSpace is required'],
    [{ searchSpace: { x: ['uniform', [0, 1]] } }, 'Grid sampling takes choices only'],
    [{ searchSpace: { x: ['strange', [0]] } }, 'search space of x is not understood'],
    [{ searchSpace: { y: ['choice', [[1]]] } }, 'search_space.x'],
    [{ objective: { goal: 'Minimize' } }, 'objective.primaryMetric'],
    [{ samplingAlgorithm: { samplingAlgorithmType: 'Guess' } }, 'Guess is not one of'],
  ])('with %p is refused', async (more, reason) => {
    const answer = await submit('refused', more);
    expect([answer.status, messageOf(answer)]).toEqual([400, expect.stringContaining(reason)]);
  });
});
