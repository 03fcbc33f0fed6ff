import type { Context, Hono } from 'hono';
import { git, tryGit } from '../git.ts';
import { sameName } from '../source.ts';
import type { Front } from './front.ts';

/** GitHub lists at most this many changed files of a comparison. */
const maxFiles = 300;

/** Comparisons and files of pull requests, from the real repository instead of emulate's. */
export function addComparisonRoutes(app: Hono, front: Front): void {
  app.get('/repos/:owner/:repo/compare/:basehead{.+}', (c) => compare(c, front));
  app.get('/repos/:owner/:repo/pulls/:number/files', async (c) => {
    const job = front.jobs.pull(Number(c.req.param('number')));
    if (!job) return front.notFound(c);
    return c.json(front.page(c, await changedFiles(front, `${job.sha}^1`, job.sha)));
  });
  app.get('/repos/:owner/:repo/pulls/:number{[0-9]+}', async (c, next) => {
    const job = front.jobs.pull(Number(c.req.param('number')));
    if (!job) return next();
    const [base, head] = await Promise.all(
      ['^1', '^2'].map((parent) => git(front.repositoryFolder, ['rev-parse', `${job.sha}${parent}`])),
    );
    const number = Number(c.req.param('number'));
    return c.json({
      number,
      state: 'open',
      title: job.headRef,
      user: { login: job.actor },
      head: { ref: job.headRef, sha: head, repo: { full_name: front.repository } },
      base: { ref: job.baseRef, sha: base, repo: { full_name: front.repository } },
      merge_commit_sha: job.sha,
      url: `${front.repositoryUrl()}/pulls/${number}`,
    });
  });
}

async function compare(c: Context, front: Front): Promise<Response> {
  const name = `${c.req.param('owner')}/${c.req.param('repo')}`;
  const [from = '', to = ''] = (c.req.param('basehead') ?? '').split('...');
  const base = await resolveCommit(front, from);
  const head = await resolveCommit(front, to);
  if (!sameName(name, front.repository) || base === undefined || head === undefined) return front.notFound(c);
  const folder = front.repositoryFolder;
  const mergeBase = await tryGit(folder, ['merge-base', base, head]);
  // GitHub says the same for two commits without a common ancestor.
  if (mergeBase === undefined) return front.notFound(c);
  const counts = (await git(folder, ['rev-list', '--left-right', '--count', `${base}...${head}`])).split(/\s+/);
  const [behind = 0, ahead = 0] = counts.map(Number);
  const files = await changedFiles(front, mergeBase, head);
  return c.json({
    status: behind > 0 ? (ahead > 0 ? 'diverged' : 'behind') : ahead > 0 ? 'ahead' : 'identical',
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
    base_commit: await commitJson(front, base),
    merge_base_commit: await commitJson(front, mergeBase),
    commits: front.page(c, await commitsBetween(front, base, head)),
    files: files.slice(0, maxFiles),
  });
}

async function resolveCommit(front: Front, ref: string): Promise<string | undefined> {
  // `owner:branch` is the form for forks; the owner's own repository is the only one here.
  const name = ref.replace(/^[^:]+:/, '');
  return tryGit(front.repositoryFolder, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
}

async function commitsBetween(front: Front, base: string, head: string): Promise<object[]> {
  const list = await git(front.repositoryFolder, ['rev-list', '--reverse', `${base}..${head}`]);
  const shas = list.split('\n').filter((sha) => sha !== '');
  return Promise.all(shas.map((sha) => commitJson(front, sha)));
}

async function commitJson(front: Front, sha: string): Promise<object> {
  const format = '%an%x00%ae%x00%cI%x00%P%x00%B';
  const text = await git(front.repositoryFolder, ['show', '--no-patch', `--format=${format}`, sha]);
  const [name = '', email = '', date = '', parents = '', message = ''] = text.split('\0');
  return {
    sha,
    commit: { message: message.trimEnd(), author: { name, email, date }, committer: { name, email, date } },
    parents: parents
      .split(' ')
      .filter((parent) => parent !== '')
      .map((parent) => ({ sha: parent })),
    url: `${front.repositoryUrl()}/commits/${sha}`,
  };
}

const statusWords: Readonly<Record<string, string>> = {
  A: 'added',
  M: 'modified',
  D: 'removed',
  R: 'renamed',
  C: 'copied',
  T: 'changed',
};

async function changedFiles(front: Front, base: string, head: string): Promise<object[]> {
  const range = ['-z', '--find-renames', base, head];
  const parts = (await git(front.repositoryFolder, ['diff', '--name-status', ...range])).split('\0');
  const files: object[] = [];
  for (let index = 0; index + 1 < parts.length; ) {
    const status = statusWords[parts[index]?.[0] ?? ''] ?? 'changed';
    const moved = status === 'renamed' || status === 'copied';
    const filename = parts[index + (moved ? 2 : 1)] ?? '';
    files.push({ filename, status, ...(moved ? { previous_filename: parts[index + 1] } : {}) });
    index += moved ? 3 : 2;
  }
  return files;
}
