import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Azure, startAzure } from '../support/azure.ts';
import type { BundleRun } from '../support/bundle.ts';
import { changedCopy, reportFile } from '../support/documents.ts';
import { journalOf, writesOf } from '../support/journal.ts';
import { createLine, type Line } from '../support/line.ts';
import { jobsOf } from '../support/resources.ts';

/** The parts of a training report that tests change. */
interface Report {
  circuit: string;
  model: { contentDigest: string };
  evaluation: { metrics: Record<string, number | null> };
}

let azure: Azure;
/** Its first version is in the registry; its second, with mae 2.058734 against 2.192435, is trained. */
let line: Line;
let first: { training: BundleRun; verdict: BundleRun };
let better: BundleRun;

beforeAll(async () => {
  azure = await startAzure();
  line = createLine(azure);
  const training = await line.train();
  first = { training, verdict: await line.gate(training) };
  await line.promote(training, first.verdict);
  line.repository.edit(line.file, 'features: [lags]', 'features: [lags, season]');
  line.repository.commit('feat: season');
  better = await line.train();
});

afterAll(() => azure.stop());

function gate(report: string, inputs: Record<string, string> = {}): Promise<BundleRun> {
  return line.run('compare-gate', { 'training-report': report, ...inputs });
}

/** Gates the better model after its report was changed. */
function gateChanged(change: (report: Report) => void, inputs: Record<string, string> = {}): Promise<BundleRun> {
  return gate(changedCopy<Report>(reportFile(better), change), inputs);
}

describe('compare-gate', () => {
  it('calls a model without a champion a first model, and lets it go on', () => {
    expect(first.verdict).toMatchObject({
      code: 0,
      outputs: { status: 'done', decision: 'first-model', 'champion-version': '', 'model-version': '1' },
      report: { schema: 'switchyard/verdict/v1', verdict: 'first-model', champion: null, profile: 'dev' },
    });
  });

  it('passes a better model, with the numbers of both, and writes nothing to Azure', async () => {
    const { result: run, requests } = await journalOf(azure, () => gate(reportFile(better)));
    expect(run).toMatchObject({
      code: 0,
      outputs: { status: 'done', decision: 'pass', 'champion-version': '1', 'model-version': '2' },
      report: { verdict: 'pass', rescored: false, champion: { model: line.model, version: '1', source: 'registry' } },
    });
    const { rules } = run.report as { rules: object[] };
    expect(rules).toContainEqual(
      expect.objectContaining({
        metric: 'mae',
        rule: 'max-relative-loss',
        champion: 2.192435,
        challenger: 2.058734,
        verdict: 'pass',
      }),
    );
    expect(run.summary).toContain('2.0587');
    expect(writesOf(requests)).toEqual([]);
  });

  it('passes the champion itself, without a comparison', async () => {
    const run = await gate(reportFile(first.training));
    expect(run).toMatchObject({ code: 0, outputs: { decision: 'pass', 'champion-version': '1' } });
    expect(run.outputs['reasons-json']).toContain('same content');
  });

  it('rejects a worse model with exit code 3 and says by how much', async () => {
    const other = createLine(azure, 'PLANT002_CIRCUIT02');
    await other.release();
    other.repository.edit(other.file, 'training_days: 730', 'training_days: 120');
    other.repository.commit('feat: four months only');
    const worse = await other.train();
    const run = await other.run('compare-gate', { 'training-report': reportFile(worse) });
    expect(run).toMatchObject({
      code: 3,
      outputs: { status: 'rejected', decision: 'fail', 'champion-version': '1', 'model-version': '2' },
    });
    const reasons = JSON.parse(run.outputs['reasons-json'] ?? '[]') as string[];
    expect(reasons.join()).toMatch(/mae.*4\.05.*2\.13/);
    expect(run.stdout).toMatch(/::error::.*fail/);
    expect(run.report).toMatchObject({ verdict: 'fail', challenger: { version: '2' } });
  });

  it('applies the rules of the environment', async () => {
    const slightlyWorse = (report: Report) => {
      report.evaluation.metrics.mae = 2.192435 * 1.005;
    };
    expect(await gateChanged(slightlyWorse)).toMatchObject({ code: 0, outputs: { decision: 'pass' } });
    expect(await gateChanged(slightlyWorse, { environment: 'production' })).toMatchObject({
      code: 3,
      outputs: { decision: 'fail' },
      report: { profile: 'production' },
    });
  });

  it('holds a model that was judged on too few rows, with exit code 4', async () => {
    line.repository.edit('switchyard.yml', 'min-rows: 100', 'min-rows: 1000');
    const run = await gate(reportFile(better));
    line.repository.edit('switchyard.yml', 'min-rows: 1000', 'min-rows: 100');
    expect(run).toMatchObject({ code: 4, outputs: { status: 'held', decision: 'inconclusive' } });
    expect(run.outputs['reasons-json']).toContain('365 rows');
  });
});

