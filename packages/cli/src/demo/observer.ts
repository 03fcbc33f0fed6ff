import { SwitchyardError } from '@switchyard/domain';
import type { HttpsClient } from './https.ts';
import { type Services, subscriptionId, tenantId } from './services.ts';

export interface EndpointFacts {
  readonly traffic: Readonly<Record<string, number>>;
  /** Deployment name to model version. */
  readonly deployments: Readonly<Record<string, string>>;
  readonly scoringUri: string;
}

/**
 * Looks at Azure ML with plain REST calls and an identity of its own. It shares nothing with the client of the actions,
 * so it can contradict them.
 */
export interface Observer {
  /** Names of all jobs in the dev workspace. */
  jobs(): Promise<readonly string[]>;
  /** Versions of a model in the registry, oldest first. */
  registryVersions(model: string): Promise<readonly string[]>;
  endpoint(environment: 'test' | 'production', name: string): Promise<EndpointFacts | undefined>;
  scoringKey(environment: 'test' | 'production', name: string): Promise<string>;
}

const provider = 'providers/Microsoft.MachineLearningServices';
const group = (name: string) => `/subscriptions/${subscriptionId}/resourceGroups/${name}/${provider}`;
const workspaces = {
  dev: `${group('rg-sensors-dev')}/workspaces/mlw-sensors-dev`,
  test: `${group('rg-sensors-test')}/workspaces/mlw-sensors-test`,
  production: `${group('rg-sensors-prod')}/workspaces/mlw-sensors-prod`,
} as const;
const registry = `${group('rg-sensors-shared')}/registries/sensors`;

interface Resource {
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export async function createObserver(services: Services, http: HttpsClient): Promise<Observer> {
  const token = await signIn(services, http);
  const call = async (method: string, path: string): Promise<unknown> => {
    const separator = path.includes('?') ? '&' : '?';
    const url = path.startsWith('https:') ? path : `${services.emulator.url}${path}${separator}api-version=2025-12-01`;
    const answer = await http.send(method, url, { headers: { authorization: `Bearer ${token}` } });
    if (answer.status === 404) return undefined;
    if (answer.status < 300) return JSON.parse(answer.body);
    throw new SwitchyardError({
      code: 'DEMO_OBSERVER_FAILED',
      kind: 'failure',
      seen: `${method} ${path}: ${answer.status} ${answer.body}`,
    });
  };
  const list = async (path: string): Promise<Resource[]> => {
    const page = (await call('GET', path)) as { value: Resource[]; nextLink?: string } | undefined;
    if (page === undefined) return [];
    return page.nextLink ? [...page.value, ...(await list(page.nextLink))] : page.value;
  };
  return {
    jobs: async () => (await list(`${workspaces.dev}/jobs`)).map((job) => job.name).sort((a, b) => (a < b ? -1 : 1)),
    registryVersions: async (model) =>
      (await list(`${registry}/models/${model}/versions`))
        .map((version) => version.name)
        .sort((a, b) => Number(a) - Number(b)),
    endpoint: async (environment, name) => {
      const path = `${workspaces[environment]}/onlineEndpoints/${name}`;
      const found = (await call('GET', path)) as Resource | undefined;
      if (found === undefined) return undefined;
      const deployments = await list(`${path}/deployments`);
      return {
        traffic: withoutZeroes(found.properties.traffic as Record<string, number>),
        deployments: Object.fromEntries(deployments.map((one) => [one.name, versionOf(one)])),
        scoringUri: String(found.properties.scoringUri),
      };
    },
    scoringKey: async (environment, name) => {
      const keys = await call('POST', `${workspaces[environment]}/onlineEndpoints/${name}/listKeys`);
      return (keys as { primaryKey: string }).primaryKey;
    },
  };
}

async function signIn({ emulator, observer }: Services, http: HttpsClient): Promise<string> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: observer.clientId,
    client_secret: observer.clientSecret,
    scope: 'https://management.azure.com/.default',
  }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await http.send('POST', `${emulator.url}/${tenantId}/oauth2/v2.0/token`, { headers, body });
  return (JSON.parse(answer.body) as { access_token: string }).access_token;
}

function withoutZeroes(traffic: Readonly<Record<string, number>> | null): Record<string, number> {
  return Object.fromEntries(Object.entries(traffic ?? {}).filter(([, share]) => share > 0));
}

function versionOf(deployment: Resource): string {
  return /\/versions\/([^/]+)$/.exec(String(deployment.properties.model))?.[1] ?? '?';
}
