import type { Environment } from '@switchyard/action-kit';
import { SwitchyardError } from '@switchyard/domain';
import { isZeroSha } from '@switchyard/git';

/** The commit to compare with; null when the event knows none, as the first push of a branch. */
export type Base = string | null;

interface EventPayload {
  readonly before?: unknown;
  readonly pull_request?: { readonly base?: { readonly sha?: unknown } };
  readonly merge_group?: { readonly base_sha?: unknown };
}

/**
 * Takes the base from the input, else from the event: `before` of a push, the base of a pull request or merge group.
 * @throws SwitchyardError `DETECT_NO_BASE` when neither gives one: guessing would train too much or too little.
 */
export async function findBase(context: {
  readonly inputs: { readonly base: string | undefined };
  readonly environment: Environment;
  readonly readFile: (path: string) => Promise<string>;
}): Promise<Base> {
  const { inputs, environment } = context;
  if (inputs.base !== undefined) return inputs.base;
  if (environment.eventFile === undefined) throw noBase('there is no event');
  const event = JSON.parse(await context.readFile(environment.eventFile)) as EventPayload;
  const base = event.before ?? event.pull_request?.base?.sha ?? event.merge_group?.base_sha;
  if (typeof base !== 'string' || base === '')
    throw noBase(`the event "${environment.eventName}" names no earlier commit`);
  return isZeroSha(base) ? null : base;
}

function noBase(seen: string): SwitchyardError {
  return new SwitchyardError({
    code: 'DETECT_NO_BASE',
    seen,
    expected: 'a commit to compare with',
    next: 'set "base" to a commit, or "circuits" to a list or ALL',
  });
}
