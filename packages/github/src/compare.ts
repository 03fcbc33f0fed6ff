import { errorText, SwitchyardError, type SwitchyardErrorInit } from '@switchyard/domain';

/**
 * Most files that one comparison lists.
 * Source: https://docs.github.com/rest/commits/commits#compare-two-commits
 */
const FILE_LIMIT = 300;

export interface CompareRequest {
  readonly token: string;
  /** Base address of the API, for example `https://api.github.com`. */
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly base: string;
  readonly head: string;
}

/**
 * Paths that changed on the way from the merge base of two commits to `head`, sorted; a moved file
 * counts at both places. For clones that do not have the commits.
 * @throws SwitchyardError `GITHUB_REPOSITORY_INVALID`, `GITHUB_COMPARE_TOO_LARGE`, `GITHUB_COMPARE_NOT_FOUND`,
 * `GITHUB_FORBIDDEN` or `GITHUB_COMPARE_FAILED`.
 */
export async function compareChangedPaths(request: CompareRequest): Promise<string[]> {
  const { token, apiUrl, base, head } = request;
  const { owner, repo } = splitRepository(request.repository);
  // Loaded only here: most runs find both commits in the clone and never need it.
  const { getOctokit } = await import('@actions/github');
  const octokit = getOctokit(token, { baseUrl: apiUrl.replace(/\/+$/, '') });
  const basehead = `${base}...${head}`;
  let files: { filename: string; previous_filename?: string }[];
  try {
    const { data } = await octokit.rest.repos.compareCommitsWithBasehead({ owner, repo, basehead });
    files = data.files ?? [];
  } catch (cause) {
    throw compareFailed(request, cause);
  }
  if (files.length >= FILE_LIMIT) throw tooLarge(request);
  const paths = files.flatMap((file) => [file.filename, ...(file.previous_filename ? [file.previous_filename] : [])]);
  return [...new Set(paths)].sort((a, b) => (a < b ? -1 : 1));
}

function splitRepository(repository: string): { owner: string; repo: string } {
  const [, owner, repo] = /^([^/\s]+)\/([^/\s]+)$/.exec(repository) ?? [];
  if (owner !== undefined && repo !== undefined) return { owner, repo };
  throw new SwitchyardError({
    code: 'GITHUB_REPOSITORY_INVALID',
    seen: `repository "${repository}"`,
    expected: 'owner/name',
    next: 'set GITHUB_REPOSITORY as a runner does',
  });
}

function tooLarge({ base, head }: CompareRequest): SwitchyardError {
  return new SwitchyardError({
    code: 'GITHUB_COMPARE_TOO_LARGE',
    seen: `the comparison ${base}...${head} has ${FILE_LIMIT} files or more, and the API lists no more than that`,
    expected: `fewer than ${FILE_LIMIT} changed files`,
    next: 'set "fetch-depth: 0" on actions/checkout so that Git can compare, or select the circuits by name or ALL',
  });
}

function compareFailed(request: CompareRequest, cause: unknown): SwitchyardError {
  const { repository, base, head } = request;
  const status = statusOf(cause);
  const seen = `comparing ${base}...${head} of ${repository} gave ${status ?? 'no answer'}: ${errorText(cause)}`;
  return new SwitchyardError({ ...adviceFor(status), seen, cause });
}

function statusOf(error: unknown): number | undefined {
  if (error === null || typeof error !== 'object' || !('status' in error)) return undefined;
  return typeof error.status === 'number' ? error.status : undefined;
}

function adviceFor(status: number | undefined): Omit<SwitchyardErrorInit, 'seen'> {
  if (status === 404) {
    return {
      code: 'GITHUB_COMPARE_NOT_FOUND',
      expected: 'two commits of the repository',
      next: 'after a force push, name another base; else check that the token may read contents',
    };
  }
  if (status === 401 || status === 403) {
    return {
      code: 'GITHUB_FORBIDDEN',
      expected: 'a token that may read contents',
      next: 'add "permissions: contents: read"',
    };
  }
  return { code: 'GITHUB_COMPARE_FAILED', kind: 'failure', next: 'run the step again' };
}
