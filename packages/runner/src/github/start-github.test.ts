import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testRepository } from '../../testdata/repository.ts';
import { jobOf, start } from '../../testdata/start.ts';
import type { JobIdentity, LocalGitHub } from '../local-github.ts';
import { subjectOf } from './id-token.ts';
import { missingPermission } from './required-permission.ts';
import { startGitHub } from './start-github.ts';

const identity: JobIdentity = {
  repository: 'acme/models',
  runId: '77',
  runNumber: 3,
  event: 'push',
  ref: 'refs/heads/main',
  sha: 'main',
  headRef: '',
  baseRef: '',
  actor: 'carol',
  workflow: 'W',
  workflowRef: 'acme/models/.github/workflows/w.yml@refs/heads/main',
  jobWorkflowRef: 'acme/suite/.github/workflows/x.yml@v1',
  jobWorkflowSha: '0'.repeat(40),
  environment: 'production',
  permissions: { contents: 'read', 'id-token': 'write', deployments: 'write', actions: 'read', issues: 'write' },
};

const repository = testRepository();
let github: LocalGitHub;
let token: string;
let idToken: { url: string; requestToken: string } | undefined;

beforeAll(async () => {
  github = await startGitHub({
    repository: 'acme/models',
    repositoryFolder: repository.folder,
    environments: { production: { reviewers: ['alice'], branches: ['main'] }, dev: {} },
  });
  ({ token, idToken } = github.startJob(identity));
});

afterAll(async () => {
  await github.stop();
  repository[Symbol.dispose]();
});

