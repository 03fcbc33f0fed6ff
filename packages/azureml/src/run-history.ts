import { anyCase, arrayAt, isJson, objectAt, textAt, textsAt } from './json.ts';
import type { WorkspaceScope } from './scope.ts';

/** What run history knows of a job beyond its ARM resource. */
export interface RunDetails {
  /** Path of a log to a signed URL. */
  readonly logFiles: Readonly<Record<string, string>>;
  readonly error: string | undefined;
  readonly warnings: readonly string[];
}

function prefix(scope: WorkspaceScope, history: string): string {
  return `${history}/history/v1.0${scope.path}`;
}

function runError(body: unknown): string | undefined {
  const outer = anyCase(body, 'error');
  const error = anyCase(outer, 'error') ?? outer;
  const message = anyCase(error, 'message');
  if (typeof message !== 'string') return undefined;
  const code = anyCase(error, 'code');
  return typeof code === 'string' ? `${code}: ${message}` : message;
}

/** `GET runs/{job}/details`; undefined while run history does not know the job. The log URLs are secrets. */
export async function readRunDetails(
  scope: WorkspaceScope,
  job: string,
  signal?: AbortSignal,
): Promise<RunDetails | undefined> {
  const { history } = await scope.services();
  const url = `${prefix(scope, history)}/runs/${encodeURIComponent(job)}/details`;
  const what = `read the run history of job "${job}"`;
  const answer = await scope.session.transport.send({ method: 'GET', url, what, accept: [404], signal });
  if (answer.status === 404) return undefined;
  const logFiles = textsAt(answer.body, 'logFiles');
  for (const signed of Object.values(logFiles)) scope.session.onSecret(signed);
  const warnings = arrayAt(answer.body, 'warnings')
    .map((warning) => textAt(warning, 'message') ?? '')
    .filter((text) => text !== '');
  return { logFiles, error: runError(answer.body), warnings };
}

/** Asset ids of the named outputs, from the run's metadata. */
export async function readRunOutputs(scope: WorkspaceScope, job: string): Promise<Readonly<Record<string, string>>> {
  const { history } = await scope.services();
  const answer = await scope.session.transport.send({
    method: 'POST',
    url: `${prefix(scope, history)}/rundata`,
    what: `read the outputs of job "${job}"`,
    body: { runId: job, selectRunMetadata: true, selectRunDefinition: false, selectJobSpecification: false },
    isIdempotent: true,
    accept: [404],
  });
  const outputs = objectAt(objectAt(answer.body, 'runMetadata'), 'outputs');
  const ids = Object.entries(outputs).map(([name, output]) => [name, textAt(output, 'assetId')] as const);
  return Object.fromEntries(ids.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Where the files of an asset are: its datastore URI. */
export async function resolveAssetUri(scope: WorkspaceScope, assetId: string): Promise<string | undefined> {
  const { api } = await scope.services();
  const isModel = assetId.includes('/models/');
  const route = isModel ? 'modelregistry/v1.0' : 'data/v1.0';
  const call = isModel ? 'models/batchGetResolvedUris' : 'dataversion/batchGetResolvedUris';
  const answer = await scope.session.transport.send({
    method: 'POST',
    url: `${api}/${route}${scope.path}/${call}`,
    what: `find the files of ${assetId}`,
    body: { values: [assetId] },
    isIdempotent: true,
    accept: [404],
  });
  const [found] = Object.values(objectAt(answer.body, 'values'));
  return isJson(found) ? (textAt(found, 'uri') ?? textAt(found, 'path')) : undefined;
}
