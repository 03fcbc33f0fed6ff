import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { testRepository } from '../testdata/repository.ts';
import { jobOf, linesOf, outputsOf, results, start } from '../testdata/start.ts';
import { ConcurrencyGroups } from './concurrency.ts';

describe('values on their way', () => {
  it('go from steps to later steps, jobs and actions, with their lines intact', async () => {
    using repository = testRepository();
    const run = await start(repository, 'outputs');
    expect(results(run)).toEqual({ make: 'success', use: 'success' });
    expect(jobOf(run, 'make').outputs).toEqual({
      multi: 'first\n  second = 2',
      one: 'step yes a=b',
      greeting: 'Hello Ada on main\nsecond = line',
    });
    expect(outputsOf(run, 'make', 'read')).toEqual({ seen: 'from step from step job own program' });
    expect(outputsOf(run, 'make', 'hash')).toEqual({ hash: 'true' });
    expect(outputsOf(run, 'use', 'read')).toEqual({ lines: '2' });
    expect(run.summaries).toEqual([{ job: 'make', step: 'Run ./actions/greet', text: '# Hello Ada on main\n' }]);
    expect(jobOf(run, 'make').steps.map((step) => step.name)).toContain('Post Run ./actions/greet');
  });

  it('a secret does not leave its job, and does not show in logs, annotations or summaries', async () => {
    using repository = testRepository();
    const run = await start(repository, 'masks', { secrets: { PASSWORD: 'hunter2-secret' } });
    expect(outputsOf(run, 'b', 's')).toEqual({ got: '[][fine]' });
    expect(JSON.stringify(run)).not.toContain('hunter2');
    expect(JSON.stringify(linesOf(run, 'a'))).not.toContain('aHVudGVyMi1zZWNyZX');
    expect(linesOf(run, 'a')).toContainEqual(expect.stringMatching(/^now \*{3} is hidden, \*{3}/));
    expect(linesOf(run, 'a')).toContain('::warning::not a command');
    expect(run.summaries[0]?.text).toBe('# Summary ***\n');
    expect(run.annotations).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        message: 'real % one',
        file: 'src/a.py',
        line: 3,
        column: 4,
        title: 'T',
      }),
    );
    const messages = run.annotations.map((annotation) => annotation.message);
    expect(messages).toContain("Skip output 'leak' since it may contain secret.");
    expect(messages.join('\n')).toContain('`::set-output` is not supported; write to the file $GITHUB_OUTPUT');
    expect(messages.join('\n')).toContain("no line 'END' closes");
    expect(messages.join('\n')).toContain("can't store NODE_OPTIONS");
    expect(messages.join('\n')).toContain('supports content up to a size of 1024k');
  });

  it('artifacts keep their paths, are written once, and reach later jobs', async () => {
    using repository = testRepository();
    const run = await start(repository, 'artifacts');
    expect(results(run).join).toBe('success');
    expect(outputsOf(run, 'join', 'ls')).toEqual({
      files: 'all/deep/1.txt all/deep/2.txt each/part-1/deep/1.txt each/part-2/deep/2.txt single/deep/1.txt',
    });
    expect(new Set(Object.keys(run.artifacts))).toEqual(new Set(['part-1', 'part-2']));
    expect(existsSync(join(String(run.artifacts['part-1']), 'deep/2.txt'))).toBe(true);
    const messages = run.annotations.map((annotation) => `${annotation.level} ${annotation.message}`).join('\n');
    expect(messages).toContain('error RUN_ARTIFACT_EXISTS');
    expect(messages).toContain('error RUN_ARTIFACT_NOT_FOUND');
    expect(messages).toContain('error RUN_ARTIFACT_EMPTY');
    expect(messages).toContain('warning No files were found');
  });
});

