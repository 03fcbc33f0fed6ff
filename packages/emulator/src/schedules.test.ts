import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, startEmulator } from './start.ts';
import { at, EmulatorClient, messageOf } from './testing/emulator-client.ts';

const folder = mkdtempSync(join(tmpdir(), 'emulator-faults-'));
const faultsFile = join(folder, 'faults.json');
let emulator: Emulator;
let client: EmulatorClient;

const schedule = (more: object = {}) => ({
  properties: {
    trigger: { triggerType: 'Cron', expression: '0 3 * * *' },
    action: { actionType: 'CreateJob', jobDefinition: { jobType: 'Command' } },
    ...more,
  },
});
const path = (name: string) => `${client.workspace()}/schedules/${name}`;

beforeAll(async () => {
  writeFileSync(faultsFile, JSON.stringify([{ method: 'GET', path: 'models/from-file', count: 2, status: 503 }]));
  emulator = await startEmulator({ latency: 10, faultsFile });
  client = new EmulatorClient(emulator);
});

afterAll(async () => {
  client.close();
  await emulator.stop();
  rmSync(folder, { recursive: true });
});

describe('schedules', () => {
  it('are created, listed, disabled and deleted', async () => {
    const made = await client.send('PUT', path('nightly'), schedule());
    expect([made.status, at(made.json, 'properties', 'provisioningState')]).toEqual([201, 'Creating']);
    expect((await client.finish(made)).json.status).toBe('Succeeded');
    const list = async () =>
      ((await client.send('GET', `${client.workspace()}/schedules`)).json.value as object[]).length;
    expect(await list()).toBe(1);
    await client.finish(await client.send('PUT', path('nightly'), schedule({ isEnabled: false })));
    expect(await list()).toBe(0);
    expect((await client.finish(await client.send('DELETE', path('nightly')))).status).toBe(204);
    expect((await client.send('GET', path('nightly'))).status).toBe(404);
    expect((await client.send('DELETE', path('nightly'))).status).toBe(204);
  });

  it.each([
    [{ trigger: {} }, 'triggerType must be'],
    [{ trigger: { triggerType: 'Cron', expression: 'daily' } }, 'does not have five parts'],
    [{ trigger: { triggerType: 'Recurrence' } }, 'trigger.frequency'],
    [{ action: {} }, 'actionType is required'],
  ])('with %p are refused', async (more, reason) => {
    const answer = await client.send('PUT', path('refused'), schedule(more));
    expect([answer.status, messageOf(answer)]).toEqual([400, expect.stringContaining(reason)]);
  });
});

describe('faults', () => {
  it('of the file hit as often as it says', async () => {
    const statuses = [];
    for (let call = 0; call < 3; call += 1) {
      statuses.push((await client.send('GET', `${client.workspace()}/models/from-file`)).status);
    }
    expect(statuses).toEqual([503, 503, 404]);
  });

  it('can reset the connection', async () => {
    await client.raw('POST', '/_emulator/faults', { body: JSON.stringify({ path: 'models/reset', reset: true }) });
    await expect(client.send('GET', `${client.workspace()}/models/reset`)).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    expect((await client.send('GET', `${client.workspace()}/models/reset`)).status).toBe(404);
  });

  it('can delay an answer', async () => {
    await client.raw('POST', '/_emulator/faults', { body: JSON.stringify({ path: 'models/slow', delayMs: 120 }) });
    const started = performance.now();
    await client.send('GET', `${client.workspace()}/models/slow`);
    expect(performance.now() - started).toBeGreaterThanOrEqual(115);
  });

  it('can let an operation hang, and only the one of its request', async () => {
    const fault = { method: 'PUT', path: 'schedules/hangs', hangOperation: true };
    await client.raw('POST', '/_emulator/faults', { body: JSON.stringify(fault) });
    const [hanging, other] = await Promise.all([
      client.send('PUT', path('hangs'), schedule()),
      client.send('PUT', path('moves'), schedule()),
    ]);
    expect((await client.finish(other)).json.status).toBe('Succeeded');
    const status = await client.send('GET', hanging.headers['azure-asyncoperation'] ?? '');
    expect(status.json.status).toBe('InProgress');
  });

  it('with members that do not exist are refused, in the file too', async () => {
    const refused = await client.raw('POST', '/_emulator/faults', { body: JSON.stringify({ pth: 'x' }) });
    expect([refused.status, messageOf(refused)]).toEqual([400, expect.stringContaining('no member "pth"')]);
    const bad = join(folder, 'bad.json');
    writeFileSync(bad, JSON.stringify([{ status: 500 }, { pth: 'x' }]));
    await expect(startEmulator({ faultsFile: bad })).rejects.toThrow('The entry 1 of the faults');
  });
});
