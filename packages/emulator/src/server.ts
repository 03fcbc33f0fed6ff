import { randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import { type HttpBindings, type ServerType, serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { actionOf, authorize } from './authorization.ts';
import { canonicalPath } from './canonical-path.ts';
import type { Certificates } from './certificates.ts';
import { armEnvelope, historyEnvelope, ServiceError } from './errors.ts';
import type { Fault } from './faults.ts';
import { isObject, type JsonObject } from './fields.ts';
import { machineLearningAudiences, managementAudiences } from './handlers/metadata.ts';
import type { Platform } from './platform.ts';
import type { Plane, Reply, Route, ServiceRequest } from './request.ts';
import { routes } from './routes.ts';

type Environment = { Bindings: HttpBindings };

interface Exchange {
  requestId: string;
  correlationId: string;
  identity: string;
  plane: Plane;
  started: number;
}

const staleLimit = 500;

function parseBody(text: string, isForm: boolean): JsonObject {
  if (text.trim() === '' || isForm) {
    return {};
  }
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    throw new ServiceError(400, 'The request content was invalid and could not be deserialized.', {
      code: 'InvalidRequestContent',
    });
  }
}

/** Check the token of a request. Gives the caller's client id. */
function authenticate(plane: Plane, headers: Headers, platform: Platform): string {
  if (plane === 'open' || plane === 'admin' || plane === 'scoring') {
    return '';
  }
  const audiences = plane === 'ml' ? machineLearningAudiences : [...managementAudiences, platform.url];
  const owner = platform.tokens.check(headers.get('authorization'), platform.strictAudience ? audiences : undefined);
  if (typeof owner === 'object') {
    return owner.identity;
  }
  const problems = {
    missing: ['AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing."],
    invalid: ['InvalidAuthenticationToken', 'The access token is invalid.'],
    expired: ['ExpiredAuthenticationToken', 'The access token expiry is in the past.'],
    audience: [
      'InvalidAuthenticationTokenAudience',
      `The access token has been obtained for the wrong audience or resource. It should be one of ${audiences.join(', ')}.`,
    ],
  } as const;
  const [code, message] = problems[owner];
  throw new ServiceError(401, message, { code, inner: code, headers: { 'www-authenticate': 'Bearer' } });
}

function checkVersion(plane: Plane, query: URLSearchParams): void {
  if (plane !== 'arm') {
    return;
  }
  const version = query.get('api-version');
  if (version === null || version === '') {
    throw new ServiceError(400, 'The api-version query parameter (?api-version=) is required for all requests.', {
      code: 'MissingApiVersionParameter',
    });
  }
  if (!/^\d{4}-\d{2}-\d{2}(-\w+)?$/.test(version)) {
    throw new ServiceError(400, `The api-version '${version}' is invalid.`, { code: 'InvalidApiVersionParameter' });
  }
}

/** The https server of the emulator: routing, tokens, faults, the journal and the error envelopes. */
export class Server {
  readonly #platform: Platform;
  readonly #app: Hono<Environment>;
  readonly #lastReads = new Map<string, Reply>();

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#app = new Hono<Environment>({ getPath: (request) => canonicalPath(new URL(request.url).pathname) });
    for (const route of routes) {
      this.#app.on(route.method, route.path, (context) => this.#serve(context, route));
    }
    this.#app.all('*', (context) => this.#serve(context, undefined));
  }

  /** Listen on a port of 127.0.0.1; 0 takes a free one. */
  static listen(
    fetchAnswer: (request: Request, environment: unknown) => Response | Promise<Response>,
    port: number,
    { certificate, key }: Certificates,
  ) {
    return new Promise<{ server: ServerType; port: number }>((resolve, reject) => {
      const server = serve(
        {
          fetch: fetchAnswer,
          hostname: '127.0.0.1',
          port,
          createServer,
          serverOptions: { cert: certificate, key, keepAliveTimeout: 30_000 },
          overrideGlobalObjects: false,
        },
        (info) => resolve({ server, port: info.port }),
      );
      server.once('error', reject);
    });
  }

  /** Answer one request; given to the listener. */
  fetch(request: Request, environment: unknown): Response | Promise<Response> {
    return this.#app.fetch(request, environment as HttpBindings);
  }

  async #serve(context: Context<Environment>, route: Route | undefined): Promise<Response> {
    const url = new URL(context.req.url);
    const { method } = context.req;
    const exchange: Exchange = {
      requestId: randomUUID(),
      correlationId: context.req.header('x-ms-correlation-request-id') ?? randomUUID(),
      identity: '',
      plane: route?.plane ?? 'arm',
      started: performance.now(),
    };
    let reply: Reply;
    try {
      const fault = exchange.plane === 'admin' ? undefined : this.#platform.faults.take(method, url.pathname);
      reply = await this.#faulted(context, fault, async () => this.#answer(context, route, url, exchange));
    } catch (error) {
      reply = this.#refuse(error, exchange);
    }
    if (exchange.plane !== 'admin' && exchange.plane !== 'scoring') {
      this.#platform.journal.add({
        time: this.#platform.clock.now().toISOString(),
        method,
        path: url.pathname,
        status: reply.status,
        identity: exchange.identity,
        requestId: exchange.requestId,
        milliseconds: Math.round(performance.now() - exchange.started),
      });
    }
    return this.#response(reply, exchange);
  }

  async #faulted(
    context: Context<Environment>,
    fault: Fault | undefined,
    answer: () => Promise<Reply>,
  ): Promise<Reply> {
    if (fault === undefined) {
      return answer();
    }
    await new Promise((resolve) => {
      setTimeout(resolve, fault.delayMs);
    });
    if (fault.drop) {
      context.env.incoming.destroy();
      return { status: 500 };
    }
    const stale = fault.stale ? this.#lastReads.get(context.req.url) : undefined;
    if (stale !== undefined) {
      return stale;
    }
    if (fault.status !== undefined) {
      if (fault.body !== undefined) {
        return { status: fault.status, body: fault.body, headers: fault.headers };
      }
      throw new ServiceError(fault.status, 'An injected fault.', { headers: fault.headers });
    }
    this.#platform.operations.nextFailure = fault.failOperation;
    try {
      return await answer();
    } finally {
      this.#platform.operations.nextFailure = undefined;
    }
  }

  async #answer(context: Context<Environment>, route: Route | undefined, url: URL, exchange: Exchange): Promise<Reply> {
    const { req } = context;
    if (route === undefined) {
      throw new ServiceError(404, `No operation of this service has the path ${url.pathname} with ${req.method}.`, {
        code: 'NotFound',
      });
    }
    checkVersion(route.plane, url.searchParams);
    exchange.identity = authenticate(route.plane, req.raw.headers, this.#platform);
    if (route.plane === 'arm') {
      const caller = this.#platform.identities.find(({ clientId }) => clientId === exchange.identity);
      authorize(caller, actionOf(req.method, url.pathname), url.pathname);
    }
    const text = req.method === 'GET' ? '' : await req.text();
    const isForm = req.header('content-type')?.startsWith('application/x-www-form-urlencoded') ?? false;
    const request: ServiceRequest = {
      method: req.method,
      path: url.pathname,
      params: req.param(),
      query: url.searchParams,
      headers: req.raw.headers,
      body: parseBody(text, isForm || route.plane === 'scoring'),
      text,
      identity: exchange.identity,
    };
    const reply = await route.handle(request, this.#platform);
    if (req.method === 'GET' && route.plane === 'arm') {
      this.#remember(req.url, reply);
    }
    return reply;
  }

  /** Keep the last answer of a GET, for faults that ask for stale reads. */
  #remember(url: string, reply: Reply): void {
    const body = reply.body === undefined ? undefined : structuredClone(reply.body);
    this.#lastReads.delete(url);
    this.#lastReads.set(url, { ...reply, ...(body === undefined ? {} : { body }) });
    const oldest = this.#lastReads.keys().next().value;
    if (this.#lastReads.size > staleLimit && oldest !== undefined) {
      this.#lastReads.delete(oldest);
    }
  }

  #refuse(problem: unknown, exchange: Exchange): Reply {
    const error =
      problem instanceof ServiceError
        ? problem
        : new ServiceError(500, problem instanceof Error ? problem.message : String(problem), {
            code: 'InternalServerError',
            inner: 'InternalServerError',
          });
    const context = {
      requestId: exchange.requestId,
      correlationId: exchange.correlationId,
      region: this.#platform.state.data.location,
      time: this.#platform.clock.now().toISOString(),
    };
    const history = exchange.plane === 'history' || exchange.plane === 'mlflow';
    const body = history ? historyEnvelope(error, context, exchange.plane === 'mlflow') : armEnvelope(error, context);
    return { status: error.status, body, headers: error.headers };
  }

  #response(reply: Reply, exchange: Exchange): Response {
    const headers = new Headers(reply.headers);
    headers.set('x-ms-request-id', exchange.requestId);
    headers.set('x-ms-correlation-request-id', exchange.correlationId);
    if (exchange.plane === 'arm') {
      headers.set('x-ms-routing-request-id', exchange.requestId);
    }
    const { body, status } = reply;
    if (body === undefined || status === 204) {
      return new Response(null, { status, headers });
    }
    if (!headers.has('content-type')) {
      headers.set('content-type', 'application/json; charset=utf-8');
    }
    if (typeof body === 'string') {
      return new Response(body, { status, headers });
    }
    return new Response(body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body), { status, headers });
  }
}
