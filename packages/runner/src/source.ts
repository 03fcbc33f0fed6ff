import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type SourcePosition, SwitchyardError } from '@switchyard/domain';
import { git, tryGit } from './git.ts';

/** Where a workflow or an action was read from; `$/` inside it means this folder. */
export interface Source {
  readonly repository: string;
  readonly folder: string;
  readonly sha: string;
  /** As the one who refers to it wrote it: a branch, a tag, a commit, or a full ref. */
  readonly ref: string;
}

export interface SourcesOptions {
  readonly repository: string;
  readonly repositoryFolder: string;
  readonly sha: string;
  readonly ref: string;
  readonly repositories: Readonly<Record<string, string>>;
  /** Checked out commits go here. */
  readonly folder: string;
}

/** Finds the folder for each repository a run refers to. */
export class Sources {
  readonly #options: SourcesOptions;
  readonly #commits = new Map<string, Promise<string>>();

  constructor(options: SourcesOptions) {
    this.#options = options;
  }

  /** The run's own repository at the run's commit. */
  async own(): Promise<Source> {
    const { repository, sha, ref } = this.#options;
    return { repository, sha, ref, folder: await this.#checkout(sha) };
  }

  /** Another repository, or the own one at another ref; undefined when nobody said where it is. */
  async find(repository: string, ref: string): Promise<Source | undefined> {
    const { repositories, repositoryFolder } = this.#options;
    const mapped = Object.entries(repositories).find(([name]) => sameName(name, repository))?.[1];
    if (mapped !== undefined) {
      const folder = resolve(mapped);
      const sha = (await tryGit(folder, ['rev-parse', 'HEAD'])) ?? '0'.repeat(40);
      return { repository, folder, sha, ref };
    }
    if (!sameName(repository, this.#options.repository)) return undefined;
    const sha = await tryGit(repositoryFolder, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
    return sha === undefined ? undefined : { repository, sha, ref, folder: await this.#checkout(sha) };
  }

  /** A folder that stands for `repository` in `actions/checkout`. */
  repositoryFolder(repository: string): string | undefined {
    if (sameName(repository, this.#options.repository)) return this.#options.repositoryFolder;
    const mapped = Object.entries(this.#options.repositories).find(([name]) => sameName(name, repository))?.[1];
    return mapped === undefined ? undefined : resolve(mapped);
  }

  known(): string[] {
    return [this.#options.repository, ...Object.keys(this.#options.repositories)];
  }

  #checkout(sha: string): Promise<string> {
    const done = this.#commits.get(sha) ?? this.#checkoutNow(sha);
    this.#commits.set(sha, done);
    return done;
  }

  async #checkoutNow(sha: string): Promise<string> {
    const folder = join(this.#options.folder, sha);
    await mkdir(folder, { recursive: true });
    const index = join(this.#options.folder, `${sha}.index`);
    // Writes the commit's files without touching the repository's own work tree or index.
    const env = { GIT_INDEX_FILE: index };
    await git(this.#options.repositoryFolder, ['read-tree', sha], env);
    await git(this.#options.repositoryFolder, ['checkout-index', '--all', '--force', `--prefix=${folder}/`], env);
    return folder;
  }
}

/** GitHub compares repository names without regard to case. */
export function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** `owner/name[/path]@ref` taken apart; undefined for other forms. */
export function parseRemote(uses: string): { repository: string; path: string; ref: string } | undefined {
  const match = /^([\w.-]+\/[\w.-]+)((?:\/[^@]*)?)@(.+)$/.exec(uses);
  if (!match) return undefined;
  const [, repository = '', path = '', ref = ''] = match;
  return { repository, path: path.replace(/^\//, ''), ref };
}

/** Reads a workflow file of a source. */
export async function readWorkflowText(source: Source, path: string, position?: SourcePosition): Promise<string> {
  const file = join(source.folder, path);
  if (!existsSync(file)) {
    throw new SwitchyardError({
      code: 'RUN_WORKFLOW_NOT_FOUND',
      seen: `${source.repository} has no ${path} at ${source.sha.slice(0, 12)}`,
      next: 'commit the file: a run reads the commit, as on GitHub',
      ...(position ? { position } : {}),
    });
  }
  return readFile(file, 'utf8');
}
