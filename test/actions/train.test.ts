import { existsSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Azure, startAzure, workspacePath } from '../support/azure.ts';
import { journalOf, writesOf } from '../support/journal.ts';
import { createLine, type Line } from '../support/line.ts';
import { jobsOf, workspaceVersions } from '../support/resources.ts';
import { until } from '../support/until.ts';

let azure: Azure;

beforeAll(async () => {
  azure = await startAzure();
});

afterEach(() => azure.clearFaults());
afterAll(() => azure.stop());

/** The training script of the line says `text` in Python before it does anything. */
function trainingSays(line: Line, text: string): void {
  line.repository.edit(
    'src/train.py',
    '    circuit = read_circuit(args.circuit)\n',
    `    ${text}\n    circuit = read_circuit(args.circuit)\n`,
  );
  line.repository.commit('test: change the training script');
}

/** The training script prints a line and then works for a minute. */
const workSlowly = 'print("slow training began", flush=True); __import__("time").sleep(60)';

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('train', () => {
  it('runs the job, registers the model with its origin, and leaves the files of the user alone', async () => {
    const line = createLine(azure);
    const run = await line.run('train', {}, { env: { GITHUB_REF_NAME: 'develop', GITHUB_RUN_ID: '4711' } });
    const commit = line.repository.git('rev-parse', 'HEAD');
    expect(run).toMatchObject({
      code: 0,
      outputs: { status: 'done', 'model-name': line.model, 'model-version': '1', reattached: 'false' },
    });
    expect(JSON.parse(run.outputs['metrics-json'] ?? '')).toMatchObject({
      mae: 2.192435,
      rmse: 2.953307,
      r2: 0.919242,
    });
    expect(run.report).toMatchObject({
      schema: 'switchyard/training-report/v1',
      circuit: line.circuit,
      commit,
      jobStatus: 'Completed',
      model: { name: line.model, version: '1', contentDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
      evaluation: { metrics: { mae: 2.192435 }, data: { rows: 365 } },
    });
    const [version] = await workspaceVersions(line);
    expect(version?.tags).toMatchObject({
      'switchyard.circuit': line.circuit,
      'switchyard.fingerprint': run.outputs.fingerprint,
      'switchyard.job': run.outputs['job-name'],
      'switchyard.run': '4711',
      'switchyard.content-digest': (run.report as { model: { contentDigest: string } }).model.contentDigest,
      branch: 'develop',
      commit,
      cutoff_date: '2014-10-01',
      package_version: '1.0.0',
    });
    expect(run.stdout).toContain('mean absolute error 2.192435');
    expect(run.summary).toContain(line.circuit);
    expect(line.repository.git('status', '--porcelain')).toBe('');
  });

  it('takes the job over when it runs again, and writes nothing', async () => {
    const line = createLine(azure);
    const first = await line.train();
    const { result: second, requests } = await journalOf(azure, () => line.run('train'));
    expect(second).toMatchObject({
      code: 0,
      outputs: { status: 'no-change', reattached: 'true', 'model-version': '1', 'job-name': first.outputs['job-name'] },
    });
    expect(second.report).toMatchObject({ model: (first.report as { model: object }).model });
    expect(writesOf(requests)).toEqual([]);
    expect(await jobsOf(line)).toEqual({ [first.outputs['job-name'] ?? '']: 'Completed' });
    expect(await workspaceVersions(line)).toHaveLength(1);
  });

  it('writes nothing in a dry run and names the job that it would submit', async () => {
    const line = createLine(azure);
    const { result: run, requests } = await journalOf(azure, () => line.run('train', { 'dry-run': 'true' }));
    expect(run).toMatchObject({
      code: 0,
      outputs: { status: 'planned', fingerprint: expect.stringMatching(/^sha256:/) },
    });
    expect(run.outputs['job-name']).toContain(line.circuit);
    expect(requests.filter(({ method, path }) => method !== 'GET' && !path.includes('/oauth2/'))).toEqual([]);
    expect(run.report).toMatchObject({ properties: { jobType: 'Command' } });
    expect(await jobsOf(line)).toEqual({});
  });

  it('trains again when the circuit changes', async () => {
    const line = createLine(azure);
    const first = await line.train();
    line.repository.edit(line.file, 'features: [lags]', 'features: [lags, season]');
    line.repository.commit('feat: season');
    const second = await line.train();
    expect(second.outputs).toMatchObject({ status: 'done', reattached: 'false', 'model-version': '2' });
    expect(second.outputs.fingerprint).not.toBe(first.outputs.fingerprint);
    expect(JSON.parse(second.outputs['metrics-json'] ?? '')).toMatchObject({ mae: 2.058734 });
  });

  it('hands the values of the input "set" to the job, which is then a job of its own', async () => {
    const line = createLine(azure);
    const plain = await line.train();
    const run = await line.run('train', { set: 'environment_variables.SITE=north\nexperiment_name=night shift' });
    expect(run).toMatchObject({ code: 0, outputs: { status: 'done', reattached: 'false' } });
    expect(run.outputs['job-name']).not.toBe(plain.outputs['job-name']);
    // A release looks models up by the fingerprint of its commit, and must not find this one.
    expect(run.outputs.fingerprint).not.toBe(plain.outputs.fingerprint);
    const { body } = await azure.call('GET', `${workspacePath('dev')}/jobs/${run.outputs['job-name']}`);
    expect(body).toMatchObject({
      properties: { environmentVariables: { SITE: 'north' }, experimentName: 'night shift' },
    });
  });

  it('goes on waiting when the service answers 500 in between', async () => {
    const line = createLine(azure);
    await azure.fault({ method: 'GET', path: `/jobs/${line.circuit}`, status: 500, skip: 1, count: 1 });
    expect(await line.run('train')).toMatchObject({ code: 0, outputs: { status: 'done' } });
  });
});

describe('train, when the job does not complete', () => {
  it('shows the log of a failed job and registers nothing; the next attempt has a name of its own', async () => {
    const line = createLine(azure);
    line.repository.write('src/calibration.py', 'raise RuntimeError("sensor 7 is offline")\n');
    trainingSays(line, 'import calibration');
    const failed = await line.run('train');
    expect(failed).toMatchObject({ code: 1, outputs: { status: 'error' } });
    expect(failed.stdout).toMatch(/::error::.*JOB_FAILED/);
    expect(failed.stdout).toContain('RuntimeError: sensor 7 is offline');
    expect(await workspaceVersions(line)).toEqual([]);
    const [name = ''] = Object.keys(await jobsOf(line));

    line.repository.write('src/calibration.py', 'offset = 0\n');
    line.repository.commit('fix: calibrate');
    const retried = await line.run('train');
    expect(retried).toMatchObject({
      code: 0,
      outputs: { status: 'done', 'job-name': `${name}-r2`, 'model-version': '1' },
    });
    expect(await jobsOf(line)).toEqual({ [name]: 'Failed', [`${name}-r2`]: 'Completed' });
  });

  it('says that somebody else cancelled the job', async () => {
    const line = createLine(azure);
    const begun = join(mkdtempSync(join(tmpdir(), 'train-')), 'begun');
    trainingSays(line, `open("${begun}", "w").close(); ${workSlowly}`);
    const running = line.run('train');
    await until('the training script to begin', async () => existsSync(begun));
    const [name = ''] = Object.keys(await jobsOf(line));
    await azure.call('POST', `${workspacePath('dev')}/jobs/${name}/cancel`);
    const run = await running;
    expect(run).toMatchObject({ code: 1, outputs: { status: 'error' } });
    expect(run.stdout).toMatch(/::error::.*JOB_CANCELED/);
    expect(await workspaceVersions(line)).toEqual([]);
  });

  it('cancels its job when it is interrupted, and ends with 130', async () => {
    const line = createLine(azure);
    trainingSays(line, workSlowly);
    const run = await line.run('train', {}, { interrupt: { on: 'slow training began', signal: 'SIGINT' } });
    expect(run).toMatchObject({ code: 130, outputs: { status: 'cancelled' } });
    expect(run.stdout).toContain('RUN_CANCELLED');
    await until('the job to be cancelled', async () => Object.values(await jobsOf(line))[0] === 'Canceled');
  });

  it('takes a job over that still runs when the run that submitted it was killed', async () => {
    const line = createLine(azure);
    trainingSays(line, 'print("slow training began", flush=True); __import__("time").sleep(2)');
    const killed = await line.run('train', {}, { interrupt: { on: 'slow training began', signal: 'SIGKILL' } });
    expect(killed.code).toBeNull();
    const run = await line.run('train');
    expect(run).toMatchObject({ code: 0, outputs: { status: 'done', reattached: 'true', 'model-version': '1' } });
    expect(Object.values(await jobsOf(line))).toEqual(['Completed']);
  });

  it('refuses a model without an evaluation', async () => {
    const line = createLine(azure);
    line.repository.edit('src/train.py', '    save_evaluation(evaluation, args.model_output)\n', '');
    line.repository.commit('test: no evaluation');
    const run = await line.run('train');
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/TRAIN_NO_EVALUATION.*evaluation\.json/);
    expect(await workspaceVersions(line)).toEqual([]);
  });

  it('refuses an evaluation with NaN, which is not JSON', async () => {
    const line = createLine(azure);
    line.repository.edit(
      'src/train.py',
      '    save_evaluation(evaluation, args.model_output)\n',
      '    open(os.path.join(args.model_output, "evaluation.json"), "w").write(\'{"metrics": {"mae": NaN}}\')\n',
    );
    line.repository.commit('test: NaN');
    const run = await line.run('train');
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/DOCUMENT_NOT_JSON.*evaluation\.json/);
    expect(await workspaceVersions(line)).toEqual([]);
  });
});