describe('which jobs run', () => {
  it('a failed or skipped ancestor skips a job, unless its condition says otherwise', async () => {
    using repository = testRepository();
    const run = await start(repository, 'conditions');
    expect(run.conclusion).toBe('failure');
    expect(results(run)).toEqual({
      bad: 'failure',
      good: 'success',
      skipped: 'skipped',
      'after-skipped': 'skipped',
      'on-failure': 'success',
      always: 'success',
      'after-always': 'skipped',
      chosen: 'success',
      never: 'skipped',
      forgiven: 'failure',
      'after-forgiven': 'success',
    });
  });

  it('a matrix from an output runs every combination, and the last one gives the outputs', async () => {
    using repository = testRepository();
    const run = await start(repository, 'matrix');
    expect(results(run)).toEqual({
      plan: 'success',
      'train (A)': 'failure',
      'train (B, true)': 'success',
      'train (C)': 'success',
      after: 'success',
    });
    expect(outputsOf(run, 'train (B, true)', 's')).toEqual({ of: 'B true 1/3' });
    expect(outputsOf(run, 'after', 's')).toEqual({ last: 'C  2/3 failure' });
  });

  it('fail-fast cancels the running and the waiting combinations', async () => {
    using repository = testRepository();
    const run = await start(repository, 'fail-fast');
    expect(results(run)).toEqual({ 'm (bad)': 'failure', 'm (slow)': 'cancelled', 'm (never)': 'cancelled' });
  });

  it('an event that `on` does not have starts nothing', async () => {
    using repository = testRepository();
    await expect(start(repository, 'matrix', { event: 'release' })).rejects.toThrow('RUN_NOT_TRIGGERED');
  });

  it('a workflow that is not committed is not found', async () => {
    using repository = testRepository();
    repository.write('.github/workflows/new.yml', 'on: push');
    await expect(start(repository, 'new')).rejects.toThrow('commit the file');
  });
});

describe('reusable workflows and actions', () => {
  it('a called workflow gets its inputs and secrets, and gives outputs back', async () => {
    using repository = testRepository();
    const run = await start(repository, 'call', { secrets: { CALLER_TOKEN: 'caller-token-value' } });
    expect(results(run)).toEqual({ 'call (A) / inner': 'success', 'call (B) / inner': 'success', use: 'success' });
    expect(outputsOf(run, 'use', 's').answer).toMatch(/^[AB]$/);
  });

  it('a missing required secret fails the calling job', async () => {
    using repository = testRepository();
    const run = await start(repository, 'call');
    expect(run.conclusion).toBe('failure');
    expect(run.annotations.map((each) => each.message).join()).toContain('Secret TOKEN is required, but not provided');
  });

  it('a called workflow that asks for more than its caller has stops the run before any job', async () => {
    using repository = testRepository();
    await expect(start(repository, 'call-too-much')).rejects.toThrow(
      "The nested job 'deploy' is requesting 'contents: write, id-token: write', but is only allowed 'contents: read, id-token: none'.",
    );
  });

  it('`$/` is the commit of the file it stands in, without a checkout', async () => {
    using repository = testRepository();
    const run = await start(repository, 'self-reference');
    expect(results(run)).toEqual({ a: 'success' });
    expect(linesOf(run, 'a')).toContain('post of Bob');
  });

  it('another repository is a folder of this machine; `$/` in its files is that folder', async () => {
    using repository = testRepository();
    using suite = testRepository({
      '.github/workflows/in-suite.yml': [
        'on: workflow_call',
        'jobs:',
        '  inner:',
        '    runs-on: ubuntu-latest',
        '    steps:',
        '      - uses: $/actions/greet',
        '        with: { first-name: Suite }',
        `      - run: test "\${{ job.workflow_repository }} \${{ github.repository }}" = "switchyard-mlops/switchyard acme/models"`,
      ].join('\n'),
    });
    repository.git('rm', '-r', '--quiet', 'actions');
    repository.commit('no actions here');
    const run = await start(repository, 'suite-caller', {
      repositories: { 'switchyard-mlops/switchyard': suite.folder },
    });
    expect(results(run)).toEqual({ 'call / inner': 'success', step: 'success' });
    await expect(start(repository, 'suite-caller')).rejects.toThrow('RUN_REPOSITORY_UNKNOWN');
  });

  it('pre runs before the first step, post in reverse order and also after a failure', async () => {
    using repository = testRepository();
    const run = await start(repository, 'posts');
    expect(results(run)).toEqual({ a: 'failure' });
    expect(linesOf(run, 'a')).toEqual([
      'pre one',
      'pre two',
      'main one pre=seen',
      'main two pre=seen',
      'after a failure',
      'post of the failed one',
      'post two pre=seen main=seen',
      'post one pre=seen main=seen',
    ]);
  });
});

