import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type BundleRun, runBundle } from '../support/bundle.ts';
import { createSampleRepository, type SampleRepository } from '../support/sample-repository.ts';

const all = [
  'PLANT001_CIRCUIT01',
  'PLANT001_CIRCUIT02',
  'PLANT002_CIRCUIT01',
  'PLANT002_CIRCUIT02',
  'PLANT003_CIRCUIT01',
];
const circuitFile = 'config/circuits/PLANT001/CIRCUIT01.yml';

let repository: SampleRepository;

beforeEach(() => {
  repository = createSampleRepository();
});

/** Runs the action for a push event with the given `before`. */
function detectPush(
  before: string,
  inputs: Record<string, string> = {},
  workspace = repository.folder,
): Promise<BundleRun> {
  const event = join(mkdtempSync(join(tmpdir(), 'event-')), 'event.json');
  writeFileSync(event, JSON.stringify({ before, ref: 'refs/heads/develop' }));
  return runBundle('detect-changed-circuits', {
    inputs,
    workspace,
    env: { GITHUB_EVENT_PATH: event, GITHUB_EVENT_NAME: 'push' },
  });
}

function detected(run: BundleRun): string[] {
  return JSON.parse(run.outputs['changed-circuits-json'] ?? 'null') as string[];
}

describe('detect-changed-circuits', () => {
  it('takes every circuit at the first push of a branch', async () => {
    const run = await detectPush('0'.repeat(40));
    expect(run).toMatchObject({ code: 0, outputs: { status: 'done', 'any-changed': 'true', count: '5' } });
    expect(detected(run)).toEqual(all);
    expect(JSON.parse(run.outputs['reasons-json'] ?? '')).toMatchObject({ PLANT001_CIRCUIT01: ['new-circuit'] });
  });

  it('finds exactly the circuit whose config changed', async () => {
    const before = repository.git('rev-parse', 'HEAD');
    repository.edit(circuitFile, 'features: [lags]', 'features: [lags, season]');
    const head = repository.commit('feat: season');
    const run = await detectPush(before);
    expect(detected(run)).toEqual(['PLANT001_CIRCUIT01']);
    expect(run.outputs).toMatchObject({ base: before, head, count: '1' });
    expect(run.report).toMatchObject({
      schema: 'switchyard/changed-circuits/v1',
      source: 'git-diff',
      circuits: [{ circuit: 'PLANT001_CIRCUIT01', reasons: ['circuit-config'], paths: [circuitFile] }],
    });
    expect(run.summary).toContain('PLANT001_CIRCUIT01');
  });

  it('finds the circuit whose data changed', async () => {
    const before = repository.git('rev-parse', 'HEAD');
    repository.write(
      'data/PLANT002_CIRCUIT01.csv',
      `${repository.read('data/PLANT002_CIRCUIT01.csv')}2016-01-01,1.0\n`,
    );
    repository.commit('data: one more day');
    const run = await detectPush(before);
    expect(JSON.parse(run.outputs['reasons-json'] ?? '')).toEqual({ PLANT002_CIRCUIT01: ['circuit-data'] });
  });

  it('takes every circuit when shared code changes', async () => {
    const before = repository.git('rev-parse', 'HEAD');
    repository.write('src/forecasting/extra.py', '# nothing yet\n');
    repository.commit('feat: shared');
    expect(detected(await detectPush(before))).toEqual(all);
  });

  it('takes every circuit when the environment version changes', async () => {
    const before = repository.git('rev-parse', 'HEAD');
    repository.edit('config/environment.yaml', 'version: 1.0.0', 'version: 1.1.0');
    repository.commit('build: environment 1.1.0');
    const run = await detectPush(before);
    expect(JSON.parse(run.outputs['reasons-json'] ?? '')).toMatchObject({ PLANT003_CIRCUIT01: ['environment-change'] });
    expect(detected(run)).toEqual(all);
  });

  it('finds nothing when only a document changed, and says so', async () => {
    const before = repository.git('rev-parse', 'HEAD');
    repository.write('README.md', 'changed\n');
    repository.commit('docs: readme');
    const run = await detectPush(before);
    expect(run).toMatchObject({
      code: 0,
      outputs: { 'any-changed': 'false', count: '0', 'changed-circuits-json': '[]' },
    });
  });

  it('lists a removed circuit as removed and does not train it', async () => {
    const before = repository.git('rev-parse', 'HEAD');
    repository.git('rm', '--quiet', circuitFile);
    repository.commit('feat!: drop a circuit');
    const run = await detectPush(before);
    expect(detected(run)).toEqual([]);
    expect(run.report).toMatchObject({ removed: ['PLANT001_CIRCUIT01'] });
  });

  it('fetches the base commit into a shallow clone', async () => {
    const before = repository.git('rev-parse', 'HEAD');
    repository.edit(circuitFile, 'features: [lags]', 'features: [lags, season]');
    repository.commit('feat: season');
    const clone = join(mkdtempSync(join(tmpdir(), 'clone-')), 'clone');
    execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${repository.folder}`, clone]);
    const run = await detectPush(before, {}, clone);
    expect({ code: run.code, detected: detected(run) }).toEqual({ code: 0, detected: ['PLANT001_CIRCUIT01'] });
  });

  it('selects requested circuits whatever changed', async () => {
    const run = await detectPush('0'.repeat(40), { circuits: 'PLANT002_CIRCUIT01, PLANT003_CIRCUIT01' });
    expect(detected(run)).toEqual(['PLANT002_CIRCUIT01', 'PLANT003_CIRCUIT01']);
    expect(detected(await detectPush('0'.repeat(40), { circuits: 'ALL' }))).toEqual(all);
  });
});

describe('detect-changed-circuits refuses', () => {
  it('an unknown circuit, naming the nearest one', async () => {
    const run = await detectPush('0'.repeat(40), { circuits: 'PLANT001_CIRCUIT1' });
    expect(run).toMatchObject({ code: 1, outputs: { status: 'error' } });
    expect(run.stdout).toMatch(/CIRCUIT_UNKNOWN: .*PLANT001_CIRCUIT1.*PLANT001_CIRCUIT01/);
  });

  it('a run without an event and without a base', async () => {
    const run = await runBundle('detect-changed-circuits', { workspace: repository.folder });
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('DETECT_NO_BASE');
  });

  it('a missing configuration, with the next step', async () => {
    const run = await detectPush('0'.repeat(40), { config: 'nowhere.yml' });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/FILE_NOT_FOUND: there is no file "nowhere.yml".*actions\/checkout/);
    expect(run.summary).toContain('FILE_NOT_FOUND');
  });

  it('a mistake in switchyard.yml, as an annotation at its place', async () => {
    repository.edit('switchyard.yml', 'strategy: gitflow', 'strategi: gitflow');
    const run = await detectPush('0'.repeat(40));
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/::error file=switchyard\.yml,line=\d+,col=1::.*strategi/);
  });

  it('YAML that cannot be read, with line and column', async () => {
    repository.write(circuitFile, 'plant_id: [unclosed\n');
    const run = await detectPush('0'.repeat(40));
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/::error file=config\/circuits\/PLANT001\/CIRCUIT01\.yml,line=\d+,col=\d+::/);
  });

  it('two files for one circuit, naming both', async () => {
    repository.write('config/circuits/PLANT001/COPY.yml', repository.read(circuitFile));
    repository.commit('feat: copy');
    const run = await detectPush('0'.repeat(40));
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('CIRCUIT_DUPLICATE');
  });

  it('a folder that is no Git repository', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'no-git-'));
    writeFileSync(join(folder, 'switchyard.yml'), repository.read('switchyard.yml'));
    const run = await detectPush('0'.repeat(40), {}, folder);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('GIT_NOT_A_REPOSITORY');
  });
});

describe('a circuit file that could not be read at the base', () => {
  it('counts as new when it is corrected', async () => {
    const good = repository.read(circuitFile);
    repository.write(circuitFile, 'plant_id: [unclosed\n');
    const before = repository.commit('feat: broken');
    repository.write(circuitFile, good);
    repository.commit('fix: mend');
    const run = await detectPush(before);
    expect({ code: run.code, detected: detected(run) }).toEqual({ code: 0, detected: ['PLANT001_CIRCUIT01'] });
  });
});
