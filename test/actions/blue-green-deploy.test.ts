import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Azure, startAzure, workspacePath } from '../support/azure.ts';
import type { BundleRun } from '../support/bundle.ts';
import {
  createLine,
  endpointPath,
  journalOf,
  type Line,
  quick,
  type Resource,
  readEndpoint,
  writesOf,
} from '../support/line.ts';
import { until } from '../support/until.ts';

interface State {
  readonly phase: string;
  readonly restore: { readonly traffic: object; readonly mirrorTraffic: object };
  readonly current: object;
  readonly decisions: readonly { readonly verdict: string; readonly detail: string }[];
}

let azure: Azure;
/** Versions 1 and 2 of its model are in the registry; the repository is as version 2 was trained. */
let line: Line;
/** The commit of version 2. */
let base: string;

beforeAll(async () => {
  azure = await startAzure();
  line = createLine(azure);
  await line.release();
  line.repository.edit(line.file, 'features: [lags]', 'features: [lags, season]');
  line.repository.commit('feat: season');
  await line.release();
  base = line.repository.git('rev-parse', 'HEAD');
});

afterEach(async () => {
  await azure.clearFaults();
  line.repository.git('reset', '--quiet', '--hard', base);
});
afterAll(() => azure.stop());

const ramp = { 'traffic-steps': '10,50,100', ...quick };

function deploy(
  at: Line,
  version: string,
  inputs: Record<string, string> = {},
  options: Parameters<Line['run']>[2] = {},
): Promise<BundleRun> {
  return at.run(
    'blue-green-deploy',
    { environment: 'production', 'model-version': version, ...ramp, ...inputs },
    options,
  );
}

/** A circuit whose endpoint serves version 1 from the slot blue. */
async function serving(): Promise<Line> {
  const at = line.sibling();
  await at.deploy('production', { 'model-version': '1' });
  return at;
}

function stateOf(run: BundleRun): State {
  return run.report as State;
}

function decisionsOf(run: BundleRun): string[] {
  return stateOf(run).decisions.map(({ verdict }) => verdict);
}

/** Puts `code` at the start of the scoring function, as a commit that is gone after the test. */
function scoringDoes(code: string): void {
  const call = '    request = json.loads(raw_data)';
  line.repository.edit('src/score/score.py', call, `${code}\n${call}`);
}

const failsAfter = (calls: number) =>
  `    global _calls\n    _calls = globals().get("_calls", 0) + 1\n    if _calls > ${calls}:\n        raise RuntimeError("worn out after ${calls} calls")`;

function endpointWrites(requests: Parameters<typeof writesOf>[0], at: Line, method: string): string[] {
  return writesOf(requests).filter(
    (write) => write.startsWith(method) && write.endsWith(`/onlineEndpoints/${at.endpoint('production')}`),
  );
}

async function readDeployment(at: Line, slot: string): Promise<Resource> {
  return (await azure.call('GET', `${endpointPath(at, 'production')}/deployments/${slot}`)).body as Resource;
}

