import { timingSafeEqual } from 'node:crypto';
import { deploymentKey } from '../compute/deployment-pool.ts';
import type { Scored } from '../compute/scoring-process.ts';
import type { Platform } from '../platform.ts';
import { ok, param, type Reply, type Route, type ServiceRequest } from '../request.ts';
import type { OnlineEndpoint } from '../state/records.ts';
import { endpointAudience } from './endpoint-keys.ts';
import { machineLearningAudiences } from './metadata.ts';
import { authorizeData } from './roles.ts';

/** An answer of the scoring front itself. */
function own(status: number, message: string): Reply {
  return { status, body: { error: { code: String(status), message } } };
}

/** Find an endpoint by its host name `{endpoint}.{region}`. */
export function findHost(platform: Platform, host: string): OnlineEndpoint | undefined {
  const [name = '', ...region] = host.toLowerCase().split('.');
  for (const workspace of platform.state.data.workspaces.values()) {
    const endpoint = workspace.onlineEndpoints.get(name);
    if (endpoint !== undefined && endpoint.location.toLowerCase() === region.join('.')) {
      return endpoint;
    }
  }
  return undefined;
}

function sameText(a: string, b: string): boolean {
  const [first, second] = [Buffer.from(a), Buffer.from(b)];
  return first.length === second.length && timingSafeEqual(first, second);
}

function idOf(platform: Platform, endpoint: OnlineEndpoint): string {
  const workspaces = [...platform.state.data.workspaces.values()];
  const owner = workspaces.find(({ onlineEndpoints }) => onlineEndpoints.get(endpoint.name.toLowerCase()) === endpoint);
  return owner === undefined ? '' : `${platform.state.id(owner)}/onlineEndpoints/${endpoint.name}`;
}

/** True when the request shows what the endpoint's authMode asks for. */
function isAllowed(request: ServiceRequest, platform: Platform, endpoint: OnlineEndpoint): boolean {
  const authorization = request.headers.get('authorization');
  if (endpoint.properties.authMode === 'Key') {
    const key = /^bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
    return sameText(key, endpoint.primaryKey) || sameText(key, endpoint.secondaryKey);
  }
  const entra = endpoint.properties.authMode === 'AADToken';
  const strict = entra
    ? platform.strictAudience
      ? machineLearningAudiences
      : undefined
    : [endpointAudience(endpoint.guid)];
  const owner = platform.tokens.check(authorization, strict);
  if (entra && typeof owner === 'object') {
    authorizeData(platform, owner.identity, 'onlineendpoints/score/action', idOf(platform, endpoint));
  }
  return typeof owner === 'object';
}

/** Choose a deployment by the split; undefined when no share is positive. */
function choose(shares: Record<string, number>, platform: Platform): string | undefined {
  const positive = Object.entries(shares).filter(([, share]) => share > 0);
  const total = positive.reduce((sum, [, share]) => sum + share, 0);
  let point = total === 0 ? 0 : platform.random() * total;
  for (const [name, share] of positive) {
    point -= share;
    if (point < 0) {
      return name;
    }
  }
  return positive.at(-1)?.[0];
}

async function send(request: ServiceRequest, platform: Platform, key: string): Promise<Scored> {
  const started = performance.now();
  const answer = await platform.deployments.score(
    key,
    request.text,
    request.headers.get('content-type') ?? 'application/json',
  );
  platform.metrics.add(key, {
    at: platform.clock.now().getTime(),
    milliseconds: performance.now() - started,
    statusCode: answer.fromModel && answer.status !== 200 ? 424 : answer.status,
    modelStatusCode: answer.fromModel ? answer.status : 0,
  });
  return answer;
}

/** Send a copy to the mirrored deployment, for its share of the requests; the answer is discarded. */
function mirror(request: ServiceRequest, platform: Platform, endpoint: OnlineEndpoint): void {
  for (const [name, share] of Object.entries(endpoint.mirrorTraffic)) {
    if (share > 0 && platform.random() * 100 < share) {
      void send(request, platform, deploymentKey(endpoint, name)).catch(() => undefined);
    }
  }
}

async function score(request: ServiceRequest, platform: Platform): Promise<Reply> {
  const endpoint = findHost(platform, param(request, 'host'));
  if (endpoint === undefined || endpoint.provisioningState === 'Creating') {
    return own(404, 'There is no such endpoint.');
  }
  if (!isAllowed(request, platform, endpoint)) {
    return {
      ...own(401, 'Access denied: the key or token is missing, wrong or expired.'),
      headers: { 'www-authenticate': 'Bearer' },
    };
  }
  const wanted = request.headers.get('azureml-model-deployment');
  if (wanted === null) {
    mirror(request, platform, endpoint);
  }
  const name = wanted ?? choose(endpoint.traffic, platform);
  const deployment = name === undefined ? undefined : endpoint.deployments.get(name.toLowerCase());
  if (deployment === undefined) {
    return own(
      404,
      name === undefined ? 'No deployment of the endpoint has traffic.' : `There is no deployment ${name}.`,
    );
  }
  const answer = await send(request, platform, deploymentKey(endpoint, deployment.name));
  const clientId = request.headers.get('x-ms-client-request-id');
  const headers: Record<string, string> = {
    'content-type': answer.contentType,
    ...(clientId === null ? {} : { 'x-ms-client-request-id': clientId }),
    ...(platform.switches.echoDeployment ? { 'azureml-model-deployment': deployment.name } : {}),
  };
  if (answer.fromModel && answer.status !== 200) {
    headers['ms-azureml-model-error-statuscode'] = String(answer.status);
    headers['ms-azureml-model-error-reason'] = 'model_error';
    return { status: 424, body: answer.body, headers };
  }
  return { status: answer.status, body: answer.body, headers };
}

/** A minimal description of the scoring call. */
function swagger(request: ServiceRequest): Reply {
  const responses = { '200': { description: 'The value that run() returned.' } };
  return ok({
    openapi: '3.0.0',
    info: { title: param(request, 'host'), version: '1' },
    paths: { '/score': { post: { responses } } },
  });
}

export const scoringRoutes: Route[] = [
  { method: 'POST', path: '/scoring/:host/score', plane: 'scoring', handle: score },
  { method: 'GET', path: '/scoring/:host/swagger.json', plane: 'scoring', handle: swagger },
];
