import { createdAt, differingMembers, VersionedAssets } from './assets.ts';
import { AzureMlError } from './azure-ml-error.ts';
import { isSameUri } from './datastore-uri.ts';
import type { Json, Resource } from './json.ts';
import { objectAt, textAt, textsAt } from './json.ts';
import type { Scope } from './scope.ts';
import { readBack } from './session.ts';

/** A model version, with the members everybody asks for taken out of its resource. */
export interface ModelVersion {
  readonly name: string;
  readonly version: string;
  readonly id: string;
  readonly createdAt: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  readonly uri: string;
  readonly type: string;
  readonly jobName: string | undefined;
  readonly resource: Resource;
}

export interface ModelFilter {
  /** All of these tags with exactly these values. */
  readonly tags?: Readonly<Record<string, string>>;
}

export interface ModelRegistration {
  readonly name: string;
  /** Whole number; the next free one unless given. */
  readonly version?: string;
  readonly type: 'custom_model' | 'mlflow_model' | 'triton_model';
  /** Datastore URI of the files. */
  readonly uri: string;
  readonly jobName?: string;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly properties?: Readonly<Record<string, string>>;
}

/** Tags to merge; null removes one. */
export type TagChanges = Readonly<Record<string, string | null>>;

export interface ModelReader {
  read(name: string, version: string): Promise<ModelVersion | undefined>;
  /** Newest first. */
  list(name: string, filter?: ModelFilter): Promise<ModelVersion[]>;
  /** The most recently created version. */
  newest(name: string, filter?: ModelFilter): Promise<ModelVersion | undefined>;
  /** Merges tags into a version and reads them back. @throws AzureMlError `AZUREML_NOT_FOUND`, `AZUREML_TAG_INVALID`. */
  setTags(name: string, version: string, tags: TagChanges): Promise<ModelVersion>;
}

export interface Models extends ModelReader {
  nextVersion(name: string): Promise<string>;
  /**
   * Registers a version and reads it back. Without a version the one that this job registered before is found again,
   * else the next free number is taken, also when others register at the same time.
   * @throws AzureMlError `AZUREML_IMMUTABLE` when the given version exists with other content.
   */
  register(registration: ModelRegistration): Promise<ModelVersion>;
}

const maxTags = 50;
const maxTagLength = 256;
const maxNumberTries = 10;

/** @throws AzureMlError `AZUREML_TAG_INVALID`: the service cuts or refuses such tags. */
export function assertTags(tags: Readonly<Record<string, string>>): void {
  const tooLong = Object.entries(tags).find(([key, value]) => key.length > maxTagLength || value.length > maxTagLength);
  if (!tooLong && Object.keys(tags).length <= maxTags) return;
  throw new AzureMlError({
    code: 'AZUREML_TAG_INVALID',
    seen: tooLong
      ? `tag "${tooLong[0].slice(0, 60)}" has ${tooLong[1].length} characters`
      : `${Object.keys(tags).length} tags`,
    expected: `at most ${maxTags} tags of at most ${maxTagLength} characters`,
  });
}