describe('blue-green-deploy', () => {
  it('serves the version that was trained from this commit, from the registry', async () => {
    const run = await line.run('blue-green-deploy', { environment: 'production', ...ramp });
    expect(run).toMatchObject({
      code: 0,
      outputs: {
        status: 'done',
        'deployment-name': 'blue',
        'previous-deployment': '',
        'registry-model-version': '2',
        'traffic-json': '{"blue":100}',
      },
      report: {
        schema: 'switchyard/deployment-state/v1',
        phase: 'promoted',
        restore: { traffic: {} },
        current: { blue: 100 },
      },
    });
    const { tags, properties } = await readDeployment(line, 'blue');
    expect(properties).toMatchObject({
      model: expect.stringContaining(`azureml://registries/sensors/models/${line.model}/versions/2`),
      environmentId: expect.stringContaining(
        'azureml://registries/sensors/environments/sensor-forecasting/versions/1.0.0',
      ),
    });
    expect(tags).toMatchObject({ 'switchyard.model': `${line.model}:2`, 'switchyard.role': 'champion' });
    expect((await readEndpoint(line, 'production')).properties.traffic).toEqual({ blue: 100 });
    expect(run.summary).toContain('promoted');
    expect(line.repository.git('status', '--porcelain')).toBe('');
  });

  it('moves traffic to the second version step by step, and keeps the first beside it', async () => {
    const at = await serving();
    const { result: run, requests } = await journalOf(azure, () => deploy(at, '2'));
    expect(run).toMatchObject({
      code: 0,
      outputs: {
        status: 'done',
        'deployment-name': 'green',
        'previous-deployment': 'blue',
        'traffic-json': '{"green":100}',
      },
      report: { phase: 'promoted', restore: { traffic: { blue: 100 }, mirrorTraffic: {} }, current: { green: 100 } },
    });
    expect(decisionsOf(run)).toEqual([
      'tag',
      'create-slot',
      'validate',
      'shift',
      'watch',
      'shift',
      'watch',
      'shift',
      'watch',
      'promote',
      'done',
    ]);
    const shares = stateOf(run)
      .decisions.filter(({ verdict }) => verdict === 'shift')
      .map(({ detail }) => detail);
    expect(shares).toEqual([
      'step 1: traffic becomes blue=90 green=10',
      'step 2: traffic becomes blue=50 green=50',
      'step 3: traffic becomes green=100',
    ]);
    expect(endpointWrites(requests, at, 'PUT')).toHaveLength(3);
    expect((await readDeployment(at, 'blue')).tags).toMatchObject({ 'switchyard.role': 'previous' });
    const { tags } = await readEndpoint(at, 'production');
    expect(tags).toMatchObject({ 'switchyard.phase': 'promoted', 'switchyard.base': 'blue=100;m=' });
    expect(tags['switchyard.lkg']).toMatch(new RegExp(`^green@${line.model}:2#.*blue@${line.model}:1#`));
  });

  it('writes nothing when the version serves already', async () => {
    const at = await serving();
    const { result: run, requests } = await journalOf(azure, () => deploy(at, '1'));
    expect(run).toMatchObject({
      code: 0,
      outputs: { status: 'no-change', 'deployment-name': 'blue', 'traffic-json': '{"blue":100}' },
    });
    expect(writesOf(requests)).toEqual([]);
  });

  it('shows the exact plan in a dry run and writes nothing', async () => {
    const at = await serving();
    const { result: run, requests } = await journalOf(azure, () => deploy(at, '2', { 'dry-run': 'true' }));
    expect(run).toMatchObject({
      code: 0,
      outputs: { status: 'planned', 'deployment-name': 'green', 'traffic-json': '{"blue":100}' },
      report: {
        schema: 'switchyard/deployment-plan/v1',
        before: { blue: 100 },
        after: { green: 100 },
        restore: { blue: 100 },
        slot: 'green',
      },
    });
    const { steps } = run.report as { steps: { action: string; what: string; detail: string }[] };
    expect(steps).toEqual([
      { action: 'update', what: 'endpoint tags', detail: 'restore map blue=100;m=' },
      { action: 'create', what: 'deployment green', detail: expect.stringContaining(`${line.model}:2`) },
      { action: 'update', what: 'traffic', detail: 'blue=90 green=10' },
      { action: 'update', what: 'traffic', detail: 'blue=50 green=50' },
      { action: 'update', what: 'traffic', detail: 'green=100' },
    ]);
    expect(writesOf(requests)).toEqual([]);
    expect((await readEndpoint(at, 'production')).properties.traffic).toEqual({ blue: 100 });
  });

  it('deploys again when only the scoring code changed', async () => {
    const at = await serving();
    scoringDoes('    # no change in what it answers');
    line.repository.commit('refactor: scoring');
    expect(await deploy(at, '1')).toMatchObject({ code: 0, outputs: { status: 'done', 'deployment-name': 'green' } });
  });

  it('leaves the tags of others alone', async () => {
    const at = await serving();
    await azure.call('PATCH', endpointPath(at, 'production'), { tags: { team: 'sensors', 'cost-center': '42' } });
    await deploy(at, '2');
    expect((await readEndpoint(at, 'production')).tags).toMatchObject({
      team: 'sensors',
      'cost-center': '42',
      'switchyard.phase': 'promoted',
    });
  });

  it('reaches the same end while every other read of the endpoint is stale', async () => {
    const at = await serving();
    const stale = { method: 'GET', path: `/onlineEndpoints/${at.endpoint('production')}$`, stale: true, count: 1 };
    for (let skip = 0; skip < 20; skip += 1) await azure.fault({ ...stale, skip });
    expect(await deploy(at, '2')).toMatchObject({
      code: 0,
      outputs: { status: 'done', 'traffic-json': '{"green":100}' },
    });
    await azure.clearFaults();
    expect((await readEndpoint(at, 'production')).properties.traffic).toEqual({ green: 100 });
  });

  it('waits and writes again when the endpoint is busy with another operation', async () => {
    const at = await serving();
    await azure.fault({ method: 'PUT', path: `/onlineEndpoints/${at.endpoint('production')}$`, status: 409, count: 2 });
    expect(await deploy(at, '2')).toMatchObject({
      code: 0,
      outputs: { status: 'done', 'traffic-json': '{"green":100}' },
    });
  });
});

