import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Azure, startAzure, workspacePath } from '../support/azure.ts';
import type { BundleRun } from '../support/bundle.ts';
import { journalOf, writesOf } from '../support/journal.ts';
import { createReleasedLine, type Line, quick } from '../support/line.ts';
import { endpointPath, readEndpoint, registryVersions } from '../support/resources.ts';
import { createServing, deployVersion, scoringDoes } from '../support/rollout.ts';
import { until } from '../support/until.ts';

let azure: Azure;
/** Versions 1 and 2 of its model are in the registry. */
let line: Line;

beforeAll(async () => {
  azure = await startAzure();
  line = await createReleasedLine(azure);
});

afterEach(() => azure.clearFaults());
afterAll(() => azure.stop());

/** A circuit whose endpoint served version 1 and then version 2. */
async function servedTwice(): Promise<Line> {
  const at = await createServing(line);
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
    const { result: refused, requests } = await journalOf(azure, () => deployVersion(at, '2'));
    expect(refused).toMatchObject({ code: 3, outputs: { status: 'rejected' } });
    expect(refused.stdout).toMatch(/ROLLOUT_VERSION_DENIED/);
    expect(writesOf(requests)).toEqual([]);
    expect(await deployVersion(at, '1')).toMatchObject({ code: 0, outputs: { status: 'no-change' } });
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
    const at = await createServing(line);
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
      code: 3,
      outputs: { status: 'rejected', 'rolled-back-json': `["${at.circuit}"]`, 'failed-json': `["${never.circuit}"]` },
      report: { failures: [{ circuit: never.circuit, message: expect.stringContaining('ROLLBACK_NOTHING_DEPLOYED') }] },
    });
    expect(run.stdout).toMatch(new RegExp(`::error::ROLLBACK_INCOMPLETE: ${never.circuit}`));
    expect(run.summary).toContain(`${never.circuit}: not rolled back`);
    expect(await trafficOf(at)).toEqual({ blue: 100 });
  });

  it('gives the target as many instances as serve now, before it gets the traffic', async () => {
    const at = await createServing(line);
    await at.deploy('production', { 'model-version': '2', 'traffic-steps': '100', set: 'instance_count=2' });
    const { result: run, requests } = await journalOf(azure, () => rollBack(at));
    expect(run).toMatchObject({ code: 0, outputs: { status: 'done' } });
    const { sku } = (await azure.call('GET', `${endpointPath(at, 'production')}/deployments/blue`)).body as {
      sku: { capacity: number };
    };
    expect(sku.capacity).toBe(2);
    const endpoint = `onlineEndpoints/${at.endpoint('production')}`;
    const [first, second] = writesOf(requests);
    expect(first).toContain(`${endpoint}/deployments/blue`);
    expect(second).toBe(`PUT mlw-sensors-prod/${endpoint}`);
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
  /** Serves version 2 and could go back; no test here changes it. */
  let ready: Line;

  beforeAll(async () => {
    ready = await servedTwice();
  });

  /** The run failed with the status, wrote nothing, and says why. */
  async function expectRefusal(
    at: Line,
    inputs: Record<string, string>,
    expected: { status: 'error' | 'rejected' | 'held'; message: RegExp },
  ): Promise<void> {
    const { result: run, requests } = await journalOf(azure, () => rollBack(at, inputs));
    const code = { error: 1, rejected: 3, held: 4 }[expected.status];
    expect(run).toMatchObject({ code, outputs: { status: expected.status, 'failed-json': `["${at.circuit}"]` } });
    expect(run.stdout).toMatch(expected.message);
    expect(writesOf(requests)).toEqual([]);
  }

  it('an endpoint that never served another version', async () => {
    const at = await createServing(line);
    await expectRefusal(at, {}, { status: 'rejected', message: /ROLLBACK_NOTHING_TO_RETURN_TO/ });
    expect(await trafficOf(at)).toEqual({ blue: 100 });
  });

  it('a second time, when the version before that is the one that was bad', async () => {
    const at = await servedTwice();
    await rollBack(at);
    await expectRefusal(at, {}, { status: 'rejected', message: /ROLLBACK_NOTHING_TO_RETURN_TO/ });
    await expectRefusal(at, { to: '2' }, { status: 'rejected', message: /ROLLBACK_TARGET_DENIED/ });
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
    await expectRefusal(ready, { to: '7' }, { status: 'rejected', message: /ROLLBACK_TARGET_NEVER_GOOD.*:2, .*:1/ });
  });

  it('the version that serves already', async () => {
    await expectRefusal(ready, { to: '2' }, { status: 'error', message: /ROLLBACK_NOTHING_TO_DO/ });
  });

  it('an endpoint that another operation is changing', async () => {
    const path = endpointPath(ready, 'production');
    const endpoint = (await azure.call('GET', path)).body as { properties: object };
    const busy = { ...endpoint, properties: { ...endpoint.properties, provisioningState: 'Updating' } };
    await azure.fault({
      method: 'GET',
      path: `/onlineEndpoints/${ready.endpoint('production')}$`,
      status: 200,
      body: busy,
    });
    await expectRefusal(ready, {}, { status: 'held', message: /ROLLBACK_ENDPOINT_BUSY/ });
  });

  it('to go on without the right to write, and says which is missing', async () => {
    const action = 'Microsoft.MachineLearningServices/workspaces/onlineEndpoints/write';
    const message = `The client 'c1' with object id 'c1' does not have authorization to perform action '${action}' over scope '${workspacePath('prod')}' or the scope is invalid.`;
    const body = { error: { code: 'AuthorizationFailed', message } };
    await azure.fault({ method: 'PUT', path: `/onlineEndpoints/${ready.endpoint('production')}$`, status: 403, body });
    const run = await rollBack(ready);
    expect(run).toMatchObject({ code: 1, outputs: { 'failed-json': `["${ready.circuit}"]` } });
    expect(run.stdout).toMatch(/AZUREML_FORBIDDEN.*AzureML Data Scientist/);
    expect(await trafficOf(ready)).toEqual({ green: 100 });
  });

  it('a target that was deleted', async () => {
    const at = await servedTwice();
    const blue = `${endpointPath(at, 'production')}/deployments/blue`;
    await azure.call('DELETE', blue);
    await until('the deployment to be gone', async () => (await azure.call('GET', blue)).status === 404);
    await expectRefusal(at, {}, { status: 'rejected', message: /ROLLBACK_TARGET_MISSING/ });
    expect(await trafficOf(at)).toEqual({ green: 100 });
  });

  it('a target that does not answer any more', async () => {
    const at = line.sibling();
    const flag = join(mkdtempSync(join(tmpdir(), 'rollback-')), 'disk-full');
    scoringDoes(line, [`if os.path.exists("${flag}"):`, '    raise RuntimeError("disk full")']);
    await at.deploy('production', { 'model-version': '1' });
    line.repository.git('reset', '--quiet', '--hard', 'HEAD~1');
    await at.deploy('production', { 'model-version': '2', 'traffic-steps': '100' });
    writeFileSync(flag, '');
    const message = /ROLLBACK_TARGET_UNHEALTHY.*before the switch.*blue.*nothing was written/;
    await expectRefusal(at, {}, { status: 'error', message });
    expect(await trafficOf(at)).toEqual({ green: 100 });
  });
});
