import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
  readEndpoint,
  registryVersions,
  writesOf,
} from '../support/line.ts';
import { until } from '../support/until.ts';

let azure: Azure;
/** Versions 1 and 2 of its model are in the registry. */
let line: Line;

beforeAll(async () => {
  azure = await startAzure();
  line = createLine(azure);
  await line.release();
  line.repository.edit(line.file, 'features: [lags]', 'features: [lags, season]');
  line.repository.commit('feat: season');
  await line.release();
});

afterEach(() => azure.clearFaults());
afterAll(() => azure.stop());

/** A circuit whose endpoint served version 1 and then version 2. */
async function servedTwice(): Promise<Line> {
  const at = line.sibling();
  await at.deploy('production', { 'model-version': '1' });
  await at.deploy('production', { 'model-version': '2', 'traffic-steps': '100' });
  return at;
}

function rollBack(at: Line, inputs: Record<string, string> = {}): Promise<BundleRun> {
  return at.run('rollback', { environment: 'production', reason: 'forecasts drift', ...inputs });
}

async function trafficOf(at: Line): Promise<Record<string, number>> {
  return (await readEndpoint(at, 'production')).properties.traffic;
}

describe('rollback', () => {
  it('returns to the version before by one write of the endpoint, and proves that it answers', async () => {
    const at = await servedTwice();
    const registry = await registryVersions(at);
    const { result: run, requests } = await journalOf(azure, () => rollBack(at, { 'incident-id': 'INC-7' }));
    expect(run).toMatchObject({
      code: 0,
      outputs: { status: 'done', 'rolled-back-json': `["${at.circuit}"]`, 'failed-json': '[]' },
      report: {
        schema: 'switchyard/rollback-report/v1',
        reason: 'forecasts drift',
        incident: 'INC-7',
        failures: [],
        plans: [
          {
            status: 'done',
            path: 'warm',
            reason: 'forecasts drift (INC-7)',
            current: { slot: 'green', model: { name: line.model, version: '2' }, traffic: { green: 100 } },
            target: { slot: 'blue', model: { name: line.model, version: '1' }, traffic: { blue: 100 } },
            marks: { switchedAt: expect.any(String), verifiedAt: expect.any(String) },
          },
        ],
      },
    });
    expect(JSON.parse(run.outputs['plan-json'] ?? '')).toMatchObject([{ circuit: at.circuit, from: '2', to: '1' }]);
    expect(await trafficOf(at)).toEqual({ blue: 100 });
    const writes = writesOf(requests);
    const endpoint = `/onlineEndpoints/${at.endpoint('production')}`;
    expect(writes.filter((write) => write.endsWith(endpoint))).toEqual([`PUT mlw-sensors-prod${endpoint}`]);
    expect(writes.filter((write) => !write.includes(endpoint))).toEqual([]);
    expect(await registryVersions(at)).toEqual(registry);
    expect(run.summary).toContain('INC-7');
  });

  it('leaves the endpoint such that the bad version is refused and a good one is not', async () => {
    const at = await servedTwice();
    await rollBack(at);
    expect((await readEndpoint(at, 'production')).tags).toMatchObject({
      'switchyard.deny': `${line.model}:2`,
      'switchyard.phase': 'aborted',
    });
    const { result: refused, requests } = await journalOf(azure, () => deploy(at, '2'));
    expect(refused).toMatchObject({ code: 3, outputs: { status: 'rejected' } });
    expect(refused.stdout).toMatch(/ROLLOUT_VERSION_DENIED/);
    expect(writesOf(requests)).toEqual([]);
    expect(await deploy(at, '1')).toMatchObject({ code: 0, outputs: { status: 'no-change' } });
  });

  it('shows the plan in a dry run and writes nothing', async () => {
    const at = await servedTwice();
    const { result: run, requests } = await journalOf(azure, () => rollBack(at, { 'dry-run': 'true' }));
    expect(run).toMatchObject({
      code: 0,
      outputs: { status: 'planned', 'rolled-back-json': '[]' },
      report: {
        plans: [
          { status: 'planned', changes: expect.arrayContaining([{ path: '/traffic/blue', before: 0, after: 100 }]) },
        ],
      },
    });
    expect(run.stdout).toContain(`would roll back ${at.endpoint('production')} 2 -> 1`);
    expect(writesOf(requests)).toEqual([]);
    expect(await trafficOf(at)).toEqual({ green: 100 });
  });

  it('returns to a version that is named', async () => {
    const at = await servedTwice();
    expect(await rollBack(at, { to: '1' })).toMatchObject({ code: 0, outputs: { status: 'done' } });
    expect(await trafficOf(at)).toEqual({ blue: 100 });
  });

  it('puts back the split before a rollout that was killed on its way', async () => {
    const at = line.sibling();
    await at.deploy('production', { 'model-version': '1' });
    const inputs = {
      environment: 'production',
      'model-version': '2',
      ...quick,
      'traffic-steps': '10,100',
      'step-seconds': '600',
    };
    await at.run('blue-green-deploy', inputs, { interrupt: { on: 'watch: deployment green', signal: 'SIGKILL' } });
    expect(await trafficOf(at)).toEqual({ blue: 90, green: 10 });
    expect(await rollBack(at)).toMatchObject({ code: 0, outputs: { status: 'done' } });
    expect(await trafficOf(at)).toEqual({ blue: 100 });
  });

  it('rolls back several circuits; one that cannot does not hold the other up', async () => {
    const [at, never] = [await servedTwice(), line.sibling()];
    const run = await rollBack(at, { circuits: `${never.circuit},${at.circuit}` });
    expect(run).toMatchObject({
      code: 1,
      outputs: { status: 'error', 'rolled-back-json': `["${at.circuit}"]`, 'failed-json': `["${never.circuit}"]` },
      report: { failures: [{ circuit: never.circuit, message: expect.stringContaining('ROLLBACK_NOTHING_DEPLOYED') }] },
    });
    expect(run.stdout).toMatch(new RegExp(`::error::ROLLBACK_INCOMPLETE: ${never.circuit}`));
    expect(run.summary).toContain(`${never.circuit}: not rolled back`);
    expect(await trafficOf(at)).toEqual({ blue: 100 });
  });

  it('leaves the tags of others alone', async () => {
    const at = await servedTwice();
    await azure.call('PATCH', endpointPath(at, 'production'), { tags: { team: 'sensors' } });
    await rollBack(at);
    expect((await readEndpoint(at, 'production')).tags).toMatchObject({ team: 'sensors' });
  });
});

