import { mkdir, readdir, rm } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { SwitchyardError } from '@switchyard/domain';
import { fullRef, shortName } from '../event-payload.ts';
import { git, tryGit } from '../git.ts';
import { sameName } from '../source.ts';
import { booleanInput, type StandIn, type StandInContext } from '../stand-in.ts';

/** Clones from the local repository; `origin` is that repository. */
export const checkout: StandIn = {
  name: 'actions/checkout',
  inputs: {
    repository: '',
    ref: '',
    token: '',
    path: '.',
    clean: 'true',
    'fetch-depth': '1',
    'fetch-tags': 'false',
    'persist-credentials': 'true',
    'show-progress': 'true',
    'set-safe-directory': 'true',
    lfs: 'false',
    submodules: 'false',
  },
  run: async (context) => {
    refuseUnsupported(context);
    const { job, step } = context;
    const repository = context.input('repository') || job.run.options.repository;
    const from = job.run.sources.repositoryFolder(repository);
    if (from === undefined) {
      throw new SwitchyardError({
        code: 'RUN_REPOSITORY_UNKNOWN',
        seen: `checkout of ${repository}: it is not on this machine`,
        expected: `one of ${job.run.sources.known().join(', ')}`,
        next: 'give its folder with `--repository owner/name=DIR`',
      });
    }
    const folder = targetFolder(context);
    const target = await findTarget(context, from, sameName(repository, job.run.options.repository));
    await fetchInto({ context, from, folder, target });
    const sha = await git(folder, ['rev-parse', 'HEAD']);
    step.outputs.ref = target.ref;
    step.outputs.commit = sha;
    step.log(
      `${repository} at ${target.ref} (${sha.slice(0, 12)}) in ${relative(job.folders.workspace, folder) || '.'}`,
    );
  },
};

interface Target {
  /** Full ref, or empty for a bare commit. */
  readonly ref: string;
  readonly sha: string;
}

function refuseUnsupported(context: StandInContext): void {
  for (const name of ['lfs', 'submodules']) {
    if (context.input(name) !== 'false') {
      throw new SwitchyardError({
        code: 'RUN_UNSUPPORTED',
        seen: `\`${name}: ${context.input(name)}\` of actions/checkout is not supported by this runner`,
        next: 'remove it, or run this workflow on GitHub',
      });
    }
  }
}

function targetFolder(context: StandInContext): string {
  const { workspace } = context.job.folders;
  const folder = join(workspace, context.input('path'));
  const inside = relative(workspace, folder);
  if (inside.startsWith('..') || isAbsolute(inside)) {
    throw new SwitchyardError({
      code: 'RUN_PATH_INVALID',
      seen: `checkout path '${context.input('path')}'`,
      expected: 'a path inside the workspace',
    });
  }
  return folder;
}

async function findTarget(context: StandInContext, from: string, own: boolean): Promise<Target> {
  const ref = context.input('ref');
  const { event } = context.job.run;
  if (ref === '' && own) return { ref: event.ref, sha: event.sha };
  const candidates =
    ref === '' ? ['HEAD'] : [ref, `refs/heads/${ref}`, `refs/tags/${ref}`, `refs/remotes/origin/${ref}`];
  // A branch first: `main` may also be the start of a commit's name.
  const names = ref !== '' && !ref.startsWith('refs/') ? [...candidates.slice(1), ref] : candidates;
  for (const name of names) {
    const sha = await tryGit(from, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
    if (sha === undefined) continue;
    const full = await tryGit(from, ['rev-parse', '--symbolic-full-name', name]);
    return { ref: full?.startsWith('refs/') ? full.replace('refs/remotes/origin/', 'refs/heads/') : '', sha };
  }
  throw new SwitchyardError({
    code: 'RUN_REF_NOT_FOUND',
    seen: `${from} has no '${ref}'`,
    expected: 'a branch, a tag or a commit',
  });
}

interface FetchRequest {
  readonly context: StandInContext;
  readonly from: string;
  readonly folder: string;
  readonly target: Target;
}

async function fetchInto({ context, from, folder, target }: FetchRequest): Promise<void> {
  const depth = Number(context.input('fetch-depth'));
  if (!Number.isInteger(depth) || depth < 0) {
    throw new SwitchyardError({
      code: 'RUN_INPUT_INVALID',
      seen: `input 'fetch-depth' is '${context.input('fetch-depth')}'`,
      expected: 'a whole number, 0 for everything',
    });
  }
  await mkdir(folder, { recursive: true });
  if (booleanInput(context, 'clean')) await emptyFolder(folder);
  await git(folder, ['init', '--quiet', '--initial-branch=main']);
  await git(folder, ['config', 'gc.auto', '0']);
  await git(folder, ['remote', 'add', 'origin', `file://${from}`]);
  const tracking = target.ref.startsWith('refs/heads/')
    ? target.ref.replace('refs/heads/', 'refs/remotes/origin/')
    : 'refs/remotes/origin/switchyard-target';
  const everything = ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'];
  const tags = booleanInput(context, 'fetch-tags') ? ['+refs/tags/*:refs/tags/*'] : [];
  const refs = depth === 0 ? [...everything, `+${target.sha}:${tracking}`] : [...tags, `+${target.sha}:${tracking}`];
  // A commit may have no ref of its own, and a branch may have moved on since the run began.
  const pack = 'git -c uploadpack.allowAnySHA1InWant=true upload-pack';
  const options = ['--quiet', '--no-tags', '--force', '--prune', `--upload-pack=${pack}`];
  const fetch = depth === 0 ? [...options] : [...options, `--depth=${depth}`];
  await fetchRefs(folder, fetch, refs, tracking);
  if (target.ref.startsWith('refs/heads/')) {
    await git(folder, ['checkout', '--quiet', '--force', '-B', shortName(fullRef(target.ref)), tracking]);
  } else {
    await git(folder, ['checkout', '--quiet', '--force', '--detach', target.sha]);
  }
}

/** Two fetches where two refs would want the same name: the branch's tip, then the run's own commit. */
async function fetchRefs(folder: string, options: string[], refs: string[], tracking: string): Promise<void> {
  const own = refs.filter((ref) => ref.endsWith(`:${tracking}`));
  const others = refs.filter((ref) => !own.includes(ref));
  if (others.length > 0) await git(folder, ['fetch', ...options, 'origin', ...others]);
  const withoutPrune = options.filter((option) => option !== '--prune');
  await git(folder, ['fetch', ...withoutPrune, 'origin', ...own]);
}

async function emptyFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
}