describe('environments', () => {
  const production = {
    reviewers: ['alice', 'bob'],
    vars: { REGION: 'west' },
    secrets: { KEY: 'environment-key' },
  };

  it('each job waits for an approval, and then sees the values of the environment', async () => {
    using repository = testRepository();
    const asked: string[] = [];
    const run = await start(repository, 'environments', {
      environments: { production },
      approvals: async (environment) => {
        asked.push(environment);
        return { login: 'Alice', comment: 'go' };
      },
    });
    expect(run.conclusion).toBe('success');
    expect(asked).toEqual(['production', 'production']);
    expect(jobOf(run, 'deploy')).toMatchObject({ environment: 'production', approvedBy: 'Alice' });
    expect(outputsOf(run, 'deploy', 's').values).toBe('west true');
    expect(run.journal.filter((event) => event.type === 'approved')).toHaveLength(2);
  });

  it.each([
    ['nobody approved', {}, {}],
    ["'mallory' is not a reviewer", { production: 'mallory' }, {}],
    ["'alice' started the run", { production: 'alice' }, { actor: 'alice' }],
  ])('without a valid approval the job fails: %s', async (reason, approvals, options) => {
    using repository = testRepository();
    const environments = { production: { ...production, preventSelfReview: true } };
    const run = await start(repository, 'environments', { environments, approvals, ...options });
    expect(results(run)).toEqual({ plan: 'failure', deploy: 'skipped' });
    expect(run.annotations.map((each) => each.message).join()).toContain(reason);
  });

  it('a branch that the environment does not take is refused before anybody is asked', async () => {
    using repository = testRepository();
    const environments = { production: { ...production, branches: ['release/*'] } };
    const run = await start(repository, 'environments', { environments, approvals: { production: 'alice' } });
    expect(results(run).plan).toBe('failure');
    expect(run.annotations[0]?.message).toContain('Branch "main" is not allowed to deploy to production');
    expect(run.journal.some((event) => event.type === 'waiting-for-approval')).toBe(false);
  });
});

describe('time', () => {
  it('a cancel interrupts the step, runs what is `always()`, and skips the rest', async () => {
    using repository = testRepository();
    const controller = new AbortController();
    const watcher = watch(repository.sharedFolder, () => controller.abort());
    const run = await start(repository, 'cancel', { signal: controller.signal });
    watcher.close();
    expect(run.conclusion).toBe('cancelled');
    expect(results(run)).toEqual({ long: 'cancelled', next: 'cancelled', report: 'success' });
    expect(linesOf(run, 'long')).toEqual(['asked to stop', 'cleans up, cancelled']);
  });

  it('a step and a job end when their time is over', async () => {
    using repository = testRepository();
    const run = await start(repository, 'timeout');
    expect(results(run)).toEqual({ step: 'failure', job: 'cancelled' });
    const messages = run.annotations.map((annotation) => annotation.message).join('\n');
    expect(messages).toContain('has timed out after 0.003 minutes');
    expect(messages).toContain('exceeded the maximum execution time of 0.005 minutes');
  });

  it('a concurrency group runs one at a time; without a queue a newer one takes the waiting place', async () => {
    using repository = testRepository();
    const run = await start(repository, 'concurrency', { concurrency: new ConcurrencyGroups() });
    const byName = results(run);
    expect([1, 2, 3].map((v) => byName[`queued (${v})`])).toEqual(['success', 'success', 'success']);
    expect([1, 2, 3].map((v) => byName[`replaced (${v})`])).toEqual(['success', 'cancelled', 'success']);
  });
});

