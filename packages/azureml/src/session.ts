import type { Clock, Logger } from '@switchyard/domain';
import { AzureMlError } from './azure-ml-error.ts';
import type { TokenCredential } from './credential.ts';
import { arrayAt, isResource, type Resource, textAt } from './json.ts';
import { type PollerSettings, waitForOperation } from './poller.ts';
import { type Answer, armUrl, type Transport } from './transport.ts';

/** What every part of the client shares; made once by `connect`. */
export interface Session {
  readonly transport: Transport;
  readonly credential: TokenCredential;
  readonly subscriptionId: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly settings: PollerSettings;
  /** Told every secret that is read, so that logs can be masked. */
  readonly onSecret: (value: string) => void;
}

interface Call {
  /** ARM path, from `/subscriptions`. */
  readonly path: string;
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

function asResource(answer: Answer, what: string): Resource {
  if (isResource(answer.body)) return answer.body;
  throw new AzureMlError({
    code: 'AZUREML_ANSWER_INVALID',
    kind: 'failure',
    seen: `cannot ${what}: the answer (HTTP ${answer.status}) is not a resource`,
    expected: 'an object with id, name and properties',
    requestId: answer.requestId,
  });
}

/** GET of one resource; undefined when there is none. */
export async function readResource(
  { transport }: Session,
  { path, what, signal }: Call,
): Promise<Resource | undefined> {
  const answer = await transport.send({
    method: 'GET',
    url: armUrl(transport.cloud, path),
    what,
    accept: [404],
    signal,
  });
  return answer.status === 404 ? undefined : asResource(answer, what);
}

/** GET of one resource that must be there. @throws AzureMlError `AZUREML_NOT_FOUND`. */
export async function readExisting({ transport }: Session, { path, what, signal }: Call): Promise<Resource> {
  return asResource(await transport.send({ method: 'GET', url: armUrl(transport.cloud, path), what, signal }), what);
}

/** Every item of a list, over all its pages. */
export async function listResources(
  { transport }: Session,
  { path, what, signal, query }: Call & { readonly query?: Readonly<Record<string, string>> },
): Promise<Resource[]> {
  const items: Resource[] = [];
  let url: string | undefined = armUrl(transport.cloud, path, query);
  while (url !== undefined) {
    const answer: Answer = await transport.send({ method: 'GET', url, what, accept: [404], signal });
    if (answer.status === 404) return items;
    items.push(...arrayAt(answer.body, 'value').filter(isResource));
    url = textAt(answer.body, 'nextLink');
  }
  return items;
}

/** PUT, PATCH or DELETE that may be a long operation; waits for its end and returns the resource, if there is one then. */
export async function writeResource(
  session: Session,
  call: Call & { readonly method: 'PUT' | 'PATCH' | 'DELETE'; readonly body?: unknown },
): Promise<Resource | undefined> {
  const { transport } = session;
  const { method, what, signal, body } = call;
  const url = armUrl(transport.cloud, call.path);
  const accept = method === 'DELETE' ? [404] : [];
  const started = await transport.send({ method, url, what, signal, accept, ...(body === undefined ? {} : { body }) });
  if (started.status === 404) return undefined;
  const ended = await waitForOperation(session, { started, method, resourceUrl: url, what, signal });
  return isResource(ended) ? ended : undefined;
}

/** PUT that must end with a resource. */
export async function putResource(session: Session, call: Call & { readonly body: unknown }): Promise<Resource> {
  const resource = await writeResource(session, { ...call, method: 'PUT' });
  return resource ?? readExisting(session, call);
}

/** POST that only reads (`listKeys`, `getLogs`). */
export async function postForAnswer(session: Session, call: Call & { readonly body?: unknown }): Promise<unknown> {
  const { transport } = session;
  const { path, what, signal, body } = call;
  const url = armUrl(transport.cloud, path);
  const answer = await transport.send({
    method: 'POST',
    url,
    what,
    signal,
    isIdempotent: true,
    ...(body === undefined ? { headers: { 'content-length': '0' } } : { body }),
  });
  return answer.body;
}

export interface ReadBack<T> {
  readonly what: string;
  readonly read: () => Promise<T>;
  readonly isThere: (value: T) => boolean;
  readonly signal?: AbortSignal | undefined;
  readonly seconds?: number;
}

/**
 * Reads until what was written is seen: reads after writes can be stale in Azure ML.
 * @throws AzureMlError `AZUREML_READ_BACK_FAILED`.
 */
export async function readBack<T>(
  session: Session,
  { what, read, isThere, signal, seconds = 120 }: ReadBack<T>,
): Promise<T> {
  const { clock, settings } = session;
  const deadline = clock.now() + seconds * 1000;
  for (;;) {
    const value = await read();
    if (isThere(value)) return value;
    if (clock.now() >= deadline) {
      throw new AzureMlError({
        code: 'AZUREML_READ_BACK_FAILED',
        kind: 'failure',
        seen: `${what} was accepted but is not seen after ${seconds} s`,
        expected: 'the written value in a fresh read',
        next: 'look whether another run writes to the same resource, then run again',
      });
    }
    await clock.sleep(Math.min(settings.pollSeconds, 5) * 1000, signal);
  }
}
