import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Azure, registryPath, startAzure, workspacePath } from '../support/azure.ts';
import type { BundleRun } from '../support/bundle.ts';
import { changedCopy, reportFile } from '../support/documents.ts';
import { journalOf, writesOf } from '../support/journal.ts';
import { createLine, type Line } from '../support/line.ts';
import { registryVersions, workspaceVersions } from '../support/resources.ts';

let azure: Azure;

beforeAll(async () => {
  azure = await startAzure();
});

afterEach(() => azure.clearFaults());
afterAll(() => azure.stop());

/** A line whose first version is trained and judged. */
async function judged(): Promise<{ line: Line; training: BundleRun; verdict: BundleRun; promote: Promote }> {
  const line = createLine(azure);
  const training = await line.train();
  const verdict = await line.gate(training);
  const reports = { 'training-report': reportFile(training), verdict: reportFile(verdict) };
  return {
    line,
    training,
    verdict,
    promote: (inputs = {}, options = {}) => line.run('promote-to-registry', { ...reports, ...inputs }, options),
  };
}

type Promote = (inputs?: Record<string, string>, options?: Parameters<Line['run']>[2]) => Promise<BundleRun>;

function digestOf(training: BundleRun): string {
  return (training.report as { model: { contentDigest: string } }).model.contentDigest;
}

const publishes = (writes: readonly string[]) => writes.filter((write) => /models\/.*\/publish$/.test(write));

describe('promote-to-registry', () => {
  it('copies the judged model with its environment, and proves that the content is the same', async () => {
    const { line, training, promote } = await judged();
    const run = await promote({}, { env: { GITHUB_REF_NAME: 'develop', GITHUB_RUN_ID: '4712' } });
    expect(run).toMatchObject({
      code: 0,
      outputs: {
        status: 'done',
        'model-name': line.model,
        'model-version': '1',
        'registry-model-version': '1',
        'content-digest': digestOf(training),
      },
      report: {
        schema: 'switchyard/promotion/v1',
        copied: true,
        environment: { name: 'sensor-forecasting', version: '1.0.0' },
      },
    });
    const { verdictDigest } = run.report as { verdictDigest: string };
    expect(await registryVersions(line)).toEqual([
      {
        name: '1',
        tags: expect.objectContaining({
          'registry-ready': 'true',
          'switchyard.circuit': line.circuit,
          'switchyard.fingerprint': training.outputs.fingerprint,
          'switchyard.content-digest': digestOf(training),
          'switchyard.verdict-digest': verdictDigest,
          'switchyard.job': training.outputs['job-name'],
          'switchyard.run': '4712',
          branch: 'develop',
          commit: line.repository.git('rev-parse', 'HEAD'),
          comparison_run: training.outputs['job-name'],
          cutoff_date: '2014-10-01',
          package_version: '1.0.0',
          'metric.mae': '2.192435',
        }),
      },
    ]);
    expect(await workspaceVersions(line)).toMatchObject([{ name: '1', tags: { 'registry-ready': 'true' } }]);
    const environment = await azure.call('GET', `${registryPath}/environments/sensor-forecasting/versions/1.0.0`);
    expect(environment.status).toBe(200);
    expect(run.stdout).toContain(`Registry content equals what was judged: ${digestOf(training)}`);
    expect(run.summary).toContain(line.model);
  });

  it('changes nothing when it runs again', async () => {
    const { line, promote } = await judged();
    await promote();
    const { result: run, requests } = await journalOf(azure, () => promote());
    expect(run).toMatchObject({
      code: 0,
      outputs: { status: 'no-change', 'registry-model-version': '1' },
      report: { copied: false },
    });
    expect(publishes(writesOf(requests))).toEqual([]);
    expect(await registryVersions(line)).toHaveLength(1);
  });

  it('writes nothing in a dry run', async () => {
    const { line, promote } = await judged();
    const { result: run, requests } = await journalOf(azure, () => promote({ 'dry-run': 'true' }));
    expect(run).toMatchObject({ code: 0, outputs: { status: 'planned', 'model-version': '1' } });
    expect(run.summary).toContain(`would copy ${line.model}:1`);
    expect(writesOf(requests)).toEqual([]);
    expect(await registryVersions(line)).toEqual([]);
  });

  it('asks again when the service is busy and does not say for how long', async () => {
    const { line, promote } = await judged();
    await azure.fault({ method: 'POST', path: `/models/${line.model}/versions/1/publish`, status: 429, count: 2 });
    expect(await promote()).toMatchObject({ code: 0, outputs: { status: 'done' } });
    expect(await registryVersions(line)).toHaveLength(1);
  });

  it('reaches the same end when it was killed after the copy and runs again', async () => {
    const { line, training, promote } = await judged();
    const killed = await promote({}, { interrupt: { on: 'Registry content equals', signal: 'SIGKILL' } });
    expect(killed.code).toBeNull();
    const { result: run, requests } = await journalOf(azure, () => promote());
    expect(run).toMatchObject({
      code: 0,
      outputs: { 'registry-model-version': '1', 'content-digest': digestOf(training) },
    });
    expect(publishes(writesOf(requests))).toEqual([]);
    expect(await registryVersions(line)).toMatchObject([
      { name: '1', tags: { 'registry-ready': 'true', 'metric.mae': '2.192435' } },
    ]);
  });

  it('reaches the same end when it was killed as the copy began', async () => {
    const { line, promote } = await judged();
    const killed = await promote({}, { interrupt: { on: `Copying ${line.model}`, signal: 'SIGKILL' } });
    expect(killed.code).toBeNull();
    expect(await promote()).toMatchObject({ code: 0, outputs: { 'registry-model-version': '1' } });
    expect(await registryVersions(line)).toMatchObject([{ name: '1', tags: { 'registry-ready': 'true' } }]);
  });
});