describe('blue-green-deploy, killed and run again', () => {
  it('has the split to restore on disk and in the endpoint before it moves traffic, and finishes from any step', async () => {
    const at = await serving();
    const stateFile = join(line.repository.folder, '.git', 'deployment_state.json');
    const kill = (on: string) => deploy(at, '2', { 'state-file': stateFile }, { interrupt: { on, signal: 'SIGKILL' } });
    const stateOnDisk = () => JSON.parse(readFileSync(stateFile, 'utf8')) as State;

    const { result: first, requests } = await journalOf(azure, () => kill('validate: deployment green'));
    expect(first.code).toBeNull();
    expect(endpointWrites(requests, at, 'PUT')).toEqual([]);
    expect(stateOnDisk().restore).toEqual({ traffic: { blue: 100 }, mirrorTraffic: {} });
    expect(await readEndpoint(at, 'production')).toMatchObject({
      tags: { 'switchyard.base': 'blue=100;m=' },
      properties: { traffic: { blue: 100 } },
    });

    expect((await kill('step 2: traffic becomes')).code).toBeNull();
    expect(stateOnDisk().restore).toEqual({ traffic: { blue: 100 }, mirrorTraffic: {} });

    const last = await deploy(at, '2', { 'state-file': stateFile });
    expect(last).toMatchObject({
      code: 0,
      outputs: { status: 'done', 'traffic-json': '{"green":100}' },
      report: { restore: { traffic: { blue: 100 } } },
    });
    expect(stateOnDisk()).toMatchObject({ phase: 'promoted', current: { green: 100 } });
  });

  it('restores the split before when it is interrupted in the middle of the ramp', async () => {
    const at = await serving();
    const run = await deploy(
      at,
      '2',
      { 'step-seconds': '600' },
      { interrupt: { on: 'watch: deployment green', signal: 'SIGINT' } },
    );
    expect(run).toMatchObject({ code: 5, outputs: { status: 'aborted', 'traffic-json': '{"blue":100}' } });
    expect(await readEndpoint(at, 'production')).toMatchObject({
      tags: { 'switchyard.phase': 'aborted' },
      properties: { traffic: { blue: 100 } },
    });
  });
});

