import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { isObject, type JsonObject, objectMember, textMember } from '../fields.ts';
import type { Emulator } from '../start.ts';

/** An answer as tests look at it. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
  json: JsonObject;
}

const pollMilliseconds = 20;

/** Values of a nested JSON object, by the names on the way. */
export function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((found, name) => (isObject(found) ? found[name] : undefined), value);
}

/** Texts in alphabetical order, for comparing what comes in no order. */
export function sorted(values: unknown[]): string[] {
  return values.map(String).sort((a, b) => (a < b ? -1 : 1));
}

/** The message of an ARM error. */
export function messageOf(answer: Answer): string {
  return textMember(answer.json.error, 'message') ?? '';
}

/** Ask again and again until the answer is there; the test's own time limit ends it. */
export async function until<Value>(ask: () => Promise<Value | undefined>): Promise<Value> {
  for (;;) {
    const value = await ask();
    if (value !== undefined) {
      return value;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, pollMilliseconds);
    });
  }
}

/** A client for one emulator that knows nothing but the REST interface. */
export class EmulatorClient {
  readonly #emulator: Emulator;
  readonly #agent: Agent;
  #token: string | undefined;

  readonly #identity: { id: string; secret: string } | undefined;

  /** Without an identity: the first one of the seed. */
  constructor(emulator: Emulator, identity?: { id: string; secret: string }) {
    this.#emulator = emulator;
    this.#identity = identity;
    this.#agent = new Agent({ keepAlive: true, ca: readFileSync(emulator.caFile) });
  }

  /** ARM path of the workspace of an environment: dev, test or prod. */
  workspace(environment = 'dev'): string {
    const group = `/subscriptions/${this.#emulator.environment.AZURE_SUBSCRIPTION_ID}/resourceGroups/rg-sensors-${environment}`;
    return `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-sensors-${environment}`;
  }

  registry(): string {
    const group = `/subscriptions/${this.#emulator.environment.AZURE_SUBSCRIPTION_ID}/resourceGroups/rg-sensors-shared`;
    return `${group}/providers/Microsoft.MachineLearningServices/registries/sensors`;
  }