async function call(method: string, path: string, body?: unknown, bearer = token) {
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers = { authorization: `bearer ${bearer}`, 'content-type': 'application/json' };
  const response = await fetch(`${github.url}${path}`, { method, headers, ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text === '' ? undefined : JSON.parse(text) };
}

describe('id-tokens', () => {
  it('a token verifies against the published key, and says what the job is', async () => {
    const issued = await call(
      'GET',
      `${new URL(idToken?.url ?? '').pathname}?x=1&audience=api%3A%2F%2Fazure`,
      undefined,
      idToken?.requestToken,
    );
    const [header = '', payload = '', signature = ''] = String(issued.json.value).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const found = await (await fetch(`${github.issuer}/.well-known/openid-configuration`)).json();
    const configuration = found as { issuer: string; jwks_uri: string };
    const { keys } = (await (await fetch(configuration.jwks_uri)).json()) as { keys: (JsonWebKey & { kid: string })[] };
    const [first] = keys;
    if (first === undefined) throw new Error('the issuer publishes no key');
    const key = createPublicKey({ key: first, format: 'jwk' });
    expect(verify('RSA-SHA256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))).toBe(
      true,
    );
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({ alg: 'RS256', kid: first.kid });
    expect(claims).toMatchObject({
      iss: github.issuer,
      aud: 'api://azure',
      sub: 'repo:acme/models:environment:production',
      job_workflow_ref: 'acme/suite/.github/workflows/x.yml@v1',
      repository: 'acme/models',
      run_id: '77',
    });
    expect(claims.exp - claims.iat).toBe(300);
    expect(configuration.issuer).toBe(github.issuer);
  });

  it('only a job with `id-token: write` gets one, and only while it runs', async () => {
    const without = github.startJob({ ...identity, permissions: { contents: 'read' } });
    expect(without.idToken).toBeUndefined();
    const ended = github.startJob(identity);
    github.endJob(ended.token);
    expect((await call('GET', '/_services/id-token', undefined, ended.idToken?.requestToken)).status).toBe(401);
    expect((await call('GET', '/_services/id-token', undefined, 'nonsense')).status).toBe(401);
    expect((await call('GET', '/user', undefined, ended.token)).status).toBe(401);
  });

  it.each<[Partial<JobIdentity>, string]>([
    [{ environment: 'a:b' }, 'repo:acme/models:environment:a%3Ab'],
    [{ environment: undefined }, 'repo:acme/models:ref:refs/heads/main'],
    [{ environment: undefined, event: 'pull_request' }, 'repo:acme/models:pull_request'],
  ])('the subject of %j', (given, subject) => {
    expect(subjectOf({ ...identity, ...given })).toBe(subject);
  });
});

describe('what emulate lacks', () => {
  it('deployments and their statuses; a later success makes the earlier one inactive', async () => {
    const base = '/repos/acme/models/deployments';
    const first = await call('POST', base, {
      ref: 'main',
      environment: 'dev',
      auto_merge: false,
      required_contexts: [],
    });
    const second = await call('POST', base, { ref: 'main', environment: 'dev', payload: { x: 1 } });
    expect([first.status, second.status]).toEqual([201, 201]);
    for (const { json } of [first, second]) await call('POST', `${base}/${json.id}/statuses`, { state: 'success' });
    const list = await call('GET', `${base}?environment=dev&per_page=1`);
    expect(list.json).toMatchObject([{ id: second.json.id, environment: 'dev', payload: { x: 1 } }]);
    expect(list.headers.get('link')).toContain('page=2');
    const statuses = await call('GET', `${base}/${first.json.id}/statuses`);
    expect(statuses.json.map((status: { state: string }) => status.state)).toEqual(['inactive', 'success']);
    expect((await call('POST', base, { ref: 'nowhere' })).status).toBe(422);
    expect((await call('POST', `${base}/${first.json.id}/statuses`, { state: 'done' })).status).toBe(422);
    expect((await call('GET', `${base}/999/statuses`)).status).toBe(404);
  });

  it('environments with their rules, and approvals of a run', async () => {
    github.recordApproval({
      repository: 'acme/models',
      runId: '77',
      environment: 'production',
      login: 'alice',
      comment: 'go',
      state: 'approved',
    });
    const environment = await call('GET', '/repos/acme/models/environments/production');
    expect(environment.json.protection_rules.map((rule: { type: string }) => rule.type)).toEqual([
      'required_reviewers',
      'branch_policy',
    ]);
    expect((await call('GET', '/repos/acme/models/environments/other')).status).toBe(404);
    expect((await call('GET', '/repos/acme/models/environments')).json.total_count).toBe(2);
    expect((await call('GET', '/repos/acme/models/actions/runs/77/approvals')).json).toMatchObject([
      { state: 'approved', comment: 'go', user: { login: 'alice' }, environments: [{ name: 'production' }] },
    ]);
    expect((await call('GET', '/repos/acme/models/actions/runs/77')).json).toMatchObject({ id: 77, event: 'push' });
    expect((await call('GET', '/repos/acme/models/actions/runs/1/approvals')).status).toBe(404);
  });

  it('comparisons come from the real repository', async () => {
    const base = repository.git('rev-parse', 'HEAD');
    repository.git('checkout', '--quiet', '-b', 'change');
    repository.git('mv', 'actions/greet/post.js', 'actions/greet/after.js');
    repository.write('new.txt', 'x');
    const head = repository.commit('change');
    repository.git('checkout', '--quiet', 'main');
    const { json } = await call('GET', `/repos/acme/models/compare/${base}...change`);
    expect(json).toMatchObject({
      status: 'ahead',
      ahead_by: 1,
      merge_base_commit: { sha: base },
      commits: [{ sha: head }],
    });
    expect(json.files).toEqual([
      { filename: 'actions/greet/after.js', status: 'renamed', previous_filename: 'actions/greet/post.js' },
      { filename: 'new.txt', status: 'added' },
    ]);
    expect((await call('GET', `/repos/acme/models/compare/${base}...nowhere`)).status).toBe(404);
  });

  it('issues and their comments go through', async () => {
    const created = await call('POST', '/repos/acme/models/issues', { title: 'First' });
    expect(created.status).toBe(201);
    expect(created.json.url).toContain(github.url);
    const comment = await call('POST', `/repos/acme/models/issues/${created.json.number}/comments`, { body: 'hello' });
    expect(comment.status).toBe(201);
    const list = await call('GET', `/repos/acme/models/issues/${created.json.number}/comments`);
    expect(list.json).toMatchObject([{ body: 'hello', user: { login: 'github-actions[bot]' } }]);
  });
});

describe('permissions of a token', () => {
  it.each([
    ['GET', '/repos/a/b/compare/x...y', undefined],
    ['PUT', '/repos/a/b/contents/x', ['contents=write']],
    ['POST', '/repos/a/b/issues/1/comments', undefined],
    ['GET', '/repos/a/b/deployments', ['deployments=read']],
    ['POST', '/repos/a/b/check-runs', ['checks=write']],
    ['GET', '/rate_limit', undefined],
  ])('%s %s', (method, path, missing) => {
    expect(missingPermission(method, path, { contents: 'read', 'pull-requests': 'write' })).toEqual(missing);
  });

  it('a request beyond them is refused as GitHub does', async () => {
    const weak = github.startJob({ ...identity, permissions: { contents: 'read' } });
    const refused = await call('POST', '/repos/acme/models/issues', { title: 'x' }, weak.token);
    expect(refused).toMatchObject({ status: 403, json: { message: 'Resource not accessible by integration' } });
  });
});

describe('a run with this GitHub', () => {
  it('writes one deployment for the job that deploys, with its URL, and none with `deployment: false`', async () => {
    const before = github.deployments().length;
    const settings = { reviewers: ['alice'], vars: { REGION: 'w' } };
    const run = await start(repository, 'environments', {
      github,
      environments: { production: settings },
      approvals: { production: 'alice' },
    });
    expect(run.conclusion).toBe('success');
    const added = github.deployments().slice(before);
    expect(added).toHaveLength(1);
    expect(added[0]).toMatchObject({ environment: 'production', ref: 'main', runId: run.runId });
    expect(added[0]?.statuses.map((status) => [status.state, status.environmentUrl])).toEqual([
      ['in_progress', ''],
      ['success', 'https://example.invalid/green'],
    ]);
    expect((await call('GET', `/repos/acme/models/actions/runs/${run.runId}/approvals`)).json).toHaveLength(2);
  });

  it('jobs get its address, and the id-token variables only with the permission', async () => {
    const run = await start(repository, 'variables', { github });
    const all = jobOf(run, 'a').outputs.all;
    expect(all).toContain(`GITHUB_API_URL=${github.url}`);
    expect(all).not.toContain('ACTIONS_ID_TOKEN');
  });
});
