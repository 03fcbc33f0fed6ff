import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reservedCores, vmSize } from './compute/vm-sizes.ts';
import { type Emulator, startEmulator } from './start.ts';
import { at, EmulatorClient, messageOf } from './testing/emulator-client.ts';

describe('reservedCores', () => {
  it.each([
    ['Standard_F4s_v2', 1, 8],
    ['Standard_F16s_v2', 1, 32],
    ['Standard_DS3_v2', 5, 24],
    ['Standard_DS3_v2', 10, 48],
    ['standard_ds3_V2', 2, 12],
  ])('%s x %i needs %i cores', (size, instances, cores) => {
    expect(reservedCores(size, instances)).toBe(cores);
  });

  it('a size that is not listed has the cores of its name', () => {
    expect(vmSize('Standard_D16s_v5')).toMatchObject({ cores: 16, family: 'standardDsv5Family' });
  });
});

describe('a region with 20 cores of one family', () => {
  let emulator: Emulator;
  let client: EmulatorClient;
  let codeId: string;

  beforeAll(async () => {
    emulator = await startEmulator({ latency: 10, seed: { quota: { standardFSv2Family: 20, '*': 4 } } });
    client = new EmulatorClient(emulator);
    codeId = await client.code('score', { 'score.py': 'def init():\n  pass\ndef run(body):\n  return body\n' });
    await client.finish(
      await client.send('PUT', endpoint(), { location: 'westeurope', properties: { authMode: 'Key' } }),
    );
  });

  afterAll(async () => {
    client.close();
    await emulator.stop();
  });

  const endpoint = () => `${client.workspace()}/onlineEndpoints/small`;
  const put = (name: string, capacity: number, more: object = {}) =>
    client.send('PUT', `${endpoint()}/deployments/${name}`, {
      location: 'westeurope',
      sku: { name: 'Default', capacity },
      properties: {
        endpointComputeType: 'Managed',
        instanceType: 'Standard_F4s_v2',
        codeConfiguration: { codeId, scoringScript: 'score.py' },
        ...more,
      },
    });

  it('takes deployments with their reserve, and refuses the one that does not fit in the words of the service', async () => {
    expect((await client.finish(await put('blue', 2))).json.status).toBe('Succeeded');
    const refused = await put('green', 2);
    expect([refused.status, at(refused.json, 'error', 'code')]).toEqual([400, 'BadRequest']);
    expect(messageOf(refused)).toContain('Not enough quota available for Standard_F4s_v2 in SubscriptionId');
    expect(messageOf(refused)).toContain('Current usage/limit: 12/20. Additional needed: 12');
    expect((await client.send('GET', `${endpoint()}/deployments/green`)).status).toBe(404);
    const patch = await client.send('PATCH', `${endpoint()}/deployments/blue`, { sku: { capacity: 5 } });
    expect(messageOf(patch)).toContain('Current usage/limit: 12/20. Additional needed: 12');
    expect((await client.finish(await put('green', 1))).json.status).toBe('Succeeded');
    expect(messageOf(await put('other', 1, { instanceType: 'Standard_DS3_v2' }))).toContain('usage/limit: 0/4');
  });

  it('shows usages and sizes', async () => {
    const base = `/subscriptions/${emulator.environment.AZURE_SUBSCRIPTION_ID}/providers/Microsoft.MachineLearningServices/locations/westeurope`;
    const { json } = await client.send('GET', `${base}/usages`);
    const family = (json.value as object[]).find((one) => at(one, 'name', 'value') === 'standardFSv2Family');
    expect(family).toMatchObject({ currentValue: 20, limit: 20, unit: 'Count' });
    const sizes = (await client.send('GET', `${base}/vmSizes`)).json.value as object[];
    expect(sizes.find((one) => at(one, 'name') === 'Standard_F4s_v2')).toMatchObject({ vCPUs: 4 });
  });

  it('counts no cores of Kubernetes deployments, which run like managed ones', async () => {
    const compute = { endpointComputeType: 'Kubernetes', instanceType: 'Standard_F32s_v2' };
    expect((await client.finish(await put('cluster', 1, compute))).json.status).toBe('Succeeded');
    const { json } = await client.send('GET', `${endpoint()}/deployments/cluster`);
    expect(at(json, 'properties', 'endpointComputeType')).toBe('Kubernetes');
  });

  it('the page shows workspaces, registries, endpoints and the split as bars, and has no scripts', async () => {
    await client.finish(
      await client.send('PUT', endpoint(), {
        location: 'westeurope',
        properties: { authMode: 'Key', traffic: { blue: 90, green: 10 } },
      }),
    );
    await client.job('shown', 'exit 5', { displayName: '<b>shown</b>' });
    await client.jobStatus('shown');
    const { text, headers } = await client.raw('GET', '/');
    expect(headers['content-type']).toContain('text/html');
    for (const heading of ['Workspace mlw-sensors-dev', 'Workspace mlw-sensors-prod', 'Registry sensors']) {
      expect(text).toContain(`<h2>${heading}</h2>`);
    }
    const bars = [...text.matchAll(/style="width:(\d+)%" data-deployment="(\w+)"/g)].map((match) => match.slice(1, 3));
    expect(bars).toEqual([
      ['90', 'blue'],
      ['10', 'green'],
    ]);
    expect(text).toContain('aria-label="blue 90 %, green 10 %"');
    expect(text).toMatch(
      /<span id="job-shown"[^>]*>shown<\/span><\/td><td>Command<\/td><td><span class="status bad">Failed/,
    );
    expect(text).not.toMatch(/<script|emulator-only-secret|<b>shown/);
    const opened = [...text.matchAll(/<(table|tr|td|th|section|div|span|h\d|thead|tbody)\b/g)].length;
    expect([...text.matchAll(/<\/(table|tr|td|th|section|div|span|h\d|thead|tbody)>/g)].length).toBe(opened);
  });
});
