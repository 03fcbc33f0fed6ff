import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Azure, startAzure, workspacePath } from '../support/azure.ts';
import { journalOf, writesOf } from '../support/journal.ts';
import { createLine, createReleasedLine, type Line } from '../support/line.ts';
import { endpointPath, readEndpoint, untilSettled } from '../support/resources.ts';
import {
  createServing,
  decisionsOf,
  deployVersion,
  ramp,
  readDeployment,
  scoringDoes,
  stateOf,
  trafficWrites,
} from '../support/rollout.ts';
import { until } from '../support/until.ts';

let azure: Azure;
/** Versions 1 and 2 of its model are in the registry; the repository is as version 2 was trained. */
let line: Line;
/** The commit of version 2. */
let base: string;

beforeAll(async () => {
  azure = await startAzure();
  line = await createReleasedLine(azure);
  base = line.repository.git('rev-parse', 'HEAD');
});

afterEach(async () => {
  await azure.clearFaults();
  line.repository.git('reset', '--quiet', '--hard', base);
});
afterAll(() => azure.stop());

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
    const at = await createServing(line);
    const { result: run, requests } = await journalOf(azure, () => deployVersion(at, '2'));
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
    expect(trafficWrites(requests, at)).toHaveLength(3);
    expect((await readDeployment(at, 'blue')).tags).toMatchObject({ 'switchyard.role': 'previous' });
    const { tags } = await readEndpoint(at, 'production');
    expect(tags).toMatchObject({ 'switchyard.phase': 'promoted', 'switchyard.base': 'blue=100;m=' });
    expect(tags['switchyard.lkg']).toMatch(new RegExp(`^green@${line.model}:2#.*blue@${line.model}:1#`));
  });

  it('writes nothing when the version serves already', async () => {
    const at = await createServing(line);
    const { result: run, requests } = await journalOf(azure, () => deployVersion(at, '1'));
    expect(run).toMatchObject({
      code: 0,
      outputs: { status: 'no-change', 'deployment-name': 'blue', 'traffic-json': '{"blue":100}' },
    });
    expect(writesOf(requests)).toEqual([]);
  });

  it('shows the exact plan in a dry run and writes nothing', async () => {
    const at = await createServing(line);
    const { result: run, requests } = await journalOf(azure, () => deployVersion(at, '2', { 'dry-run': 'true' }));
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
    const at = await createServing(line);
    scoringDoes(line, ['# no change in what it answers']);
    expect(await deployVersion(at, '1')).toMatchObject({
      code: 0,
      outputs: { status: 'done', 'deployment-name': 'green' },
    });
  });

  it('leaves the tags of others alone', async () => {
    const at = await createServing(line);
    await azure.call('PATCH', endpointPath(at, 'production'), { tags: { team: 'sensors', 'cost-center': '42' } });
    await deployVersion(at, '2');
    expect((await readEndpoint(at, 'production')).tags).toMatchObject({
      team: 'sensors',
      'cost-center': '42',
      'switchyard.phase': 'promoted',
    });
  });

  it('reaches the same end while every other read of the endpoint is stale', async () => {
    const at = await createServing(line);
    const stale = { method: 'GET', path: `/onlineEndpoints/${at.endpoint('production')}$`, stale: true, count: 1 };
    for (let skip = 0; skip < 20; skip += 1) await azure.fault({ ...stale, skip });
    expect(await deployVersion(at, '2')).toMatchObject({
      code: 0,
      outputs: { status: 'done', 'traffic-json': '{"green":100}' },
    });
    await azure.clearFaults();
    expect((await readEndpoint(at, 'production')).properties.traffic).toEqual({ green: 100 });
  });

  it('waits and writes again when the endpoint is busy with another operation', async () => {
    const at = await createServing(line);
    await azure.fault({ method: 'PUT', path: `/onlineEndpoints/${at.endpoint('production')}$`, status: 409, count: 2 });
    expect(await deployVersion(at, '2')).toMatchObject({
      code: 0,
      outputs: { status: 'done', 'traffic-json': '{"green":100}' },
    });
  });
});

describe('blue-green-deploy refuses', () => {
  it('a version that the registry does not hold', async () => {
    const { result: run, requests } = await journalOf(azure, () => deployVersion(line, '99'));
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
      const answer = await deployVersion(line, '50');
      return answer.stdout.includes('DEPLOY_MODEL_NOT_FOUND') ? undefined : answer;
    });
    expect(run).toMatchObject({ code: 3, outputs: { status: 'rejected' } });
    expect(run.stdout).toMatch(/POLICY_NOT_REGISTRY_READY.*version 50/);
  });

  it('a split that somebody made by hand, with exit code 6 and without a write', async () => {
    const at = await createServing(line);
    await deployVersion(at, '2');
    const endpoint = (await azure.call('GET', endpointPath(at, 'production'))).body as { properties: object };
    await azure.call('PUT', endpointPath(at, 'production'), {
      ...endpoint,
      properties: { ...endpoint.properties, traffic: { blue: 60, green: 40 } },
    });
    await untilSettled(azure, endpointPath(at, 'production'));
    const { result: run, requests } = await journalOf(azure, () => deployVersion(at, '1'));
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
    const { result: run, requests } = await journalOf(azure, () =>
      deployVersion(line, '1', { 'traffic-steps': steps }),
    );
    expect(run.code).toBe(1);
    expect(run.stdout).toContain(code);
    expect(writesOf(requests)).toEqual([]);
  });

  it('a sample request that is not there', async () => {
    const run = await deployVersion(line, '1', { 'sample-request': 'azureml/none.json' });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/FILE_NOT_FOUND.*azureml\/none\.json/);
  });
});
