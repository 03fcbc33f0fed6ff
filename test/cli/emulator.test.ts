import { existsSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { startAzure, workspacePath } from '../support/azure.ts';
import { createSampleRepository } from '../support/sample-repository.ts';
import { finished, nodesOfThisMachine, processesBelow, runCli, startCli, stillRunning } from './run-cli.ts';

const complete = /^export CURL_CA_BUNDLE='.*'$/m;

/** Starts the emulator, sends the signal once it prints its last variable, and says how it ended. */
async function startAndStop(signal: NodeJS.Signals, node = process.execPath) {
  const child = startCli(['emulator', 'start', '--print-env'], { node });
  let below: number[] = [];
  const run = await finished(child, (stdout) => {
    if (below.length > 0 || !complete.test(stdout)) return;
    below = processesBelow(child.pid ?? 0);
    child.kill(signal);
  });
  return { ...run, below };
}

describe.each(nodesOfThisMachine())('emulator start --print-env on Node $version', ({ node }) => {
  it('prints export lines only, stops on SIGTERM with exit code 0, and leaves no process', async () => {
    const { code, stdout, stderr, below } = await startAndStop('SIGTERM', node);
    expect({ code, last: stderr.trimEnd().split('\n').at(-1) }).toEqual({ code: 0, last: 'Stopped.' });
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .filter((line) => !/^export [A-Z_]+='[^']+'$/.test(line)),
    ).toEqual([]);
    expect(stdout).toMatch(/^export ARM_CLOUD_METADATA_URL='https:\/\/127\.0\.0\.1:\d+\/metadata\/endpoints\?/m);
    expect(below.length).toBeGreaterThan(0);
    expect(stillRunning(below)).toEqual([]);
  });
});

describe('emulator start', () => {
  it('stops on Ctrl-C as well, and takes its files away', async () => {
    const { code, stdout, below } = await startAndStop('SIGINT');
    expect(code).toBe(0);
    expect(stillRunning(below)).toEqual([]);
    const [, caFile = ''] = /^export NODE_EXTRA_CA_CERTS='(.*)'$/m.exec(stdout) ?? [];
    expect(caFile).toMatch(/\.pem$/);
    expect(existsSync(caFile)).toBe(false);
  });

  it('leaves no process when it is stopped while it starts', async () => {
    const child = startCli(['emulator', 'start', '--print-env']);
    const end = finished(child);
    let below: number[] = [];
    for (let look = 0; look < 1000 && below.length === 0 && child.exitCode === null; look += 1) {
      await wait(10);
      below = processesBelow(child.pid ?? 0);
    }
    child.kill('SIGTERM');
    expect((await end).code).toBe(0);
    expect(below.length).toBeGreaterThan(0);
    expect(stillRunning(below)).toEqual([]);
  });

  it('ends the jobs that run', async () => {
    const azure = await startAzure();
    const dev = workspacePath('dev');
    const properties = {
      jobType: 'Command',
      command: 'exec sleep 600',
      environmentId: `${dev}/environments/any/versions/1`,
      computeId: `${dev}/computes/cpu-cluster`,
    };
    await azure.call('PUT', `${dev}/environments/any/versions/1`, { properties: { image: 'registry.invalid/python' } });
    expect((await azure.call('PUT', `${dev}/jobs/long`, { properties })).status).toBe(201);
    for (let look = 0; look < 400; look += 1) {
      const { body } = await azure.call('GET', `${dev}/jobs/long`);
      if ((body as { properties: { status: string } }).properties.status === 'Running') break;
      await wait(25);
    }
    const below = processesBelow(process.pid);
    expect(below.length).toBeGreaterThan(2);
    await azure.stop();
    expect(stillRunning(below)).toEqual([]);
  });

  it('goes on from its state folder after a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchyard-state-'));
    const path = `${workspacePath('dev')}/models/plant001-circuit01/versions/3`;
    const modelUri = 'azureml://datastores/workspaceblobstore/paths/models/3';
    const first = await startAzure(['--state', folder]);
    const written = await first.call('PUT', path, { properties: { modelUri, tags: { branch: 'main' } } });
    expect(written.status).toBe(201);
    await first.stop();
    const second = await startAzure(['--state', folder]);
    const read = await second.call('GET', path);
    await second.stop();
    expect(read).toMatchObject({ status: 200, body: { name: '3', properties: { tags: { branch: 'main' } } } });
    const { NODE_EXTRA_CA_CERTS: certificate } = first.env;
    expect(second.env).toMatchObject({ NODE_EXTRA_CA_CERTS: certificate });
  });

  it('has forgotten everything after a restart without a state folder', async () => {
    const path = `${workspacePath('dev')}/models/plant001-circuit01/versions/1`;
    const modelUri = 'azureml://datastores/workspaceblobstore/paths/models/1';
    const first = await startAzure();
    await first.call('PUT', path, { properties: { modelUri } });
    await first.stop();
    const second = await startAzure();
    const { status } = await second.call('GET', path);
    await second.stop();
    expect(status).toBe(404);
  });

  it('refuses a port that another program uses', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve);
    });
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const run = await runCli(['emulator', 'start', '--port', String(port)]);
    other.close();
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(new RegExp(`^CLI_PORT_IN_USE: another program listens on port ${port};.*--port`));
  });
});

describe('train', () => {
  it('that gets SIGTERM cancels the action and waits for its end', async () => {
    const azure = await startAzure();
    const repository = createSampleRepository();
    repository.edit('azureml/train.yml', 'python3 train.py', 'exec sleep 600; echo');
    repository.commit('feat: sleep');
    const child = startCli(['train', '--circuit', 'PLANT001_CIRCUIT01'], { cwd: repository.folder, env: azure.env });
    const end = finished(child);
    for (let look = 0; look < 400 && child.exitCode === null; look += 1) {
      const { body } = await azure.call('GET', `${workspacePath('dev')}/jobs`);
      if ((body as { value: unknown[] }).value.length > 0) break;
      await wait(25);
    }
    const below = processesBelow(child.pid ?? 0);
    child.kill('SIGTERM');
    const run = await end;
    await azure.stop();
    expect(run).toMatchObject({ code: 130, stdout: expect.stringContaining('train: cancelled') });
    expect(below.length).toBeGreaterThan(0);
    expect(stillRunning(below)).toEqual([]);
  });
});
