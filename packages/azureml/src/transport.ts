import {
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  decompressResponsePolicy,
  type HttpClient,
  isRestError,
  type PipelineResponse,
  proxyPolicy,
  tlsPolicy,
  userAgentPolicy,
} from '@azure/core-rest-pipeline';
import type { Clock, Logger } from '@switchyard/domain';
import type { Cloud } from './cloud.ts';
import type { TokenCredential } from './credential.ts';
import { failureOf, unreachable } from './failures.ts';
import { parseRetryAfter, retryDelay } from './retry.ts';
import { TokenCache } from './token-cache.ts';

/** The one version of the ARM contract that this client speaks. */
export const API_VERSION = '2025-12-01';

export type Audience = 'management' | 'ml' | 'none';

export interface TransportRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: string;
  /** What is attempted, in words that follow "cannot". */
  readonly what: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whose token goes along; `management` unless said. `none` for addresses that carry their own signature. */
  readonly audience?: Audience;
  /** Statuses that are answers and not failures, beside 2xx. */
  readonly accept?: readonly number[];
  /** For a POST that changes nothing. */
  readonly isIdempotent?: boolean;
  /** Send once, take whatever status comes. */
  readonly once?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  /** Parsed JSON; text when it is none; undefined when empty. */
  readonly body: unknown;
  /** The body as it came. */
  readonly text: string;
  readonly requestId: string | undefined;
  header(name: string): string | undefined;
}

export interface Transport {
  readonly cloud: Cloud;
  /** Sends with token, retries and error table. @throws AzureMlError; the signal's reason when it aborts. */
  send(request: TransportRequest): Promise<Answer>;
}

export interface TransportInit {
  readonly cloud: Cloud;
  readonly credential: TokenCredential;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly userAgent: string;
  readonly httpClient?: HttpClient | undefined;
  readonly random?: (() => number) | undefined;
}

function isLoopback(url: URL): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
}

function parseBody(text: string | null | undefined): unknown {
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function toAnswer(response: PipelineResponse): Answer {
  const header = (name: string) => response.headers.get(name);
  const requestId = header('x-ms-request-id') ?? header('x-request-id');
  return {
    status: response.status,
    body: parseBody(response.bodyAsText),
    text: response.bodyAsText ?? '',
    requestId,
    header,
  };
}

/** The path without query: signatures stand in the query and must not reach a log. */
function publicPart(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

interface Outcome {
  readonly answer?: Answer;
  readonly networkError?: unknown;
}

class PipelineTransport implements Transport {
  readonly cloud: Cloud;
  readonly #init: TransportInit;
  readonly #pipeline = createEmptyPipeline();
  readonly #client: HttpClient;
  readonly #random: () => number;
  readonly #tokens: TokenCache;

  constructor(init: TransportInit) {
    this.cloud = init.cloud;
    this.#init = init;
    this.#client = init.httpClient ?? createDefaultHttpClient();
    this.#random = init.random ?? Math.random;
    this.#tokens = new TokenCache(init.credential, init.clock);
    this.#pipeline.addPolicy(userAgentPolicy({ userAgentPrefix: init.userAgent }));
    this.#pipeline.addPolicy(proxyPolicy());
    this.#pipeline.addPolicy(tlsPolicy());
    this.#pipeline.addPolicy(decompressResponsePolicy());
  }

  #scopeOf(audience: Audience): string {
    return `${audience === 'ml' ? this.cloud.mlAudience : this.cloud.managementAudience}/.default`;
  }

  async #authorization(audience: Audience): Promise<Record<string, string>> {
    if (audience === 'none') return {};
    const token = await this.#tokens.bearer(this.#scopeOf(audience));
    return token ? { authorization: `Bearer ${token}` } : {};
  }

  async #sendOnce(request: TransportRequest): Promise<Outcome> {
    const { method, headers = {}, body, signal, timeoutMs = 120_000 } = request;
    const url = new URL(request.url);
    const authorization = headers.authorization ? {} : await this.#authorization(request.audience ?? 'management');
    const content: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const pipelineRequest = createPipelineRequest({
      method,
      url: request.url,
      headers: createHttpHeaders({ accept: 'application/json', ...content, ...authorization, ...headers }),
      timeout: timeoutMs,
      // Only a server on this machine may be asked without TLS.
      allowInsecureConnection: isLoopback(url),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(signal ? { abortSignal: signal } : {}),
    });
    try {
      return { answer: toAnswer(await this.#pipeline.sendRequest(this.#client, pipelineRequest)) };
    } catch (networkError) {
      signal?.throwIfAborted();
      return { networkError };
    }
  }

  async send(request: TransportRequest): Promise<Answer> {
    const { clock, logger } = this.#init;
    const url = new URL(request.url);
    for (let count = 1; ; count += 1) {
      request.signal?.throwIfAborted();
      const { answer, networkError } = await this.#sendOnce(request);
      if (answer?.status === 401) this.#tokens.forget(this.#scopeOf(request.audience ?? 'management'));
      if (answer && (answer.status < 300 || request.once || request.accept?.includes(answer.status))) return answer;
      const delay = request.once
        ? undefined
        : retryDelay({
            method: request.method,
            isIdempotent: request.isIdempotent ?? false,
            status: answer?.status,
            networkCode: isRestError(networkError) ? networkError.code : undefined,
            retryAfter: parseRetryAfter(answer?.header('retry-after'), clock.now()),
            count,
            random: this.#random(),
          });
      if (delay === undefined) {
        throw answer ? failureOf({ ...answer, what: request.what }) : unreachable(request.what, url.host, networkError);
      }
      const why = answer ? `HTTP ${answer.status}` : 'no answer';
      logger.debug(`${request.method} ${publicPart(url)}: ${why}; again in ${delay} ms`);
      await clock.sleep(delay, request.signal);
    }
  }
}

export function createTransport(init: TransportInit): Transport {
  return new PipelineTransport(init);
}

/** Adds the api-version to an ARM path. */
export function armUrl(cloud: Cloud, path: string, query: Readonly<Record<string, string>> = {}): string {
  const parameters = new URLSearchParams({ 'api-version': API_VERSION, ...query });
  return `${cloud.resourceManager}${path}?${parameters.toString()}`;
}
