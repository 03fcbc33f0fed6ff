import { readPermissions } from './permissions.ts';
import { readSteps, unsupported } from './read-step.ts';
import { entriesOf, find, literalList, literalText, type MappingEntry, type Token, unexpected } from './token.ts';
import type { Concurrency, EnvironmentReference, Job, RunDefaults, Strategy } from './workflow.ts';

const unsupportedJobKeys = new Set(['container', 'services', 'snapshot']);

/** Reads one entry of `jobs`. */
export function readJob(entry: MappingEntry): Job {
  const { key: id, value: token, position } = entry;
  for (const each of entriesOf(token, `job '${id}'`)) {
    if (unsupportedJobKeys.has(each.key)) throw unsupported(`\`${each.key}\` of job '${id}'`, each.position);
  }
  const base = {
    id,
    position,
    name: find(token, 'name'),
    needs: literalList(find(token, 'needs'), '`needs`'),
    condition: find(token, 'if'),
    strategy: readStrategy(find(token, 'strategy')),
    concurrency: readConcurrency(find(token, 'concurrency')),
    permissions: readPermissions(find(token, 'permissions')),
  };
  const usesToken = find(token, 'uses');
  if (usesToken) {
    const uses = literalText(usesToken, '`uses`') ?? '';
    const secrets = readCallSecrets(find(token, 'secrets'));
    const inputs = entriesOf(find(token, 'with'), '`with`');
    return { ...base, kind: 'call', uses, usesPosition: usesToken.position, with: inputs, secrets };
  }
  const runsOn = find(token, 'runs-on');
  if (!runsOn) throw unexpected(token, `job '${id}'`, '`runs-on` or `uses`');
  return {
    ...base,
    kind: 'steps',
    runsOn,
    env: find(token, 'env'),
    defaults: readDefaults(find(token, 'defaults')),
    environment: readEnvironment(find(token, 'environment')),
    outputs: entriesOf(find(token, 'outputs'), '`outputs`'),
    timeoutMinutes: find(token, 'timeout-minutes'),
    continueOnError: find(token, 'continue-on-error'),
    steps: readSteps(find(token, 'steps')),
  };
}

function readCallSecrets(token: Token | undefined): 'inherit' | readonly MappingEntry[] {
  if (token?.kind === 'literal' && token.value === 'inherit') return 'inherit';
  return entriesOf(token, '`secrets`');
}

function readStrategy(token: Token | undefined): Strategy | undefined {
  if (!token) return undefined;
  if (token.kind !== 'mapping') throw unexpected(token, '`strategy`', 'a mapping');
  return {
    matrix: find(token, 'matrix'),
    failFast: find(token, 'fail-fast'),
    maxParallel: find(token, 'max-parallel'),
  };
}

function readEnvironment(token: Token | undefined): EnvironmentReference | undefined {
  if (!token) return undefined;
  if (token.kind !== 'mapping') return { name: token, url: undefined, deployment: undefined };
  const name = find(token, 'name');
  if (!name) throw unexpected(token, '`environment`', 'a mapping with `name`');
  return { name, url: find(token, 'url'), deployment: find(token, 'deployment') };
}

/** Reads `concurrency` of a workflow or a job. */
export function readConcurrency(token: Token | undefined): Concurrency | undefined {
  if (!token) return undefined;
  if (token.kind !== 'mapping') {
    return { group: token, cancelInProgress: undefined, queue: 'single', position: token.position };
  }
  const group = find(token, 'group');
  if (!group) throw unexpected(token, '`concurrency`', 'a mapping with `group`');
  const queue = literalText(find(token, 'queue'), '`queue`') === 'max' ? 'max' : 'single';
  const cancelInProgress = find(token, 'cancel-in-progress');
  if (queue === 'max' && cancelInProgress?.kind === 'literal' && cancelInProgress.value === true) {
    throw unexpected(cancelInProgress, '`cancel-in-progress`', '`false` together with `queue: max`');
  }
  return { group, cancelInProgress, queue, position: token.position };
}

/** Reads `defaults.run` of a workflow or a job. */
export function readDefaults(token: Token | undefined): RunDefaults {
  const run = find(token, 'run');
  const shell = find(run, 'shell');
  const workingDirectory = find(run, 'working-directory');
  return { ...(shell ? { shell } : {}), ...(workingDirectory ? { workingDirectory } : {}) };
}