describe('rollback refuses', () => {
  /** The run failed, wrote nothing, and says why. */
  async function expectRefusal(at: Line, inputs: Record<string, string>, message: RegExp): Promise<void> {
    const { result: run, requests } = await journalOf(azure, () => rollBack(at, inputs));
    expect(run).toMatchObject({ code: 1, outputs: { status: 'error' } });
    expect(run.stdout).toMatch(message);
    expect(writesOf(requests)).toEqual([]);
  }

  it('an endpoint that never served another version', async () => {
    const at = line.sibling();
    await at.deploy('production', { 'model-version': '1' });
    await expectRefusal(at, {}, /ROLLBACK_NOTHING_TO_RETURN_TO/);
    expect(await trafficOf(at)).toEqual({ blue: 100 });
  });

  it('a second time, when the version before that is the one that was bad', async () => {
    const at = await servedTwice();
    await rollBack(at);
    await expectRefusal(at, {}, /ROLLBACK_NOTHING_TO_RETURN_TO/);
    await expectRefusal(at, { to: '2' }, /ROLLBACK_TARGET_DENIED/);
    expect(await trafficOf(at)).toEqual({ blue: 100 });
  });

  it('an unknown circuit, before it asks Azure anything', async () => {
    const { result: run, requests } = await journalOf(azure, () => rollBack(line, { circuits: 'PLANT009_CIRCUIT09' }));
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('CIRCUIT_UNKNOWN');
    expect(requests).toEqual([]);
  });

  it('an empty list of circuits and a missing reason', async () => {
    expect((await rollBack(line, { circuits: ' , ' })).stdout).toMatch(/INPUT_MISSING.*"circuits"/);
    expect((await rollBack(line, { reason: '' })).stdout).toMatch(/INPUT_MISSING.*"reason"/);
  });

  it('a version that never served here, naming those that did', async () => {
    await expectRefusal(await servedTwice(), { to: '7' }, /ROLLBACK_TARGET_NEVER_GOOD.*:2, .*:1/);
  });

  it('the version that serves already', async () => {
    await expectRefusal(await servedTwice(), { to: '2' }, /ROLLBACK_NOTHING_TO_DO/);
  });

  it('a target that was deleted', async () => {
    const at = await servedTwice();
    const blue = `${endpointPath(at, 'production')}/deployments/blue`;
    await azure.call('DELETE', blue);
    await until('the deployment to be gone', async () => (await azure.call('GET', blue)).status === 404);
    await expectRefusal(at, {}, /ROLLBACK_TARGET_MISSING/);
    expect(await trafficOf(at)).toEqual({ green: 100 });
  });

  it('a target that does not answer any more', async () => {
    const at = line.sibling();
    const flag = join(mkdtempSync(join(tmpdir(), 'rollback-')), 'disk-full');
    const call = '    request = json.loads(raw_data)';
    line.repository.edit(
      'src/score/score.py',
      call,
      `    if os.path.exists("${flag}"):\n        raise RuntimeError("disk full")\n${call}`,
    );
    line.repository.commit('feat: depends on a disk');
    await at.deploy('production', { 'model-version': '1' });
    line.repository.git('reset', '--quiet', '--hard', 'HEAD~1');
    await at.deploy('production', { 'model-version': '2', 'traffic-steps': '100' });
    writeFileSync(flag, '');
    await expectRefusal(at, {}, /ROLLBACK_TARGET_UNHEALTHY.*before the switch.*blue.*nothing was written/);
    expect(await trafficOf(at)).toEqual({ green: 100 });
  });

  it('to go on without the right to write, and says which is missing', async () => {
    const at = await servedTwice();
    const action = 'Microsoft.MachineLearningServices/workspaces/onlineEndpoints/write';
    const message = `The client 'c1' with object id 'c1' does not have authorization to perform action '${action}' over scope '${workspacePath('prod')}' or the scope is invalid.`;
    await azure.fault({
      method: 'PUT',
      path: `/onlineEndpoints/${at.endpoint('production')}$`,
      status: 403,
      body: { error: { code: 'AuthorizationFailed', message } },
    });
    const run = await rollBack(at);
    expect(run).toMatchObject({ code: 1, outputs: { 'failed-json': `["${at.circuit}"]` } });
    expect(run.stdout).toMatch(/AZUREML_FORBIDDEN.*AzureML Data Scientist/);
    expect(await trafficOf(at)).toEqual({ green: 100 });
  });
});

function deploy(at: Line, version: string): Promise<BundleRun> {
  return at.run('blue-green-deploy', { environment: 'production', 'model-version': version, ...quick });
}