  /** Send exactly this. */
  raw(method: string, url: string, options: { body?: string; headers?: Record<string, string> } = {}): Promise<Answer> {
    const length = options.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(options.body)) };
    return new Promise((resolve, reject) => {
      const sent = request(
        url.startsWith('https:') ? url : `${this.#emulator.url}${url}`,
        { method, agent: this.#agent, headers: { ...length, ...options.headers } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            const isJson = response.headers['content-type']?.includes('json') ?? false;
            const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : {};
            const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
            const json = isObject(parsed) ? parsed : { value: parsed };
            resolve({ status: response.statusCode ?? 0, headers: Object.fromEntries(headers), text, json });
          });
        },
      );
      sent.on('error', reject);
      sent.end(options.body);
    });
  }

  /** Ask the authority for a token with a form. */
  tokenRequest(form: Record<string, string>): Promise<Answer> {
    return this.raw('POST', `/${this.#emulator.environment.AZURE_TENANT_ID}/oauth2/v2.0/token`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...form }).toString(),
    });
  }

  /** A token of the first identity. */
  async token(scope = 'https://management.azure.com/.default'): Promise<string> {
    const { AZURE_CLIENT_ID = '', AZURE_CLIENT_SECRET = '' } = this.#emulator.environment;
    const { id, secret } = this.#identity ?? { id: AZURE_CLIENT_ID, secret: AZURE_CLIENT_SECRET };
    const answer = await this.tokenRequest({ client_id: id, client_secret: secret, scope });
    return textMember(answer.json, 'access_token') ?? '';
  }

  /** Send JSON with a management token; ARM paths get an api-version. */
  async send(method: string, path: string, body?: object): Promise<Answer> {
    this.#token ??= await this.token();
    const versioned = path.startsWith('/subscriptions') && !path.includes('api-version=');
    const url = versioned ? `${path}${path.includes('?') ? '&' : '?'}api-version=2025-12-01` : path;
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' };
    return this.raw(method, url, { headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  }

  /** Follow a long-running operation to its end: the status document, or the answer of the Location URL. */
  async finish(answer: Answer): Promise<Answer> {
    const { location = '', 'azure-asyncoperation': statusUrl = '' } = answer.headers;
    if (statusUrl === '' && location === '') {
      return answer;
    }
    return until(async () => {
      const polled = await this.send('GET', statusUrl || location);
      const running = statusUrl === '' ? polled.status === 202 : polled.json.status === 'InProgress';
      return running ? undefined : polled;
    });
  }

  /** Upload text files into a fresh container; gives the URL of their folder. */
  async upload(assetPath: string, files: Record<string, string>): Promise<string> {
    const pending = await this.send('POST', `${assetPath}/startPendingUpload`, {
      pendingUploadType: 'TemporaryBlobReference',
    });
    const credential = at(pending.json, 'blobReferenceForConsumption', 'credential');
    const [container = '', signature = ''] = (textMember(credential, 'sasUri') ?? '').split('?');
    for (const [name, body] of Object.entries(files)) {
      const headers = { 'x-ms-blob-type': 'BlockBlob', 'x-ms-version': '2021-10-04' };
      const { status } = await this.raw('PUT', `${container}/files/${name}?${signature}`, { body, headers });
      if (status !== 201) {
        throw new Error(`The upload of ${name} was refused with ${status}.`);
      }
    }
    return `${container}/files`;
  }

  /** Register a code asset of the dev workspace; gives its id. */
  async code(name: string, files: Record<string, string>): Promise<string> {
    const path = `${this.workspace()}/codes/${name}/versions/1`;
    await this.send('PUT', path, { properties: { codeUri: await this.upload(path, files) } });
    return path;
  }

  /** Register a model in the registry; gives its id. */
  async registryModel(name: string, files: Record<string, string>): Promise<string> {
    const path = `${this.registry()}/models/${name}/versions/1`;
    const modelUri = await this.upload(path, files);
    await this.finish(await this.send('PUT', path, { properties: { modelType: 'custom_model', modelUri } }));
    return `azureml://registries/sensors/models/${name}/versions/1`;
  }

  /** Submit a command job to the dev workspace. */
  job(name: string, command: string, more: object = {}): Promise<Answer> {
    const computeId = `${this.workspace()}/computes/cpu-cluster`;
    const properties = {
      jobType: 'Command',
      command,
      environmentId: 'azureml://registries/a/environments/b/versions/1',
      computeId,
      ...more,
    };
    return this.send('PUT', `${this.workspace()}/jobs/${name}`, { properties });
  }

  /** Wait until a job has one of these statuses; gives the status. */
  jobStatus(name: string, wanted = ['Completed', 'Failed', 'Canceled']): Promise<string> {
    return until(async () => {
      const answer = await this.send('GET', `${this.workspace()}/jobs/${name}`);
      const status = textMember(objectMember(answer.json, 'properties'), 'status') ?? '';
      return wanted.includes(status) ? status : undefined;
    });
  }

  /** The details of a run. */
  async details(name: string): Promise<JsonObject> {
    return (await this.send('GET', `/history/v1.0${this.workspace()}/runs/${name}/details`)).json;
  }

  /** The runs that a run has started, as run history shows them. */
  async children(name: string): Promise<JsonObject[]> {
    const { json } = await this.send('GET', `/history/v1.0${this.workspace()}/runs/${name}/children`);
    return Array.isArray(json.value) ? json.value.filter(isObject) : [];
  }

  /** Register a component of the dev workspace; gives its id. */
  async component(name: string, spec: object): Promise<string> {
    const path = `${this.workspace()}/components/${name}/versions/1`;
    const componentSpec = { name, version: '1', type: 'command', ...spec };
    await this.send('PUT', path, { properties: { componentSpec } });
    return path;
  }

  /** The text of a run's log; empty when there is none yet. */
  async log(name: string): Promise<string> {
    const url = at(await this.details(name), 'logFiles', 'user_logs/std_log.txt');
    const answer = typeof url === 'string' ? await this.raw('GET', url) : undefined;
    return answer?.status === 200 ? answer.text : '';
  }

  close(): void {
    this.#agent.destroy();
  }
}
