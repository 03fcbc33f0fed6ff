import { startEmulator } from '../start.ts';
import { type Answer, at, EmulatorClient, messageOf } from './emulator-client.ts';

/** A scoring script that answers its color; the body may ask it to fail, to sleep or to crash. */
const script = (color: string) => `
import json, os, time
def init():
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "weights.json")) as file:
        global weights
        weights = json.load(file)
    print("ready ${color}", os.environ.get("GREETING", ""))
def run(raw):
    body = json.loads(raw)
    if body.get("crash"):
        os._exit(1)
    if body.get("fail"):
        raise ValueError("no such sensor")
    time.sleep(body.get("sleep", 0))
    return {"color": "${color}", "weights": weights}
`;

/** An emulator with a model and three scoring scripts, and short ways to work with online endpoints. */
export class OnlineFixture {
  readonly client: EmulatorClient;
  readonly stop: () => Promise<void>;
  readonly #model: string;
  /** Code ids by the name of the deployment that uses them. */
  readonly codes: Record<string, string>;

  private constructor(parts: {
    client: EmulatorClient;
    stop: () => Promise<void>;
    model: string;
    codes: Record<string, string>;
  }) {
    this.client = parts.client;
    this.stop = parts.stop;
    this.#model = parts.model;
    this.codes = parts.codes;
  }

  static async start(): Promise<OnlineFixture> {
    const emulator = await startEmulator({ latency: 120, randomSeed: 42 });
    const client = new EmulatorClient(emulator);
    const model = await client.registryModel('model', { 'weights.json': '[1]' });
    const codes = {
      blue: await client.code('blue', { 'score.py': script('blue') }),
      green: await client.code('green', { 'score.py': script('green') }),
      broken: await client.code('broken', {
        'score.py': 'def init():\n    raise RuntimeError("no weights")\ndef run(raw):\n    return 1\n',
      }),
    };
    const stop = async () => {
      client.close();
      await emulator.stop();
    };
    return new OnlineFixture({ client, stop, model, codes });
  }

  path(name: string, environment = 'prod'): string {
    return `${this.client.workspace(environment)}/onlineEndpoints/${name}`;
  }

  putEndpoint(name: string, properties: object = {}, more: object = {}): Promise<Answer> {
    const body = { location: 'westeurope', properties: { authMode: 'Key', ...properties }, ...more };
    return this.client.send('PUT', this.path(name), body);
  }

  putDeployment(endpoint: string, name: string, properties: object = {}, more: object = {}): Promise<Answer> {
    const codeConfiguration = { codeId: this.codes[name], scoringScript: 'score.py' };
    return this.client.send('PUT', `${this.path(endpoint)}/deployments/${name}`, {
      location: 'westeurope',
      sku: { name: 'Default', capacity: 1 },
      properties: { endpointComputeType: 'Managed', model: this.#model, codeConfiguration, ...properties },
      ...more,
    });
  }

  /** Make an endpoint with deployments and wait for all of it. Errors: throws when a deployment does not succeed. */
  async make(endpoint: string, ...deployments: string[]): Promise<void> {
    await this.client.finish(await this.putEndpoint(endpoint));
    const requestSettings = { maxConcurrentRequestsPerInstance: 20, requestTimeout: 'PT5S' };
    const all = deployments.map((name) => this.putDeployment(endpoint, name, { requestSettings }));
    for (const started of await Promise.all(all)) {
      const { json } = await this.client.finish(started);
      if (json.status !== 'Succeeded') {
        throw new Error(`A deployment of ${endpoint} did not succeed: ${messageOf(started)} ${JSON.stringify(json)}`);
      }
    }
  }

  /** Send a body to the endpoint with its primary key. */
  async score(endpoint: string, body: object = {}, headers: Record<string, string> = {}): Promise<Answer> {
    const { json } = await this.client.send('GET', this.path(endpoint));
    const keys = await this.client.send('POST', `${this.path(endpoint)}/listKeys`);
    const authorization = `Bearer ${String(keys.json.primaryKey)}`;
    const all = { authorization, 'content-type': 'application/json', ...headers };
    return this.client.raw('POST', String(at(json, 'properties', 'scoringUri')), {
      body: JSON.stringify(body),
      headers: all,
    });
  }

  /** The traffic that a GET of the endpoint shows. */
  async traffic(endpoint: string): Promise<unknown> {
    return at((await this.client.send('GET', this.path(endpoint))).json, 'properties', 'traffic');
  }
}