describe('blue-green-deploy, when the new version is not good', () => {
  it('gives a model that cannot answer the sample request no traffic', async () => {
    const other = createLine(azure, 'PLANT003_CIRCUIT01');
    await other.release();
    await other.deploy('production');
    other.repository.edit(other.file, 'features: [lags, season]', 'features: [lags, season, temp_max]');
    other.repository.commit('feat: maximum temperature');
    await other.release();
    const { result: run, requests } = await journalOf(azure, () =>
      other.run('blue-green-deploy', { environment: 'production', ...ramp }),
    );
    expect(run).toMatchObject({
      code: 5,
      outputs: { status: 'aborted', 'traffic-json': '{"blue":100}' },
      report: { phase: 'aborted' },
    });
    expect(run.stdout).toMatch(/::error::DEPLOY_ABORTED.*answered 424/);
    expect(run.stdout).toContain('column `temp_max` is missing');
    expect(decisionsOf(run)).not.toContain('shift');
    expect(endpointWrites(requests, other, 'PUT')).toHaveLength(1);
    expect((await readEndpoint(other, 'production')).properties.traffic).toEqual({ blue: 100 });
  });

  it('restores the split before when it begins to fail under traffic', async () => {
    const at = await serving();
    // 3 requests before traffic, 3 on step 1; the second request of step 2 fails.
    scoringDoes(failsAfter(7));
    line.repository.commit('feat: wears out');
    const run = await deploy(at, '2');
    expect(run).toMatchObject({
      code: 5,
      outputs: { status: 'aborted', 'traffic-json': '{"blue":100}' },
      report: { phase: 'aborted', restore: { traffic: { blue: 100 } } },
    });
    expect(run.stdout).toContain('worn out after 7 calls');
    expect(decisionsOf(run)).toEqual([
      'tag',
      'create-slot',
      'validate',
      'shift',
      'watch',
      'shift',
      'watch',
      'abort',
      'finish-abort',
      'done',
    ]);
    expect(await readEndpoint(at, 'production')).toMatchObject({
      tags: { 'switchyard.phase': 'aborted' },
      properties: { traffic: { blue: 100 } },
    });

    line.repository.git('reset', '--quiet', '--hard', 'HEAD~1');
    expect(await deploy(at, '2')).toMatchObject({
      code: 0,
      outputs: { status: 'done', 'traffic-json': '{"green":100}' },
    });
  });

  it('shows the log of a container that does not start, and keeps the split', async () => {
    const at = await serving();
    line.repository.edit(
      'src/score/score.py',
      '    global _model, _max_horizon\n',
      '    global _model, _max_horizon\n    raise RuntimeError("no licence for this model")\n',
    );
    line.repository.commit('feat: does not start');
    const { result: run, requests } = await journalOf(azure, () => deploy(at, '2'));
    expect(run).toMatchObject({ code: 5, outputs: { status: 'aborted', 'traffic-json': '{"blue":100}' } });
    expect(run.stdout).toContain('no licence for this model');
    expect(decisionsOf(run)).not.toContain('shift');
    expect(endpointWrites(requests, at, 'PUT').length).toBeLessThanOrEqual(1);
    expect((await readDeployment(at, 'green')).properties).toMatchObject({ provisioningState: 'Failed' });
  });

  it('ends a failed first deployment with no traffic at all', async () => {
    const at = line.sibling();
    scoringDoes('    raise RuntimeError("never works")');
    line.repository.commit('feat: never works');
    expect(await deploy(at, '1')).toMatchObject({ code: 5, outputs: { status: 'aborted', 'traffic-json': '{}' } });
    expect((await readEndpoint(at, 'production')).properties.traffic).toEqual({});
  });

  it('puts mirrored traffic back as it was', async () => {
    const at = await serving();
    await deploy(at, '2');
    const path = endpointPath(at, 'production');
    const endpoint = (await azure.call('GET', path)).body as { properties: object };
    const shadow = (await azure.call('GET', `${path}/deployments/blue`)).body as { properties: object };
    const sent = await azure.call('PUT', `${path}/deployments/shadow`, { ...shadow, tags: { owner: 'somebody' } });
    expect(sent.status).toBeLessThan(300);
    await waitUntilSucceeded(`${path}/deployments/shadow`);
    await azure.call('PUT', path, {
      ...endpoint,
      properties: { ...endpoint.properties, mirrorTraffic: { shadow: 20 } },
    });
    await waitUntilSucceeded(path);
    scoringDoes(failsAfter(4));
    line.repository.commit('feat: wears out');
    const run = await deploy(at, '1');
    expect(run).toMatchObject({ code: 5, outputs: { status: 'aborted', 'traffic-json': '{"green":100}' } });
    expect((await readEndpoint(at, 'production')).properties).toMatchObject({
      traffic: { green: 100 },
      mirrorTraffic: { shadow: 20 },
    });
  });
});

