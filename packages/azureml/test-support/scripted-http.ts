import { createHttpHeaders, type HttpClient, type PipelineRequest, RestError } from '@azure/core-rest-pipeline';
import type { Clock, Logger } from '@switchyard/domain';
import { publicCloud } from '../src/cloud.ts';
import { type ConnectInit, connect } from '../src/connect.ts';
import type { Session } from '../src/session.ts';
import { createTransport } from '../src/transport.ts';

/** One answer of the service; `network` is a system code instead of an answer. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly network?: string;
}

export type Step = readonly [request: string, answer: ScriptedAnswer];

export interface SentRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: unknown;
  readonly authorization: string | undefined;
}

/**
 * A service that answers from a script. Each step names method and end of the path (`GET /jobs/j1`); a request that is
 * not the next one fails the test with both.
 */
export function scriptedHttp(steps: readonly Step[]) {
  const sent: SentRequest[] = [];
  const rest = [...steps];
  const httpClient: HttpClient = {
    async sendRequest(request: PipelineRequest) {
      const url = new URL(request.url);
      const step = rest.shift();
      const got = `${request.method} ${url.pathname}`;
      const [method = '', path = ''] = step?.[0].split(' ') ?? [];
      if (!step || request.method !== method || !url.pathname.endsWith(path)) {
        throw new Error(`the script expected ${step?.[0] ?? 'no more requests'}, but got ${got}`);
      }
      const body = typeof request.body === 'string' ? JSON.parse(request.body) : undefined;
      sent.push({ method: request.method, url, body, authorization: request.headers.get('authorization') });
      const { status = 200, body: answer, headers = {}, network } = step[1];
      if (network) throw new RestError(`failed with ${network}`, { code: network, request });
      const text = answer === undefined ? '' : typeof answer === 'string' ? answer : JSON.stringify(answer);
      return { request, status, headers: createHttpHeaders(headers), bodyAsText: text };
    },
  };
  return { httpClient, sent, left: () => rest.length };
}

/** Time that passes only by sleeping. */
export function fakeClock(): Clock & { readonly slept: number[] } {
  let time = Date.parse('2026-11-20T10:00:00Z');
  const slept: number[] = [];
  return {
    slept,
    now: () => time,
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      slept.push(milliseconds);
      time += milliseconds;
    },
  };
}

export const silent: Logger = {
  debug() {},
  info() {},
  notice() {},
  warning() {},
  group: (_title, work) => work(),
};

const credential = {
  getToken: async (scope: string | string[]) => ({ token: `for ${String(scope)}`, expiresOnTimestamp: 0 }),
};

/** A client and a session whose every request comes from the script. */
export function scriptedClient(
  steps: readonly Step[],
  settings: ConnectInit['settings'] = { pollSeconds: 1, timeoutMinutes: 2 },
) {
  const http = scriptedHttp(steps);
  const clock = fakeClock();
  const { httpClient } = http;
  const common = {
    cloud: publicCloud,
    credential,
    logger: silent,
    clock,
    userAgent: 'test',
    httpClient,
    random: () => 0.5,
  };
  const secrets: string[] = [];
  const onSecret = (secret: string) => secrets.push(secret);
  const ml = connect({ ...common, subscriptionId: 's0', settings, onSecret });
  const session: Session = {
    transport: createTransport(common),
    credential,
    subscriptionId: 's0',
    logger: silent,
    clock,
    settings: { pollSeconds: 1, timeoutMinutes: 2, ...settings },
    onSecret,
  };
  return {
    ...http,
    clock,
    ml,
    session,
    secrets,
    workspace: ml.workspace('rg', 'ws'),
    registry: ml.registry('rg', 'reg'),
  };
}

/** The code of what a promise rejects with; the value when it does not. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => ({ resolved: value }),
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  );
}

/** A resource as the service gives it. */
export function resource(name: string, properties: object, more: object = {}) {
  return { id: `/x/${name}`, name, type: 't', systemData: { createdAt: '2026-11-20T09:00:00Z' }, properties, ...more };
}