describe('the machine', () => {
  it('shells behave as on GitHub, and what cannot run here is refused by name', async () => {
    using repository = testRepository();
    const run = await start(repository, 'shells');
    expect(results(run)).toEqual({
      pipefail: 'failure',
      without: 'success',
      python: 'success',
      'missing-folder': 'failure',
      windows: 'failure',
      'unknown-action': 'failure',
    });
    const messages = run.annotations.map((annotation) => annotation.message).join('\n');
    expect(messages).toContain("working-directory 'nowhere' does not exist");
    expect(messages).toContain('shells.yml:30:14: WORKFLOW_UNSUPPORTED: `runs-on: windows-latest`');
    expect(messages).toContain('RUN_ACTION_UNKNOWN: `uses: somebody/unknown@v1`');
    expect(messages).toContain('actions/checkout');
    expect(linesOf(run, 'unknown-action')).toEqual([]);
  });

  it('a push tells its variables', async () => {
    using repository = testRepository();
    const before = repository.git('rev-parse', 'HEAD');
    const sha = repository.commit('second');
    const run = await start(repository, 'variables', { actor: 'carol', runNumber: 7 });
    const all = jobOf(run, 'a').outputs.all ?? '';
    expect(jobOf(run, 'a').name).toBe('Show');
    expect(all.split('\n')).toEqual(
      expect.arrayContaining([
        'CI=true',
        'COMMITS=2',
        'EVENT_REF=refs/heads/main ',
        'GITHUB_ACTIONS=true',
        'GITHUB_ACTOR=carol',
        'GITHUB_EVENT_NAME=push',
        'GITHUB_HEAD_REF=',
        'GITHUB_JOB=a',
        'GITHUB_REF=refs/heads/main',
        'GITHUB_REF_NAME=main',
        'GITHUB_REF_TYPE=branch',
        'GITHUB_REPOSITORY=acme/models',
        'GITHUB_REPOSITORY_OWNER=acme',
        'GITHUB_RUN_ATTEMPT=1',
        `GITHUB_RUN_ID=${run.runId}`,
        'GITHUB_RUN_NUMBER=7',
        `GITHUB_SHA=${sha}`,
        'GITHUB_TRIGGERING_ACTOR=carol',
        'GITHUB_WORKFLOW=Variables',
        'GITHUB_WORKFLOW_REF=acme/models/.github/workflows/variables.yml@refs/heads/main',
        `GITHUB_WORKFLOW_SHA=${sha}`,
        'RUNNER_OS=Linux',
      ]),
    );
    expect(all).not.toContain('ACTIONS_ID_TOKEN');
    expect(all).not.toContain('GITHUB_TOKEN');
    expect(before).not.toBe(sha);
  });

  it('a pull request is tested merged with its base', async () => {
    using repository = testRepository();
    repository.git('checkout', '--quiet', '-b', 'feature');
    repository.write('feature.txt', 'x');
    repository.commit('feature');
    repository.git('checkout', '--quiet', 'main');
    repository.write('main.txt', 'x');
    repository.commit('main goes on');
    const run = await start(repository, 'variables', {
      event: 'pull_request',
      ref: 'feature',
      eventPayload: { number: 5 },
    });
    const all = jobOf(run, 'a').outputs.all ?? '';
    expect(all.split('\n')).toEqual(
      expect.arrayContaining([
        'COMMITS=4',
        'EVENT_REF= feature',
        'GITHUB_BASE_REF=main',
        'GITHUB_HEAD_REF=feature',
        'GITHUB_REF=refs/pull/5/merge',
        'GITHUB_REF_NAME=5/merge',
      ]),
    );
  });
});
