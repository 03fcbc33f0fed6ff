import { SwitchyardError } from '@switchyard/domain';
import { git, tryGit } from './git.ts';
import type { RunOptions } from './run-options.ts';

/** The event of a run: what `GITHUB_EVENT_PATH`, `GITHUB_REF` and `GITHUB_SHA` tell. */
export interface RunEvent {
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly ref: string;
  readonly sha: string;
  /** Pull requests only, otherwise empty. */
  readonly headRef: string;
  readonly baseRef: string;
  /** Ref that the filters of `on` look at. */
  readonly filterRef: string;
  /** Undefined for events without a comparison. */
  readonly changedFiles: readonly string[] | undefined;
}

const emptyCommit = '0'.repeat(40);

/** Builds the event from git; `eventPayload` is laid over what git says. */
export async function buildEvent(options: RunOptions): Promise<RunEvent> {
  const folder = options.repositoryFolder;
  const ref = fullRef(options.ref);
  const tip = options.sha ?? ref;
  const sha = await tryGit(folder, ['rev-parse', '--verify', '--quiet', `${tip}^{commit}`]);
  if (sha === undefined) {
    throw new SwitchyardError({
      code: 'RUN_REF_NOT_FOUND',
      seen: `${folder} has no '${tip}'`,
      next: 'commit to the branch, or name another with `--ref`',
    });
  }
  const base = {
    repository: await repositoryPayload(options),
    sender: { login: options.actor ?? 'local', type: 'User' },
  };
  if (options.event === 'pull_request' || options.event === 'pull_request_target') {
    return pullRequestEvent(options, { ref, sha, base });
  }
  if (options.event === 'push') return pushEvent(options, { ref, sha, base });
  const dispatch = options.event === 'workflow_dispatch' ? { ref, inputs: options.inputs ?? {} } : {};
  return {
    name: options.event,
    payload: { ...base, ...dispatch, ...options.eventPayload },
    ref,
    sha,
    headRef: '',
    baseRef: '',
    filterRef: ref,
    changedFiles: undefined,
  };
}

interface Basis {
  readonly ref: string;
  readonly sha: string;
  readonly base: Readonly<Record<string, unknown>>;
}

async function pushEvent(options: RunOptions, { ref, sha, base }: Basis): Promise<RunEvent> {
  const folder = options.repositoryFolder;
  const given = options.eventPayload?.before;
  const before = typeof given === 'string' ? given : ((await tryGit(folder, ['rev-parse', `${sha}^1`])) ?? emptyCommit);
  const [author = '', email = '', message = '', timestamp = ''] = (
    await git(folder, ['show', '--no-patch', '--format=%an%x00%ae%x00%B%x00%cI', sha])
  ).split('\0');
  const commit = { id: sha, message: message.trimEnd(), timestamp: timestamp.trim(), author: { name: author, email } };
  const payload = {
    ...base,
    ref,
    before,
    after: sha,
    created: before === emptyCommit,
    deleted: false,
    forced: false,
    head_commit: commit,
    commits: [commit],
    pusher: { name: options.actor ?? 'local' },
    ...options.eventPayload,
  };
  const changedFiles = before === emptyCommit ? undefined : await changedBetween(folder, before, sha);
  return { name: 'push', payload, ref, sha, headRef: '', baseRef: '', filterRef: ref, changedFiles };
}

async function pullRequestEvent(options: RunOptions, { ref, sha, base }: Basis): Promise<RunEvent> {
  const folder = options.repositoryFolder;
  const given = record(options.eventPayload?.pull_request);
  const number = numberOr(given.number ?? options.eventPayload?.number, 1);
  const headRef = textOr(record(given.head).ref, shortName(ref));
  const baseRef = textOr(record(given.base).ref, await defaultBranch(folder));
  const baseSha = textOr(record(given.base).sha, await git(folder, ['rev-parse', `${fullRef(baseRef)}^{commit}`]));
  const forTarget = options.event === 'pull_request_target';
  const merge = forTarget ? baseSha : await mergeCommit(folder, baseSha, sha);
  const side = (name: string, commit: string) => ({ ref: name, sha: commit, label: name, repo: base.repository });
  const payload = {
    ...base,
    action: 'synchronize',
    number,
    ...options.eventPayload,
    pull_request: {
      number,
      state: 'open',
      title: headRef,
      draft: false,
      user: { login: options.actor ?? 'local' },
      ...given,
      head: { ...side(headRef, sha), ...record(given.head) },
      base: { ...side(baseRef, baseSha), ...record(given.base) },
    },
  };
  return {
    name: options.event,
    payload,
    ref: forTarget ? fullRef(baseRef) : `refs/pull/${number}/merge`,
    sha: merge,
    headRef,
    baseRef,
    filterRef: fullRef(baseRef),
    changedFiles: await changedBetween(folder, `${baseSha}...${sha}`),
  };
}

/** The commit GitHub would test: base and head merged. It is written to the repository's objects, with no ref. */
async function mergeCommit(folder: string, base: string, head: string): Promise<string> {
  const tree = await git(folder, ['merge-tree', '--write-tree', base, head]);
  const date = await git(folder, ['show', '--no-patch', '--format=%cI', head]);
  const person = { NAME: 'GitHub', EMAIL: 'noreply@github.com', DATE: date };
  const env = Object.fromEntries(
    Object.entries(person).flatMap(([key, value]) => [
      [`GIT_AUTHOR_${key}`, value],
      [`GIT_COMMITTER_${key}`, value],
    ]),
  );
  const message = `Merge ${head} into ${base}`;
  return git(folder, ['commit-tree', tree, '-p', base, '-p', head, '-m', message], env);
}

async function changedBetween(folder: string, ...range: string[]): Promise<string[] | undefined> {
  const list = await tryGit(folder, ['diff', '--name-only', '-z', '--no-renames', ...range]);
  return list?.split('\0').filter((path) => path !== '');
}

async function repositoryPayload(options: RunOptions): Promise<Record<string, unknown>> {
  const [owner = '', name = ''] = options.repository.split('/');
  return {
    id: 1,
    name,
    full_name: options.repository,
    owner: { login: owner, id: 1 },
    private: true,
    default_branch: await defaultBranch(options.repositoryFolder),
    html_url: `https://github.com/${options.repository}`,
  };
}

/** `main` or `master` where there is one, otherwise the branch that is checked out. */
async function defaultBranch(folder: string): Promise<string> {
  for (const name of ['main', 'master']) {
    if ((await tryGit(folder, ['rev-parse', '--verify', '--quiet', `refs/heads/${name}`])) !== undefined) return name;
  }
  return (await tryGit(folder, ['symbolic-ref', '--short', 'HEAD'])) ?? 'main';
}

/** `develop` becomes `refs/heads/develop`. */
export function fullRef(ref: string): string {
  return ref.startsWith('refs/') ? ref : `refs/heads/${ref}`;
}

/** `refs/heads/develop` becomes `develop`, `refs/pull/1/merge` becomes `1/merge`. */
export function shortName(ref: string): string {
  return ref.replace(/^refs\/(heads|tags|pull)\//, '');
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