function mergeTags(tags: Readonly<Record<string, string>>, changes: TagChanges): Record<string, string> {
  const merged = Object.entries({ ...tags, ...changes }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return Object.fromEntries(merged);
}

function hasTags(tags: Readonly<Record<string, string>>, changes: TagChanges): boolean {
  return Object.entries(changes).every(([key, value]) => (tags[key] ?? null) === value);
}

function toModel(name: string, resource: Resource): ModelVersion {
  const { properties } = resource;
  return {
    name,
    version: resource.name,
    id: resource.id,
    createdAt: createdAt(resource),
    tags: textsAt(properties, 'tags'),
    properties: textsAt(properties, 'properties'),
    uri: textAt(properties, 'modelUri') ?? '',
    type: textAt(properties, 'modelType') ?? 'custom_model',
    jobName: textAt(properties, 'jobName'),
    resource,
  };
}

/** What a PUT of an existing version takes: its own members without those the service computes. */
function editable({ properties }: Resource, changes: Json): Json {
  const { provisioningState: _state, ...rest } = properties;
  return { properties: { ...rest, ...changes } };
}

class ScopedModels implements Models {
  readonly #assets: VersionedAssets;
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
    this.#assets = new VersionedAssets(scope, 'models');
  }

  async read(name: string, version: string): Promise<ModelVersion | undefined> {
    const resource = await this.#assets.read(name, version);
    return resource && toModel(name, resource);
  }

  async list(name: string, filter: ModelFilter = {}): Promise<ModelVersion[]> {
    const tags = filter.tags ?? {};
    // One plain tag narrows the list in the service; how it matches several is not documented, so the rest is done here.
    const [simple] = Object.entries(tags).filter(([key, value]) => /^[\w.-]+$/.test(key) && /^[\w.-]+$/.test(value));
    const query: Record<string, string> = simple ? { tags: `${simple[0]}=${simple[1]}` } : {};
    const resources = await this.#assets.list(name, query);
    return resources.map((resource) => toModel(name, resource)).filter((model) => hasTags(model.tags, tags));
  }

  async newest(name: string, filter?: ModelFilter): Promise<ModelVersion | undefined> {
    if (filter?.tags && Object.keys(filter.tags).length > 0) return (await this.list(name, filter))[0];
    const resource = await this.#assets.newest(name);
    return resource && toModel(name, resource);
  }

  nextVersion(name: string): Promise<string> {
    return this.#assets.nextVersion(name);
  }

  async setTags(name: string, version: string, tags: TagChanges): Promise<ModelVersion> {
    const what = this.#assets.what('tag', name, version);
    const existing = await this.#assets.read(name, version);
    if (!existing) {
      throw new AzureMlError({
        code: 'AZUREML_NOT_FOUND',
        seen: `cannot ${what}: there is no such version`,
        status: 404,
      });
    }
    const model = toModel(name, existing);
    if (hasTags(model.tags, tags)) return model;
    const merged = mergeTags(model.tags, tags);
    assertTags(merged);
    await this.#assets.put(name, version, editable(existing, { tags: merged }));
    const resource = await readBack(this.#scope.session, {
      what,
      read: () => this.#assets.read(name, version),
      isThere: (found) => found !== undefined && hasTags(textsAt(found.properties, 'tags'), tags),
    });
    return toModel(name, resource ?? existing);
  }

  async register(registration: ModelRegistration): Promise<ModelVersion> {
    const { name, version, uri, jobName } = registration;
    assertTags(registration.tags ?? {});
    if (version !== undefined) return this.#registerAs(registration, version);
    const versions = await this.list(name);
    const before =
      jobName === undefined
        ? undefined
        : versions.find((model) => model.jobName === jobName && isSameUri(model.uri, uri));
    if (before) return this.setTags(name, before.version, registration.tags ?? {});
    let next = Number(await this.nextVersion(name));
    for (let tries = 1; ; tries += 1) {
      // The service reserves no number: when another run took it meanwhile, the next one is tried.
      if (!(await this.#assets.read(name, String(next)))) {
        try {
          return await this.#registerAs(registration, String(next));
        } catch (error) {
          const isTaken =
            error instanceof AzureMlError && (error.code === 'AZUREML_IMMUTABLE' || error.code === 'AZUREML_CONFLICT');
          if (!isTaken || tries >= maxNumberTries) throw error;
        }
      }
      next += 1;
    }
  }

  async #registerAs(registration: ModelRegistration, version: string): Promise<ModelVersion> {
    const { name, type, uri, jobName, description, tags = {}, properties = {} } = registration;
    const content = { modelType: type, modelUri: uri };
    const existing = await this.#assets.read(name, version);
    if (existing) {
      this.#assertSame(name, existing, content);
      return this.setTags(name, version, tags);
    }
    const optional = {
      ...(jobName === undefined ? {} : { jobName }),
      ...(description === undefined ? {} : { description }),
    };
    await this.#assets.put(name, version, { properties: { ...content, ...optional, tags, properties } });
    const resource = await readBack(this.#scope.session, {
      what: this.#assets.what('register', name, version),
      read: () => this.#assets.read(name, version),
      isThere: (found) => found !== undefined && hasTags(textsAt(found.properties, 'tags'), tags),
    });
    if (!resource)
      throw new AzureMlError({ code: 'AZUREML_READ_BACK_FAILED', seen: this.#assets.what('register', name, version) });
    this.#assertSame(name, resource, content);
    return toModel(name, resource);
  }

  #assertSame(name: string, existing: Resource, content: Json): void {
    const different = differingMembers('models', content, existing.properties);
    if (different.length === 0) return;
    throw new AzureMlError({
      code: 'AZUREML_IMMUTABLE',
      seen: `model "${name}" version ${existing.name} exists in ${this.#scope.label} with other ${different.join(', ')}`,
      expected: 'the same files, or a new version',
      next: 'leave the version out to take the next free one',
    });
  }
}

export function createModels(scope: Scope): Models {
  return new ScopedModels(scope);
}

/** URI of a model's files. @throws AzureMlError `AZUREML_NOT_FOUND`. */
export async function modelUri(scope: Scope, name: string, version: string): Promise<string> {
  const assets = new VersionedAssets(scope, 'models');
  const resource = await assets.read(name, version);
  const uri = resource && textAt(objectAt(resource, 'properties'), 'modelUri');
  if (uri) return uri;
  throw new AzureMlError({
    code: 'AZUREML_NOT_FOUND',
    seen: `cannot ${assets.what('find the files of', name, version)}: there is no such version`,
    status: 404,
  });
}