/** Waits for the end of an operation that the test began itself. */
async function waitUntilSucceeded(path: string): Promise<void> {
  await until(`${path} to be ready`, async () => {
    const { body } = await azure.call('GET', path);
    return (body as { properties: { provisioningState: string } }).properties.provisioningState === 'Succeeded';
  });
}

describe('blue-green-deploy refuses', () => {
  it('a version that the registry does not hold', async () => {
    const { result: run, requests } = await journalOf(azure, () => deploy(line, '99'));
    expect(run).toMatchObject({ code: 1, outputs: { status: 'error' } });
    expect(run.stdout).toMatch(/DEPLOY_MODEL_NOT_FOUND.*version 99/);
    expect(writesOf(requests)).toEqual([]);
  });

  it('a circuit of which nobody promoted a version from this commit', async () => {
    const run = await line.sibling().run('blue-green-deploy', { environment: 'production' });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/DEPLOY_MODEL_NOT_FOUND.*switchyard\.fingerprint=sha256:/);
  });

  it('a version that did not go through the gate', async () => {
    const other = createLine(azure, 'PLANT002_CIRCUIT01');
    await other.train();
    const publish = `${workspacePath('dev')}/models/${other.model}/versions/1/publish`;
    await azure.call('POST', publish, {
      registryName: 'sensors',
      destinationName: line.model,
      destinationVersion: '50',
    });
    const run = await until('version 50 in the registry', async () => {
      const answer = await deploy(line, '50');
      return answer.stdout.includes('DEPLOY_MODEL_NOT_FOUND') ? undefined : answer;
    });
    expect(run).toMatchObject({ code: 3, outputs: { status: 'rejected' } });
    expect(run.stdout).toMatch(/POLICY_NOT_REGISTRY_READY.*version 50/);
  });

  it('a split that somebody made by hand, with exit code 6 and without a write', async () => {
    const at = await serving();
    await deploy(at, '2');
    const endpoint = (await azure.call('GET', endpointPath(at, 'production'))).body as { properties: object };
    await azure.call('PUT', endpointPath(at, 'production'), {
      ...endpoint,
      properties: { ...endpoint.properties, traffic: { blue: 60, green: 40 } },
    });
    await waitUntilSucceeded(endpointPath(at, 'production'));
    const { result: run, requests } = await journalOf(azure, () => deploy(at, '1'));
    expect(run).toMatchObject({ code: 6, outputs: { status: 'needs-human' } });
    expect(run.stdout).toMatch(/ROLLOUT_SPLIT_UNEXPLAINED.*blue=60 green=40/);
    expect(writesOf(requests)).toEqual([]);
    expect((await readEndpoint(at, 'production')).properties.traffic).toEqual({ blue: 60, green: 40 });
  });

  it.each([
    ['50,10,100', 'ROLLOUT_STEPS_INVALID'],
    ['10,50', 'ROLLOUT_STEPS_INVALID'],
    ['10,half', 'INPUT_INVALID'],
  ])('the traffic steps %s', async (steps, code) => {
    const { result: run, requests } = await journalOf(azure, () => deploy(line, '1', { 'traffic-steps': steps }));
    expect(run.code).toBe(1);
    expect(run.stdout).toContain(code);
    expect(writesOf(requests)).toEqual([]);
  });

  it('a sample request that is not there', async () => {
    const run = await deploy(line, '1', { 'sample-request': 'azureml/none.json' });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/FILE_NOT_FOUND.*azureml\/none\.json/);
  });
});
