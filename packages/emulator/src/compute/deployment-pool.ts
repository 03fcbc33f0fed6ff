import { link, mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { trustEnvironment, userEnvironment } from '../environment.ts';
import { durationMilliseconds, member, numberMember, objectMember, stringMap, textMember } from '../fields.ts';
import { findAsset, parseAssetId } from '../state/asset-store.ts';
import { OperationFailure } from '../state/operations.ts';
import type { OnlineDeployment, OnlineEndpoint, Workspace } from '../state/records.ts';
import type { State } from '../state/state.ts';
import type { Switches } from '../switches.ts';
import type { BlobLocation, BlobStore } from './blob-store.ts';
import { assetLocation, resolveUri } from './locations.ts';
import { codeLocation } from './run-plan.ts';
import { type Scored, ScoringLog, ScoringProcess } from './scoring-process.ts';

/** What the pool needs from the rest of the emulator. */
export interface DeploymentPoolOptions {
  state: State;
  blobs: BlobStore;
  python: string;
  scratch: string;
  trust: { caFile: string; bundleFile: string };
  switches: Switches;
}

/** The place of one deployment. */
export interface DeploymentPlace {
  workspace: Workspace;
  endpoint: OnlineEndpoint;
  deployment: OnlineDeployment;
}

interface Slot {
  process: ScoringProcess | undefined;
  log: ScoringLog;
  folder: string | undefined;
  restarts: number;
}

const restartLimit = 5;

/** The name under which pool and metrics know a deployment. */
export function deploymentKey(endpoint: { guid: string }, deployment: string): string {
  return `${endpoint.guid}/${deployment.toLowerCase()}`;
}

/** The number of requests a definition works on at the same time, over all its instances. */
function concurrency({ properties, sku }: OnlineDeployment): number {
  const each = numberMember(objectMember(properties, 'requestSettings'), 'maxConcurrentRequestsPerInstance') ?? 1;
  return Math.max(1, each) * Math.max(1, numberMember(sku, 'capacity') ?? 1);
}

/** The processes behind online deployments. */
export class DeploymentPool {
  readonly #options: DeploymentPoolOptions;
  readonly #slots = new Map<string, Slot>();
  #counter = 0;
  #stopping: boolean = false;

  constructor(options: DeploymentPoolOptions) {
    this.#options = options;
  }

  #slot(key: string): Slot {
    const slot = this.#slots.get(key) ?? { process: undefined, log: new ScoringLog(), folder: undefined, restarts: 0 };
    this.#slots.set(key, slot);
    return slot;
  }

  /** Where the files of a deployment's model are; undefined for a deployment without a model. */
  modelLocation({ workspace, deployment }: DeploymentPlace): BlobLocation | undefined {
    const model = textMember(deployment.properties, 'model');
    if (model === undefined || model === '') {
      return undefined;
    }
    const lookup = this.#options;
    if (parseAssetId(lookup.state, model) === undefined && !model.includes('/models/')) {
      return resolveUri(lookup, workspace, model);
    }
    const { reference, version } = findAsset(lookup.state, model);
    return assetLocation(lookup, reference.scope, version.properties);
  }

  /**
   * Start the process of a deployment from its present definition. A process that runs already keeps serving
   * until the new one is ready, and then finishes what it has begun.
   * Errors: OperationFailure with the code a deployment operation would end with.
   */
  async start(place: DeploymentPlace): Promise<void> {
    const key = deploymentKey(place.endpoint, place.deployment.name);
    const slot = this.#slot(key);
    this.#counter += 1;
    const folder = join(this.#options.scratch, 'deployments', String(this.#counter));
    const started = await this.#launch(place, slot, folder).catch(async (error: unknown) => {
      await rm(folder, { recursive: true, force: true });
      throw error;
    });
    if (this.#stopping || this.#slots.get(key) !== slot) {
      await started.stop(false);
      return;
    }
    const [previous, previousFolder] = [slot.process, slot.folder];
    slot.process = started;
    slot.folder = folder;
    void this.#retire(previous, previousFolder);
  }

  async #launch(place: DeploymentPlace, slot: Slot, folder: string): Promise<ScoringProcess> {
    const { properties } = place.deployment;
    const { python, blobs, trust } = this.#options;
    const codeFolder = join(folder, 'code');
    const modelFolder = join(folder, 'model');
    await Promise.all([mkdir(codeFolder, { recursive: true }), mkdir(modelFolder, { recursive: true })]);
    const configuration = objectMember(properties, 'codeConfiguration');
    const script = textMember(configuration, 'scoringScript') ?? '';
    const code = codeLocation(this.#options, textMember(configuration, 'codeId'));
    if (code !== undefined && (await blobs.download(code, codeFolder)).length === 0) {
      throw new OperationFailure('BadArgument', 'The code asset of the deployment has no files.');
    }
    const model = this.modelLocation(place);
    if (model !== undefined) {
      await this.#fetchModel(model, modelFolder);
    }
    const settings = objectMember(properties, 'requestSettings');
    const definition = {
      python,
      codeFolder,
      script,
      concurrent: concurrency(place.deployment),
      timeoutMilliseconds: durationMilliseconds(textMember(settings, 'requestTimeout')) ?? 5000,
      environment: userEnvironment({
        ...trustEnvironment(trust),
        AZUREML_MODEL_DIR: modelFolder,
        AML_APP_ROOT: codeFolder,
        AZUREML_ENTRY_SCRIPT: script,
        ...stringMap(member(properties, 'environmentVariables')),
      }),
    };
    try {
      return await ScoringProcess.start(definition, slot.log, () => void this.#restart(place));
    } catch (error) {
      slot.log.add(`${error instanceof Error ? error.message : String(error)}\n`);
      throw new OperationFailure('BadArgument', 'User container has crashed or terminated');
    }
  }

  /** Fetch a model's files to where the switch `modelFolder` wants them. */
  async #fetchModel(model: BlobLocation, folder: string): Promise<void> {
    const { modelFolder } = this.#options.switches;
    const name = basename(model.path.replace(/\/$/, ''));
    const files = await this.#options.blobs.download(model, modelFolder === 'named' ? join(folder, name) : folder);
    if (files.length === 0) {
      throw new OperationFailure('ResourceNotFound', `The model has no files at ${model.path}.`);
    }
    const single = files.length === 1 && basename(files[0] ?? '') === name;
    for (const file of modelFolder === 'both' && name !== '' && !single ? files : []) {
      const twin = join(folder, name, relative(folder, file));
      await mkdir(dirname(twin), { recursive: true });
      await link(file, twin).catch(() => undefined);
    }
  }

  /** Start again what has crashed while it served, as a cluster does; it gives up after five times. */
  async #restart(place: DeploymentPlace): Promise<void> {
    const slot = this.#slots.get(deploymentKey(place.endpoint, place.deployment.name));
    if (slot !== undefined && !this.#stopping && slot.restarts < restartLimit) {
      slot.restarts += 1;
      slot.log.add('The process of the deployment ended; it is started again.\n');
      await this.start(place).catch(() => undefined);
    }
  }

  async #retire(process: ScoringProcess | undefined, folder: string | undefined): Promise<void> {
    await process?.stop(true);
    if (folder !== undefined) {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Send a request to a deployment; 503 when it has no process. */
  async score(key: string, body: string, contentType: string): Promise<Scored> {
    const process = this.#slots.get(key)?.process;
    if (process === undefined || !process.isAlive) {
      return { status: 503, body: Buffer.from('no healthy upstream'), contentType: 'text/plain', fromModel: false };
    }
    return process.score(body, contentType);
  }

  /** The last lines that a deployment printed; undefined when it never started. */
  logs(key: string, tail: number): string | undefined {
    return this.#slots.get(key)?.log.tail(tail);
  }

  /** End a deployment's process after its running requests, and forget its log. */
  remove(key: string): void {
    const slot = this.#slots.get(key);
    this.#slots.delete(key);
    void this.#retire(slot?.process, slot?.folder);
  }

  /** End all processes now. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#slots.values()].map((slot) => slot.process?.stop(false)));
    this.#slots.clear();
  }
}