describe('train refuses', () => {
  let line: Line;

  beforeAll(() => {
    line = createLine(azure);
  });

  it('to train in production, before it asks Azure anything', async () => {
    const { result: run, requests } = await journalOf(azure, () => line.run('train', { environment: 'production' }));
    expect(run).toMatchObject({ code: 3, outputs: { status: 'rejected' } });
    expect(run.stdout).toMatch(/POLICY_TRAINING_FORBIDDEN.*"production".*"dev"/);
    expect(requests).toEqual([]);
  });

  it('to go on without the right to submit, naming the right', async () => {
    const action = 'Microsoft.MachineLearningServices/workspaces/jobs/write';
    const message = `The client 'c1' with object id 'c1' does not have authorization to perform action '${action}' over scope '${workspacePath('dev')}/jobs/x' or the scope is invalid.`;
    await azure.fault({
      method: 'PUT',
      path: `/jobs/${line.circuit}`,
      status: 403,
      body: { error: { code: 'AuthorizationFailed', message } },
    });
    const run = await line.run('train');
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/AZUREML_FORBIDDEN.*submit job.*AzureML Data Scientist/);
    expect(await jobsOf(line)).toEqual({});
  });

  it('a workspace that is not there', async () => {
    const run = await line.run('train', { 'workspace-name': 'mlw-nowhere' });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/WORKSPACE_NOT_FOUND.*mlw-nowhere/);
  });

  it('to sign in without credentials, naming the inputs that would help', async () => {
    const run = await line.run(
      'train',
      {},
      { env: { AZURE_TENANT_ID: '', AZURE_CLIENT_ID: '', AZURE_CLIENT_SECRET: '' } },
    );
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/AZURE_NO_CREDENTIALS.*"tenant-id".*"client-id".*id-token: write/);
  });

  it('to start without a subscription', async () => {
    const run = await line.run('train', {}, { env: { AZURE_SUBSCRIPTION_ID: '' } });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/AZURE_NO_SUBSCRIPTION.*subscription-id/);
  });

  it('a wrong secret, with the words of the identity service and without the secret', async () => {
    const run = await line.run('train', {}, { env: { AZURE_CLIENT_SECRET: 'not-the-secret' } });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/AZURE_LOGIN_FAILED.*AADSTS7000215/);
    expect(run.stdout.replace(/^::add-mask::.*$/gm, '')).not.toContain('not-the-secret');
  });

  it('a cloud that does not answer', async () => {
    const env = {
      ARM_CLOUD_METADATA_URL: `https://127.0.0.1:${await closedPort()}/metadata/endpoints?api-version=2022-09-01`,
    };
    const run = await line.run('train', {}, { env });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/CLOUD_METADATA_UNREACHABLE.*127\.0\.0\.1/);
  });

  it('several bad inputs at once, each by its name', async () => {
    const run = await line.run('train', { circuit: '', 'timeout-minutes': 'ten', 'dry-run': 'maybe' });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/::error::INPUT_MISSING: .*"circuit"/);
    expect(run.stdout).toMatch(/::error::INPUT_INVALID: .*"timeout-minutes" is "ten".*whole number/);
    expect(run.stdout).toMatch(/::error::INPUT_INVALID: .*"dry-run" is "maybe"/);
    expect(run.summary).toContain('timeout-minutes');
  });

  it('an unknown circuit and an unknown environment', async () => {
    expect((await line.run('train', { circuit: 'PLANT009_CIRCUIT09' })).stdout).toContain('CIRCUIT_UNKNOWN');
    expect((await line.run('train', { environment: 'staging' })).stdout).toMatch(
      /CONFIG_ENVIRONMENT_UNKNOWN.*dev, test, production/,
    );
  });

  it('a mistake in train.yml, as an annotation at its place', async () => {
    const other = createLine(azure);
    other.repository.edit('azureml/train.yml', 'type: uri_file', 'type: uri_fil');
    const run = await other.run('train');
    expect(run.code).toBe(1);
    const row = other.repository.read('azureml/train.yml').split('\n').indexOf('    type: uri_fil') + 1;
    expect(run.stdout).toMatch(new RegExp(`::error file=azureml/train\\.yml,line=${row},col=11::.*uri_fil`));
  });
});
