import { randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import { Socket } from 'node:net';
import { type HttpBindings, type ServerType, serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { authenticate, checkVersion, parseBody } from './admission.ts';
import { actionOf, authorize } from './authorization.ts';
import { canonicalPath } from './canonical-path.ts';
import type { Certificates } from './certificates.ts';
import { armEnvelope, historyEnvelope, ServiceError } from './errors.ts';
import type { Fault } from './faults.ts';
import type { Platform } from './platform.ts';
import type { Plane, Reply, Route, ServiceRequest } from './request.ts';
import { routes } from './routes.ts';
import type { TokenOwner } from './tokens.ts';

type Environment = { Bindings: HttpBindings };

interface Exchange {
  requestId: string;
  correlationId: string;
  identity: string;
  plane: Plane;
  started: number;
}

const staleLimit = 500;
const keptPaths = 2000;
const jsonType = 'application/json; charset=utf-8';

/** The https server of the emulator: routing, tokens, faults, the journal and the error envelopes. */
export class Server {
  readonly #platform: Platform;
  readonly #app: Hono<Environment>;
  readonly #lastReads = new Map<string, Reply>();
  /** Canonical forms of paths that were asked for: clients ask for the same few again and again. */
  readonly #paths = new Map<string, string>();

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#app = new Hono<Environment>({ getPath: (request) => this.#pathOf(request.url) });
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

  /** The path by which a URL is routed. */
  #pathOf(url: string): string {
    const start = url.indexOf('/', url.indexOf('//') + 2);
    const end = url.indexOf('?', start);
    const path = url.slice(start, end < 0 ? undefined : end);
    const known = this.#paths.get(path);
    if (known !== undefined) {
      return known;
    }
    const canonical = canonicalPath(new URL(url).pathname);
    if (this.#paths.size >= keptPaths) {
      this.#paths.clear();
    }
    this.#paths.set(path, canonical);
    return canonical;
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
    if (fault.drop || fault.reset) {
      const { socket } = context.env.incoming;
      // A TLS socket cannot be reset itself; the one below it can.
      const below: unknown = Reflect.get(socket, '_parent') ?? socket;
      if (fault.reset && below instanceof Socket) {
        below.resetAndDestroy();
      }
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
    return fault.operation === undefined ? answer() : this.#platform.operations.withFault(fault.operation, answer);
  }

  async #answer(context: Context<Environment>, route: Route | undefined, url: URL, exchange: Exchange): Promise<Reply> {
    const { req } = context;
    if (route === undefined) {
      throw new ServiceError(404, `No operation of this service has the path ${url.pathname} with ${req.method}.`, {
        code: 'NotFound',
      });
    }
    checkVersion(route.plane, url.searchParams);
    const owner = authenticate(route.plane, req.raw.headers, this.#platform);
    exchange.identity = owner.identity;
    this.#authorize(owner, route.plane, req.method, url.pathname);
    const bytes = req.method === 'GET' ? new Uint8Array() : new Uint8Array(await req.arrayBuffer());
    const text = route.raw ? '' : new TextDecoder().decode(bytes);
    const isForm = req.header('content-type')?.startsWith('application/x-www-form-urlencoded') ?? false;
    const request: ServiceRequest = {
      method: req.method,
      path: url.pathname,
      params: req.param(),
      query: url.searchParams,
      headers: req.raw.headers,
      body: parseBody(text, isForm || route.plane === 'scoring'),
      text,
      bytes,
      identity: exchange.identity,
    };
    const reply = await route.handle(request, this.#platform);
    return req.method === 'GET' && route.plane === 'arm' ? this.#remember(req.url, reply) : reply;
  }

  /** Check the roles of the caller; a running job may always report about itself. */
  #authorize(owner: TokenOwner, plane: Plane, method: string, path: string): void {
    const isData = plane === 'history' || plane === 'mlflow';
    const { identities, switches } = this.#platform;
    if (plane === 'arm' || (isData && owner.run === undefined && switches.dataPlaneRoles === 'check')) {
      const caller = identities.find(({ clientId }) => clientId === owner.identity);
      if (caller?.roles !== undefined) {
        authorize(caller, actionOf(method, path), path);
      }
    }
  }

  /** Keep the last answer of a GET, as text, for faults that ask for stale reads. */
  #remember(url: string, reply: Reply): Reply {
    const isJson = typeof reply.body === 'object' && !(reply.body instanceof Uint8Array);
    const kept: Reply = isJson
      ? { ...reply, body: JSON.stringify(reply.body), headers: { 'content-type': jsonType, ...reply.headers } }
      : reply;
    this.#lastReads.delete(url);
    this.#lastReads.set(url, kept);
    const oldest = this.#lastReads.keys().next().value;
    if (this.#lastReads.size > staleLimit && oldest !== undefined) {
      this.#lastReads.delete(oldest);
    }
    return kept;
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
      headers.set('content-type', jsonType);
    }
    if (typeof body === 'string') {
      return new Response(body, { status, headers });
    }
    return new Response(body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body), { status, headers });
  }
}
