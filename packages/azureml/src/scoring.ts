import { errorText } from '@switchyard/domain';
import { AzureMlError } from './azure-ml-error.ts';
import { textAt } from './json.ts';
import type { EndpointResource } from './online-endpoint-body.ts';
import type { WorkspaceScope } from './scope.ts';
import { postForAnswer } from './session.ts';
import type { Answer } from './transport.ts';

export interface ScoreRequest {
  readonly endpoint: string;
  /** Reaches this deployment whatever its share; left out, the split decides. */
  readonly deployment?: string;
  /** Sent as JSON. */
  readonly body: unknown;
  /** 60,000 unless said. */
  readonly timeoutMs?: number;
}

export interface Score {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly body: unknown;
  /** Who answered, as the service says it. */
  readonly deployment: string | undefined;
  /** From sending to the whole answer. */
  readonly latencyMs: number;
  /** Why no answer came, or what the model's container said. */
  readonly failure: string | undefined;
}

export interface EndpointKeys {
  readonly primaryKey: string;
  readonly secondaryKey: string;
}

interface Target {
  readonly scoringUri: string;
  /** Undefined: the Entra token of the caller. */
  readonly secret: string | undefined;
}

/** `listKeys`. The keys are secrets. */
export async function readKeys(scope: WorkspaceScope, endpoint: string): Promise<EndpointKeys> {
  const path = `${scope.path}/onlineEndpoints/${encodeURIComponent(endpoint)}/listKeys`;
  const answer = await postForAnswer(scope.session, { path, what: `read the keys of endpoint "${endpoint}"` });
  const keys = { primaryKey: textAt(answer, 'primaryKey') ?? '', secondaryKey: textAt(answer, 'secondaryKey') ?? '' };
  for (const key of Object.values(keys)) if (key !== '') scope.session.onSecret(key);
  return keys;
}

/** `token`, for endpoints with AMLToken sign-in. */
export async function readToken(
  scope: WorkspaceScope,
  endpoint: string,
): Promise<{ accessToken: string; expiryTimeUtc: number }> {
  const path = `${scope.path}/onlineEndpoints/${encodeURIComponent(endpoint)}/token`;
  const answer = await postForAnswer(scope.session, { path, what: `read the token of endpoint "${endpoint}"` });
  const accessToken = textAt(answer, 'accessToken') ?? '';
  if (accessToken !== '') scope.session.onSecret(accessToken);
  const expiry = Number((answer as { expiryTimeUtc?: unknown } | undefined)?.expiryTimeUtc);
  return { accessToken, expiryTimeUtc: Number.isFinite(expiry) ? expiry : 0 };
}

function failureOfAnswer(answer: Answer): string | undefined {
  if (answer.status < 300) return undefined;
  const reason = answer.header('ms-azureml-model-error-reason');
  const modelStatus = answer.header('ms-azureml-model-error-statuscode');
  if (reason || modelStatus) return `the model answered ${modelStatus ?? '?'}: ${reason ?? 'no reason given'}`;
  return `HTTP ${answer.status}`;
}

/** Sends requests to endpoints as their users do. Nothing is repeated: each request is a measurement. */
export class Scorer {
  readonly #scope: WorkspaceScope;
  readonly #read: (endpoint: string) => Promise<EndpointResource | undefined>;
  readonly #targets = new Map<string, Promise<Target>>();

  constructor(scope: WorkspaceScope, read: (endpoint: string) => Promise<EndpointResource | undefined>) {
    this.#scope = scope;
    this.#read = read;
  }

  async #findTarget(endpoint: string): Promise<Target> {
    const resource = await this.#read(endpoint);
    const scoringUri = resource?.properties.scoringUri;
    if (!scoringUri) {
      throw new AzureMlError({
        code: 'ENDPOINT_NOT_FOUND',
        seen: resource
          ? `endpoint "${endpoint}" has no scoring address yet`
          : `there is no endpoint "${endpoint}" in ${this.#scope.label}`,
        expected: 'an endpoint that is ready',
        status: 404,
      });
    }
    switch (resource?.properties.authMode?.toLowerCase()) {
      case 'aadtoken':
        return { scoringUri, secret: undefined };
      case 'amltoken':
        return { scoringUri, secret: (await readToken(this.#scope, endpoint)).accessToken };
      default:
        return { scoringUri, secret: (await readKeys(this.#scope, endpoint)).primaryKey };
    }
  }

  #target(endpoint: string): Promise<Target> {
    const target = this.#targets.get(endpoint) ?? this.#findTarget(endpoint);
    this.#targets.set(endpoint, target);
    target.catch(() => this.#targets.delete(endpoint));
    return target;
  }

  async score(request: ScoreRequest): Promise<Score> {
    const first = await this.#send(request);
    if (first.status !== 401) return first;
    // Keys are regenerated and tokens end: one more try with fresh ones.
    this.#targets.delete(request.endpoint);
    return this.#send(request);
  }

  async #send({ endpoint, deployment, body, timeoutMs = 60_000 }: ScoreRequest): Promise<Score> {
    const { transport, clock } = this.#scope.session;
    const { scoringUri, secret } = await this.#target(endpoint);
    const headers: Record<string, string> = {
      ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
      ...(deployment === undefined ? {} : { 'azureml-model-deployment': deployment }),
    };
    const what = `score with endpoint "${endpoint}"`;
    const started = clock.now();
    try {
      const audience = secret === undefined ? 'ml' : 'none';
      const answer = await transport.send({
        method: 'POST',
        url: scoringUri,
        what,
        body,
        headers,
        audience,
        once: true,
        timeoutMs,
      });
      return {
        status: answer.status,
        body: answer.body,
        deployment: answer.header('azureml-model-deployment'),
        latencyMs: clock.now() - started,
        failure: failureOfAnswer(answer),
      };
    } catch (error) {
      if (!(error instanceof AzureMlError)) throw error;
      return {
        status: 0,
        body: undefined,
        deployment: undefined,
        latencyMs: clock.now() - started,
        failure: errorText(error),
      };
    }
  }
}
