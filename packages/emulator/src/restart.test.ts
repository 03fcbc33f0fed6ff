import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type EmulatorOptions, startEmulator } from './start.ts';
import { at, EmulatorClient } from './testing/emulator-client.ts';

const stateFolder = mkdtempSync(join(tmpdir(), 'switchyard-emulator-state-'));

afterAll(() => rmSync(stateFolder, { recursive: true, force: true }));

/** Run a test's part against an emulator on the state folder. */
async function using<Value>(
  options: EmulatorOptions,
  part: (client: EmulatorClient) => Promise<Value>,
): Promise<Value> {
  const emulator = await startEmulator({ latency: 30, stateFolder, ...options });
  const client = new EmulatorClient(emulator);
  try {
    return await part(client);
  } finally {
    client.close();
    await emulator.stop();
  }
}

const script = 'import json\ndef init():\n    pass\ndef run(raw):\n    return {"answer": json.loads(raw)["x"] + 1}\n';
const endpoint = (client: EmulatorClient) => `${client.workspace('prod')}/onlineEndpoints/kept`;

async function score(client: EmulatorClient) {
  const { json } = await client.send('GET', endpoint(client));
  const keys = await client.send('POST', `${endpoint(client)}/listKeys`);
  const headers = { authorization: `Bearer ${String(keys.json.primaryKey)}`, 'content-type': 'application/json' };
  const uri = String(at(json, 'properties', 'scoringUri'));
  return { key: keys.json.primaryKey, answer: await client.raw('POST', uri, { headers, body: '{"x":1}' }) };
}

describe('a restart with a state folder', () => {
  it('keeps resources, files, keys and deployments; a job that was running is Failed', async () => {
    const before = await using({}, async (client) => {
      const codeId = await client.code('score', { 'score.py': script });
      const model = await client.registryModel('m', { 'w.txt': 'w' });
      const put = (properties: object) =>
        client.send('PUT', endpoint(client), {
          location: 'westeurope',
          properties: { authMode: 'Key', ...properties },
        });
      await client.finish(await put({}));
      const properties = {
        endpointComputeType: 'Managed',
        model,
        codeConfiguration: { codeId, scoringScript: 'score.py' },
      };
      await client.finish(
        await client.send('PUT', `${endpoint(client)}/deployments/blue`, { location: 'westeurope', properties }),
      );
      await client.finish(await put({ traffic: { blue: 100 } }));
      await client.job('running', 'sleep 60');
      await client.jobStatus('running', ['Running']);
      return score(client);
    });
    expect(before.answer.json).toEqual({ answer: 2 });
    await using({ port: 0 }, async (client) => {
      const after = await score(client);
      expect([after.answer.json, after.key]).toEqual([{ answer: 2 }, before.key]);
      expect(at((await client.send('GET', `${client.registry()}/models/m/versions/1`)).json, 'name')).toBe('1');
      expect(await client.jobStatus('running')).toBe('Failed');
      expect(at((await client.details('running')).error, 'error', 'code')).toBe('JobInterrupted');
      await client.job('reads', `cat "$\{{inputs.m}}/w.txt"`, {
        inputs: { m: { jobInputType: 'custom_model', uri: 'azureml://registries/sensors/models/m/versions/1' } },
      });
      expect(await client.jobStatus('reads')).toBe('Completed');
      expect(await client.log('reads')).toBe('w');
    });
  });

  it('the certificate authority stays, so that programs need not be told again', async () => {
    const file = join(stateFolder, 'certificates', 'ca.pem');
    const before = readFileSync(file, 'utf8');
    await using({}, async (client) => expect((await client.send('GET', client.workspace())).status).toBe(200));
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});
