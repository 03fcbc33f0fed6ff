import { createServer, type IncomingMessage, type Server } from 'node:http';
import { getOctokit } from '@actions/github';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createEmulator } from 'emulate';
import { compareChangedPaths } from './compare.ts';

const servers: Server[] = [];
afterEach(closeAll);

function closeAll(): void {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
}

/** An API that gives one answer to everything; `requests` holds what was asked. */
async function anApi(status: number, body: unknown): Promise<{ apiUrl: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { apiUrl: `http://127.0.0.1:${address.port}/`, requests };
}

function compare(apiUrl: string, repository = 'octocat/ml') {
  return compareChangedPaths({ token: 'ghs_test', apiUrl, repository, base: 'abc', head: 'def' });
}

describe('compareChangedPaths', () => {
  it('lists both places of a moved file, each path once, sorted', async () => {
    const files = [{ filename: 'b' }, { filename: 'new', previous_filename: 'a' }, { filename: 'a' }];
    const { apiUrl, requests } = await anApi(200, { files });
    expect(await compare(apiUrl)).toEqual(['a', 'b', 'new']);
    expect(requests.map((request) => [request.url, request.headers.authorization])).toEqual([
      ['/repos/octocat/ml/compare/abc...def', 'token ghs_test'],
    ]);
  });

  it.each([[{ files: [] }], [{}]])('finds nothing in %j', async (body) => {
    expect(await compare((await anApi(200, body)).apiUrl)).toEqual([]);
  });

  it('refuses a list that may have been cut at 300 files', async () => {
    const files = Array.from({ length: 300 }, (_, index) => ({ filename: `f${index}` }));
    const { apiUrl } = await anApi(200, { files });
    await expect(compare(apiUrl)).rejects.toThrow(/GITHUB_COMPARE_TOO_LARGE.*fetch-depth: 0/);
    const fewer = await anApi(200, { files: files.slice(1) });
    expect(await compare(fewer.apiUrl)).toHaveLength(299);
  });

  it.each([
    [404, 'GITHUB_COMPARE_NOT_FOUND: comparing abc...def of octocat/ml gave 404'],
    [401, 'GITHUB_FORBIDDEN'],
    [403, 'permissions: contents: read'],
    [500, 'GITHUB_COMPARE_FAILED'],
  ])('names the answer %i', async (status, message) => {
    const { apiUrl } = await anApi(status, { message: 'no' });
    await expect(compare(apiUrl)).rejects.toThrow(message);
  });

  it('names an API that does not answer', async () => {
    const { apiUrl } = await anApi(200, {});
    closeAll();
    await expect(compare(apiUrl)).rejects.toThrow('GITHUB_COMPARE_FAILED');
  });

  it.each(['', 'ml', 'a/b/c', 'a b/c'])('refuses the repository %j before it asks', async (repository) => {
    const { apiUrl, requests } = await anApi(200, {});
    await expect(compare(apiUrl, repository)).rejects.toThrow('GITHUB_REPOSITORY_INVALID');
    expect(requests).toEqual([]);
  });
});

describe('compareChangedPaths on an emulated GitHub', () => {
  it('lists what a branch changed since it left main', async () => {
    const owner = 'octocat';
    const repo = 'ml';
    const github = await createEmulator({
      service: 'github',
      port: 0,
      seed: {
        tokens: { ghs_test: { login: owner, scopes: ['repo'] } },
        github: { users: [{ login: owner }], repos: [{ owner, name: repo, auto_init: true }] },
      },
    });
    try {
      const { git } = getOctokit('ghs_test', { baseUrl: github.url }).rest;
      const { data: main } = await git.getRef({ owner, repo, ref: 'heads/main' });
      const entry = { path: 'data/Größe.csv', mode: '100644', type: 'blob', content: 'x' } as const;
      const parent = await git.getCommit({ owner, repo, commit_sha: main.object.sha });
      const tree = await git.createTree({ owner, repo, base_tree: parent.data.tree.sha, tree: [entry] });
      const commit = { message: 'change', tree: tree.data.sha, parents: [main.object.sha] };
      const { data: topic } = await git.createCommit({ owner, repo, ...commit });
      await git.createRef({ owner, repo, ref: 'refs/heads/topic', sha: topic.sha });
      const request = { token: 'ghs_test', apiUrl: github.url, repository: 'octocat/ml', base: main.object.sha };
      expect(await compareChangedPaths({ ...request, head: topic.sha })).toEqual(['data/Größe.csv']);
      expect(await compareChangedPaths({ ...request, head: main.object.sha })).toEqual([]);
      await expect(compareChangedPaths({ ...request, head: 'f'.repeat(40) })).rejects.toThrow(
        'GITHUB_COMPARE_NOT_FOUND',
      );
    } finally {
      await github.close();
    }
  });
});
