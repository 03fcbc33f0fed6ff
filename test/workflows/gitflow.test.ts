import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Azure, registryPath, startAzure, workspacePath } from '../support/azure.ts';
import { createSampleRepository, type SampleRepository } from '../support/sample-repository.ts';
import { addWorkflows, runWorkflowFile, type WorkflowOptions, type WorkflowRun } from '../support/workflow.ts';

const circuit = 'PLANT001_CIRCUIT01';
const model = 'plant001-circuit01';
const circuitFile = 'config/circuits/PLANT001/CIRCUIT01.yml';
const approvals = {
  'registry-approval': 'ml-lead',
  'test-approval': 'qa-lead',
  'production-approval': 'platform-lead',
};

let azure: Azure;
let repository: SampleRepository;

beforeAll(async () => {
  azure = await startAzure();
  repository = createSampleRepository();
  // One circuit is enough to see every job of the line.
  for (const path of ['PLANT001/CIRCUIT02.yml', 'PLANT002', 'PLANT003'])
    repository.git('rm', '-r', '--quiet', `config/circuits/${path}`);
  addWorkflows(repository, 'workflows-examples/gitflow');
});

afterAll(() => azure.stop());

function push(branch: string, file: string, options: Partial<WorkflowOptions> = {}): Promise<WorkflowRun> {
  return runWorkflowFile(azure, repository, file, {
    ref: `refs/heads/${branch}`,
    reviewers: approvals,
    approvals,
    ...options,
  });
}

function results(run: WorkflowRun): Record<string, string> {
  return Object.fromEntries(run.jobs.map(({ id, result }) => [id, result]));
}

async function versions(): Promise<string[]> {
  const { status, body } = await azure.call('GET', `${registryPath}/models/${model}/versions`);
  return status === 404
    ? []
    : (body as { value: { name: string }[] }).value.map(({ name }) => name).toSorted((a, b) => Number(a) - Number(b));
}

async function traffic(environment: 'test' | 'prod', endpoint: string): Promise<unknown> {
  const { body } = await azure.call('GET', `${workspacePath(environment)}/onlineEndpoints/${endpoint}`);
  return (body as { properties?: { traffic?: unknown } }).properties?.traffic;
}

// The tests tell one history and follow each other.
describe('the gitflow workflows', () => {
  it('train and judge on develop, and promote nothing while nobody approves', async () => {
    repository.edit(circuitFile, 'ridge: 1.0', 'ridge: 1.1');
    repository.commit('perf: ridge');
    const run = await push('develop', 'develop.yml', { approvals: {} });
    expect(run.conclusion).toBe('failure');
    expect(results(run)).toEqual({
      'line / detect': 'success',
      [`line / train (${circuit})`]: 'success',
      'line / approve': 'failure',
      'line / promote': 'skipped',
    });
    expect(await versions()).toEqual([]);
  });

  it('name who approved the promotion', async () => {
    repository.edit(circuitFile, 'ridge: 1.1', 'ridge: 0.9');
    repository.commit('perf: ridge');
    const run = await push('develop', 'develop.yml');
    expect(results(run)).toEqual({
      'line / detect': 'success',
      [`line / train (${circuit})`]: 'success',
      'line / approve': 'success',
      [`line / promote (${circuit})`]: 'success',
    });
    expect(run.jobs.find(({ id }) => id === 'line / approve')?.approvedBy).toBe('ml-lead');
    expect(new Set(Object.keys(run.artifacts))).toEqual(
      new Set(['changed-circuits', `promotion-${circuit}`, `training-${circuit}`]),
    );
  });

  it('skip training and stay green when no circuit changed', async () => {
    repository.write('README.md', 'changed\n');
    repository.commit('docs: readme');
    const run = await push('develop', 'develop.yml');
    expect(run.conclusion).toBe('success');
    expect(results(run)).toMatchObject({
      'line / detect': 'success',
      'line / train': 'skipped',
      'line / approve': 'skipped',
    });
  });

  it('turn red at the gate and leave the registry as it was', async () => {
    const before = await versions();
    repository.edit(circuitFile, 'training_days: 730', 'training_days: 60');
    repository.commit('perf: two months');
    const run = await push('develop', 'develop.yml');
    expect(run.conclusion).toBe('failure');
    expect(results(run)).toMatchObject({
      [`line / train (${circuit})`]: 'failure',
      'line / approve': 'skipped',
      'line / promote': 'skipped',
    });
    expect(await versions()).toEqual(before);
    repository.git('revert', '--no-edit', 'HEAD');
  });

  it('deploy a release to test from the registry and train nothing', async () => {
    const jobs = async () =>
      ((await azure.call('GET', `${workspacePath('dev')}/jobs`)).body as { value: unknown[] }).value.length;
    const before = await jobs();
    repository.git('branch', 'release/1.0.0', 'develop');
    const run = await push('release/1.0.0', 'release.yml');
    expect(run.conclusion).toBe('success');
    expect(await traffic('test', `${model}-test`)).toEqual({ blue: 100 });
    expect(await jobs()).toBe(before);
  });

  it('refuse a release whose circuit nobody promoted', async () => {
    repository.git('checkout', '--quiet', '-b', 'release/1.1.0', 'develop');
    repository.edit(circuitFile, 'ridge: 0.9', 'ridge: 0.8');
    repository.commit('perf: not promoted');
    const run = await push('release/1.1.0', 'release.yml');
    repository.git('checkout', '--quiet', 'develop');
    expect(results(run)).toMatchObject({
      [`test / plan (${circuit})`]: 'failure',
      'test / approve': 'skipped',
      'test / deploy': 'skipped',
    });
    expect(run.annotations.map(({ message }) => message).join('\n')).toContain('DEPLOY_MODEL_NOT_FOUND');
  });

  it('deploy main to production after its own approval', async () => {
    repository.git('branch', 'main', 'develop');
    const run = await push('main', 'main.yml');
    expect(run.jobs.find(({ id }) => id === 'production / approve')?.approvedBy).toBe('platform-lead');
    expect(await traffic('prod', `${model}-production`)).toEqual({ blue: 100 });
  });

  it('turn a rollback red when there is nothing to return to', async () => {
    const inputs = { circuits: circuit, environment: 'production', reason: 'a drill' };
    const run = await push('develop', 'rollback.yml', { event: 'workflow_dispatch', inputs });
    expect(results(run)).toMatchObject({
      'rollback / plan': 'failure',
      'rollback / approve': 'skipped',
      'rollback / rollback': 'skipped',
    });
    expect(run.annotations.map(({ message }) => message).join('\n')).toContain('ROLLBACK_NOTHING_TO_RETURN_TO');
  });
});