describe('promote-to-registry refuses', () => {
  /** Judged and never promoted: no test here may get it into the registry. */
  let shared: Awaited<ReturnType<typeof judged>>;

  beforeAll(async () => {
    shared = await judged();
  });

  it.each(['fail', 'inconclusive', 'error'])(
    'a model whose verdict is %s, and leaves the registry alone',
    async (word) => {
      const { line, verdict, promote } = shared;
      const other = changedCopy<{ verdict: string }>(reportFile(verdict), (document) => {
        document.verdict = word;
      });
      const { result: run, requests } = await journalOf(azure, () => promote({ verdict: other }));
      expect(run).toMatchObject({ code: 3, outputs: { status: 'rejected' } });
      expect(run.stdout).toMatch(new RegExp(`POLICY_VERDICT_NOT_PASSING.*"${word}"`));
      expect(requests).toEqual([]);
      expect(await registryVersions(line)).toEqual([]);
    },
  );

  interface Report {
    circuit: string;
    fingerprint: string;
    model: { version: string; contentDigest: string };
  }
  const changes: [string, (report: Report) => void][] = [
    [
      'version',
      (report) => {
        report.model.version = '2';
      },
    ],
    [
      'content digest',
      (report) => {
        report.model.contentDigest = `sha256:${'0'.repeat(64)}`;
      },
    ],
    [
      'fingerprint',
      (report) => {
        report.fingerprint = `sha256:${'0'.repeat(64)}`;
      },
    ],
    [
      'circuit',
      (report) => {
        report.circuit = 'PLANT001_CIRCUIT02';
      },
    ],
  ];
  it.each(changes)('a training report whose %s the verdict does not have', async (what, change) => {
    const { line, training, promote } = shared;
    const run = await promote({ 'training-report': changedCopy(reportFile(training), change) });
    expect(run).toMatchObject({ code: 1, outputs: { status: 'error' } });
    expect(run.stdout).toMatch(new RegExp(`PROMOTE_WRONG_EVIDENCE.*${what}`));
    expect(await registryVersions(line)).toEqual([]);
  });

  it('evidence that agrees with itself but not with the model in the workspace', async () => {
    const { line, training, verdict, promote } = shared;
    const contentDigest = `sha256:${'0'.repeat(64)}`;
    const run = await promote({
      'training-report': changedCopy<{ model: { contentDigest: string } }>(reportFile(training), ({ model }) =>
        Object.assign(model, { contentDigest }),
      ),
      verdict: changedCopy<{ challenger: object }>(reportFile(verdict), ({ challenger }) =>
        Object.assign(challenger, { contentDigest }),
      ),
    });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/PROMOTE_SOURCE_CHANGED/);
    expect(await registryVersions(line)).toEqual([]);
  });

  it('a registry version with other content, and does not touch it', async () => {
    const { line, promote } = await judged();
    const other = createLine(azure, 'PLANT002_CIRCUIT02');
    await other.train();
    const body = { registryName: 'sensors', destinationName: line.model, destinationVersion: '1' };
    const path = `${workspacePath('dev')}/models/${other.model}/versions/1/publish`;
    expect((await azure.call('POST', path, body)).status).toBe(202);
    const run = await promoteWhenThere();
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/REGISTRY_CONTENT_DIFFERS.*nothing was overwritten/);
    const [version] = await registryVersions(line);
    expect(version?.tags).not.toHaveProperty('registry-ready');

    async function promoteWhenThere(): Promise<BundleRun> {
      while ((await registryVersions(line)).length === 0);
      return promote();
    }
  });

  it('to go on without the right to publish', async () => {
    const { line, promote } = shared;
    const action = 'Microsoft.MachineLearningServices/registries/assets/write';
    const message = `The client 'c1' with object id 'c1' does not have authorization to perform action '${action}' over scope '${registryPath}' or the scope is invalid.`;
    await azure.fault({
      method: 'POST',
      path: `/models/${line.model}/versions/1/publish`,
      status: 403,
      body: { error: { code: 'AuthorizationFailed', message } },
    });
    const run = await promote();
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/AZUREML_FORBIDDEN.*publish model.*AzureML Registry User/);
    expect(await registryVersions(line)).toEqual([]);
  });

  it('to report success when the copy failed behind the service', async () => {
    const { line, promote } = shared;
    await azure.fault({
      method: 'POST',
      path: `/models/${line.model}/versions/1/publish`,
      failOperation: { code: 'CopyFailed', message: 'the storage account is full' },
    });
    const run = await promote();
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('the storage account is full');
    expect(await registryVersions(line)).toEqual([]);
  });
});