describe('compare-gate never passes', () => {
  it('a model without a required metric, and names the metric', async () => {
    const run = await gateChanged((report) => {
      delete report.evaluation.metrics.mae;
    });
    expect(run).toMatchObject({ code: 3, outputs: { status: 'rejected', decision: 'fail' } });
    expect(run.outputs['reasons-json']).toContain('mae is required and missing');
  });

  it('a model whose metric is null', async () => {
    const run = await gateChanged((report) => {
      report.evaluation.metrics.mae = null;
    });
    expect(run).toMatchObject({ code: 1, outputs: { status: 'error', decision: 'error' } });
    expect(run.outputs['reasons-json']).toContain('never a pass');
  });

  it('a guardrail that is broken, however good the primary metric is', async () => {
    const run = await gateChanged((report) => {
      report.evaluation.metrics.r2 = -0.1;
    });
    expect(run).toMatchObject({ code: 3, outputs: { decision: 'fail' } });
    expect(run.outputs['reasons-json']).toContain('r2');
  });
});

describe('compare-gate, when the holdout moved', () => {
  /** A line with a champion of the old holdout and a challenger of the new one. */
  async function movedHoldout(): Promise<{ moved: Line; challenger: BundleRun }> {
    const moved = createLine(azure);
    await moved.release();
    moved.repository.edit(moved.file, 'cutoff_date: 2014-10-01', 'cutoff_date: 2015-01-01');
    moved.repository.commit('feat: newer holdout');
    return { moved, challenger: await moved.train() };
  }

  it('scores the champion again on the new holdout, once', async () => {
    const { moved, challenger } = await movedHoldout();
    const report = { 'training-report': reportFile(challenger) };
    const planned = await moved.run('compare-gate', { ...report, 'dry-run': 'true' });
    expect(planned).toMatchObject({ code: 0, outputs: { status: 'planned', 'champion-version': '1' } });
    expect(Object.keys(await jobsOf(moved))).toHaveLength(2);

    const run = await moved.run('compare-gate', report);
    expect(run).toMatchObject({ code: 0, outputs: { decision: 'pass' }, report: { rescored: true } });
    const { rules } = run.report as { rules: object[] };
    expect(rules).toContainEqual(expect.objectContaining({ metric: 'mae', champion: 2.240913, challenger: 2.238407 }));
    const evaluations = async () =>
      Object.entries(await jobsOf(moved)).filter(([name]) => name.includes('-champion-1-'));
    expect(await evaluations()).toEqual([[expect.any(String), 'Completed']]);

    expect(await moved.run('compare-gate', report)).toMatchObject({ code: 0, outputs: { decision: 'pass' } });
    expect(await evaluations()).toHaveLength(1);
  });

  it('gives no verdict when scoring the champion again fails, and tries again with a new job', async () => {
    const { moved, challenger } = await movedHoldout();
    const report = { 'training-report': reportFile(challenger) };
    moved.repository.edit(
      'src/evaluate.py',
      '    circuit = read_circuit(args.circuit)\n',
      '    raise SystemExit("no holdout today")\n',
    );
    const failed = await moved.run('compare-gate', report);
    expect(failed).toMatchObject({ code: 1, outputs: { status: 'error' } });
    expect(failed.stdout).toMatch(/JOB_FAILED/);
    expect(failed.stdout).toContain('no holdout today');
    expect(failed.outputs).not.toHaveProperty('decision');

    moved.repository.git('checkout', '--quiet', 'src/evaluate.py');
    expect(await moved.run('compare-gate', report)).toMatchObject({ code: 0, report: { rescored: true } });
  });
});

describe('compare-gate refuses', () => {
  it('the report of another circuit', async () => {
    const run = await gateChanged((report) => {
      report.circuit = 'PLANT001_CIRCUIT02';
    });
    expect(run).toMatchObject({ code: 1, outputs: { status: 'error' } });
    expect(run.stdout).toMatch(/GATE_WRONG_REPORT.*PLANT001_CIRCUIT02/);
  });

  it('a report that is not JSON, such as one with NaN', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'report-')), 'report.json');
    writeFileSync(file, '{"schema": "switchyard/training-report/v1", "metrics": {"mae": NaN}}');
    const run = await gate(file);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('DOCUMENT_NOT_JSON');
  });

  it('another document than a training report', async () => {
    const run = await gate(reportFile(first.verdict));
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/DOCUMENT_INVALID.*switchyard\/training-report\/v1/);
  });

  it('a report that is not there', async () => {
    const run = await gate('nowhere.json');
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/FILE_NOT_FOUND.*nowhere\.json/);
  });
});
