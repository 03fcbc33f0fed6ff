import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { notFound, ServiceError } from '../errors.ts';
import type { CompleteSeed } from '../seed.ts';
import {
  type AssetContainer,
  type AssetType,
  assetTypes,
  type Job,
  type OnlineEndpoint,
  type Registry,
  type Stamp,
  type StateData,
  type Workspace,
} from './records.ts';

const fileName = 'state.json';

function toJson(_key: string, value: unknown): unknown {
  return value instanceof Map ? { $map: [...value] } : value;
}

function fromJson(_key: string, value: unknown): unknown {
  const entries = typeof value === 'object' && value !== null ? Reflect.get(value, '$map') : undefined;
  return Array.isArray(entries) ? new Map(entries) : value;
}

/** Fresh asset folders of a workspace or registry. */
function emptyAssets(): Map<AssetType, Map<string, AssetContainer>> {
  return new Map(assetTypes.map((type) => [type, new Map<string, AssetContainer>()]));
}

/**
 * Everything the emulator knows about resources. With a folder it is kept in one JSON file, written to a
 * temporary name and then renamed, so that a reader never sees half of it.
 */
export class State {
  readonly data: StateData;
  readonly #folder: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(seed: CompleteSeed, folder: string | undefined, urls: { url: string; previous?: StateData }) {
    this.#folder = folder;
    this.data = urls.previous ?? {
      subscriptionId: seed.subscriptionId,
      tenantId: seed.tenantId,
      location: seed.location,
      tokenKey: randomBytes(32).toString('hex'),
      storageKey: randomBytes(64).toString('base64'),
      url: urls.url,
      blobUrl: '',
      sequence: 0,
      workspaces: new Map(),
      registries: new Map(),
      operations: new Map(),
    };
    this.#addSeed(seed);
  }

  /**
   * Read the snapshot of a folder; undefined when there is none.
   * URLs of the former run inside it are replaced by the URLs of this run.
   */
  static readSnapshot(folder: string, replace: (text: string) => string): StateData | undefined {
    const path = join(folder, fileName);
    return existsSync(path) ? (JSON.parse(replace(readFileSync(path, 'utf8')), fromJson) as StateData) : undefined;
  }

  #addSeed(seed: CompleteSeed): void {
    const now = new Date().toISOString();
    for (const { name, resourceGroup, location, computes } of seed.workspaces) {
      if (this.data.workspaces.has(name.toLowerCase())) {
        continue;
      }
      const guid = randomUUID();
      this.data.workspaces.set(name.toLowerCase(), {
        kind: 'workspace',
        name,
        resourceGroup,
        location: location ?? seed.location,
        guid,
        createdAt: now,
        assets: emptyAssets(),
        datastores: [
          { name: 'workspaceblobstore', container: `azureml-blobstore-${guid}`, isDefault: true },
          { name: 'workspaceartifactstore', container: `azureml-${guid}`, isDefault: false },
        ],
        computes: computes ?? [{ name: 'cpu-cluster' }],
        jobs: new Map(),
        experiments: new Map(),
        onlineEndpoints: new Map(),
        batchEndpoints: new Map(),
      });
    }
    for (const { name, resourceGroup } of seed.registries) {
      if (!this.data.registries.has(name.toLowerCase())) {
        const guid = randomUUID();
        this.data.registries.set(name.toLowerCase(), {
          kind: 'registry',
          name,
          resourceGroup,
          location: seed.location,
          guid,
          createdAt: now,
          assets: emptyAssets(),
          container: `registry-${guid}`,
        });
      }
    }
  }

  /** Note a change; the snapshot is written a moment later, once for many changes. */
  changed(): void {
    if (this.#folder !== undefined && this.#timer === undefined) {
      this.#timer = setTimeout(() => this.save(), 200);
      this.#timer.unref();
    }
  }

  /** Write the snapshot now. Does nothing without a folder. */
  save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#folder === undefined) {
      return;
    }
    mkdirSync(this.#folder, { recursive: true });
    const temporary = join(this.#folder, `${fileName}.${process.pid}.tmp`);
    writeFileSync(temporary, JSON.stringify(this.data, toJson), { mode: 0o600 });
    renameSync(temporary, join(this.#folder, fileName));
  }

  /** A number that grows with each call, to order what happens within one millisecond. */
  next(): number {
    this.data.sequence += 1;
    return this.data.sequence;
  }

  /** The workspace of a path. Names of groups and workspaces are compared without letter case. */
  workspace(resourceGroup: string, name: string): Workspace {
    const found = this.data.workspaces.get(name.toLowerCase());
    if (found === undefined || found.resourceGroup.toLowerCase() !== resourceGroup.toLowerCase()) {
      throw resourceNotFound('workspaces', name, resourceGroup);
    }
    return found;
  }

  /** The registry of a path. */
  registry(resourceGroup: string, name: string): Registry {
    const found = this.data.registries.get(name.toLowerCase());
    if (found === undefined || found.resourceGroup.toLowerCase() !== resourceGroup.toLowerCase()) {
      throw resourceNotFound('registries', name, resourceGroup);
    }
    return found;
  }

  /** The ARM id of a workspace or registry. */
  id(scope: Workspace | Registry): string {
    const kind = scope.kind === 'workspace' ? 'workspaces' : 'registries';
    return `/subscriptions/${this.data.subscriptionId}/resourceGroups/${scope.resourceGroup}/providers/Microsoft.MachineLearningServices/${kind}/${scope.name}`;
  }

  /** The assets of one kind. */
  assets(scope: Workspace | Registry, type: AssetType): Map<string, AssetContainer> {
    const found = scope.assets.get(type) ?? new Map<string, AssetContainer>();
    scope.assets.set(type, found);
    return found;
  }

  /** A job that must exist. */
  job(workspace: Workspace, name: string): Job {
    const job = workspace.jobs.get(name);
    if (job === undefined) {
      throw notFound(`Job ${name} not found in workspace ${workspace.name}`);
    }
    return job;
  }

  /** An online endpoint that must exist; ids of endpoints come back lower-cased, so letter case does not count. */
  onlineEndpoint(workspace: Workspace, name: string): OnlineEndpoint {
    const endpoint = workspace.onlineEndpoints.get(name.toLowerCase());
    if (endpoint === undefined) {
      throw notFound(`Endpoint ${name} not found in workspace ${workspace.name}`);
    }
    return endpoint;
  }
}

function resourceNotFound(kind: string, name: string, resourceGroup: string): ServiceError {
  return new ServiceError(
    404,
    `The Resource 'Microsoft.MachineLearningServices/${kind}/${name}' under resource group '${resourceGroup}' was not found.`,
    { code: 'ResourceNotFound' },
  );
}

/** The creation stamp of something made now. */
export function stamp(now: Date, identity: string): Stamp {
  const time = now.toISOString();
  return { createdAt: time, createdBy: identity, modifiedAt: time };
}

/** `systemData` of an answer. */
export function systemData(record: Stamp): object {
  return {
    createdAt: record.createdAt,
    createdBy: record.createdBy,
    createdByType: 'Application',
    lastModifiedAt: record.modifiedAt,
    lastModifiedBy: record.createdBy,
    lastModifiedByType: 'Application',
  };
}
