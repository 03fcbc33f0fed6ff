import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Azure, startAzure } from '../support/azure.ts';
import { journalOf } from '../support/journal.ts';
import { createLine, createReleasedLine, type Line } from '../support/line.ts';
import { endpointPath, readEndpoint, untilSettled } from '../support/resources.ts';
import {
  createServing,
  decisionsOf,
  deployVersion,
  failingAfter,
  ramp,
  readDeployment,
  type State,
  scoringDoes,
  trafficWrites,
} from '../support/rollout.ts';

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

describe('blue-green-deploy, killed and run again', () => {
  it('has the split to restore on disk and in the endpoint before it moves traffic, and finishes from any step', async () => {
    const at = await createServing(line);
    const stateFile = join(line.repository.folder, '.git', 'deployment_state.json');
    const kill = (on: string) =>
      deployVersion(at, '2', { 'state-file': stateFile }, { interrupt: { on, signal: 'SIGKILL' } });
    const stateOnDisk = () => JSON.parse(readFileSync(stateFile, 'utf8')) as State;

    const { result: first, requests } = await journalOf(azure, () => kill('validate: deployment green'));
    expect(first.code).toBeNull();
    expect(trafficWrites(requests, at)).toEqual([]);
    expect(stateOnDisk().restore).toEqual({ traffic: { blue: 100 }, mirrorTraffic: {} });
    expect(await readEndpoint(at, 'production')).toMatchObject({
      tags: { 'switchyard.base': 'blue=100;m=' },
      properties: { traffic: { blue: 100 } },
    });

    expect((await kill('step 2: traffic becomes')).code).toBeNull();
    expect(stateOnDisk().restore).toEqual({ traffic: { blue: 100 }, mirrorTraffic: {} });

    const last = await deployVersion(at, '2', { 'state-file': stateFile });
    expect(last).toMatchObject({
      code: 0,
      outputs: { status: 'done', 'traffic-json': '{"green":100}' },
      report: { restore: { traffic: { blue: 100 } } },
    });
    expect(stateOnDisk()).toMatchObject({ phase: 'promoted', current: { green: 100 } });
  });

  it('restores the split before when it is interrupted in the middle of the ramp', async () => {
    const at = await createServing(line);
    const run = await deployVersion(
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
    expect(trafficWrites(requests, other)).toHaveLength(1);
    expect((await readEndpoint(other, 'production')).properties.traffic).toEqual({ blue: 100 });
  });

  it('restores the split before when it begins to fail under traffic', async () => {
    const at = await createServing(line);
    // 3 requests before traffic, 3 on step 1; the second request of step 2 fails.
    scoringDoes(line, failingAfter(7));
    const run = await deployVersion(at, '2');
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
    expect(await deployVersion(at, '2')).toMatchObject({
      code: 0,
      outputs: { status: 'done', 'traffic-json': '{"green":100}' },
    });
  });

  it('shows the log of a container that does not start, and keeps the split', async () => {
    const at = await createServing(line);
    line.repository.edit(
      'src/score/score.py',
      '    global _model, _max_horizon\n',
      '    global _model, _max_horizon\n    raise RuntimeError("no licence for this model")\n',
    );
    line.repository.commit('feat: does not start');
    const { result: run, requests } = await journalOf(azure, () => deployVersion(at, '2'));
    expect(run).toMatchObject({ code: 5, outputs: { status: 'aborted', 'traffic-json': '{"blue":100}' } });
    expect(run.stdout).toContain('no licence for this model');
    expect(decisionsOf(run)).not.toContain('shift');
    expect(trafficWrites(requests, at).length).toBeLessThanOrEqual(1);
    expect((await readDeployment(at, 'green')).properties).toMatchObject({ provisioningState: 'Failed' });
  });

  it('ends a failed first deployment with no traffic at all', async () => {
    const at = line.sibling();
    scoringDoes(line, ['raise RuntimeError("never works")']);
    expect(await deployVersion(at, '1')).toMatchObject({
      code: 5,
      outputs: { status: 'aborted', 'traffic-json': '{}' },
    });
    expect((await readEndpoint(at, 'production')).properties.traffic).toEqual({});
  });

  it('puts mirrored traffic back as it was', async () => {
    const at = await createServing(line);
    await deployVersion(at, '2');
    const path = endpointPath(at, 'production');
    const endpoint = (await azure.call('GET', path)).body as { properties: object };
    const shadow = (await azure.call('GET', `${path}/deployments/blue`)).body as { properties: object };
    const sent = await azure.call('PUT', `${path}/deployments/shadow`, { ...shadow, tags: { owner: 'somebody' } });
    expect(sent.status).toBeLessThan(300);
    await untilSettled(azure, `${path}/deployments/shadow`);
    await azure.call('PUT', path, {
      ...endpoint,
      properties: { ...endpoint.properties, mirrorTraffic: { shadow: 20 } },
    });
    await untilSettled(azure, path);
    scoringDoes(line, failingAfter(4));
    const run = await deployVersion(at, '1');
    expect(run).toMatchObject({ code: 5, outputs: { status: 'aborted', 'traffic-json': '{"green":100}' } });
    expect((await readEndpoint(at, 'production')).properties).toMatchObject({
      traffic: { green: 100 },
      mirrorTraffic: { shadow: 20 },
    });
  });
});
