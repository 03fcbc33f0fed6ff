import { isSameTraffic } from '@switchyard/domain';
import { AzureMlError } from './azure-ml-error.ts';
import { type Json, objectAt, textAt, textsAt } from './json.ts';
import { createOnlineDeployments, type OnlineDeployments, type OperationOptions } from './online-deployments.ts';
import { type EndpointResource, trafficOf, usableTags, writableBody } from './online-endpoint-body.ts';
import type { WorkspaceScope } from './scope.ts';
import { type EndpointKeys, readKeys, readToken, type Score, type ScoreRequest, Scorer } from './scoring.ts';
import { listResources, putResource, readBack, readResource, writeResource } from './session.ts';
import { waitUntilSettled, whileBusy } from './settled.ts';

export interface OnlineEndpoints {
  read(name: string): Promise<EndpointResource | undefined>;
  list(): Promise<EndpointResource[]>;
  /**
   * Creates an endpoint and waits. @throws AzureMlError `ENDPOINT_EXISTS`: a PUT without traffic would take all traffic
   * from an existing one.
   */
  create(name: string, body: Json, options?: OperationOptions): Promise<EndpointResource>;
  /**
   * Fresh read of the settled endpoint, change, full PUT, wait, and read until traffic, mirror and tags are seen.
   * `change` gets a copy and may run again; undefined means that nothing is to do.
   * @throws AzureMlError `ENDPOINT_NOT_FOUND`, `AZUREML_READ_BACK_FAILED`, `AZUREML_OPERATION_FAILED`.
   */
  update(
    name: string,
    change: (endpoint: EndpointResource) => EndpointResource | undefined,
    options?: OperationOptions,
  ): Promise<EndpointResource>;
  /** Merges tags. PATCH: traffic is not touched. */
  patchTags(name: string, tags: Readonly<Record<string, string>>): Promise<EndpointResource>;
  /** Deletes the endpoint with its deployments and waits: the name stays taken until then. */
  delete(name: string, options?: OperationOptions): Promise<void>;
  keys(name: string): Promise<EndpointKeys>;
  token(name: string): Promise<{ accessToken: string; expiryTimeUtc: number }>;
  deployments(endpoint: string): OnlineDeployments;
  /** One request with the credential the endpoint asks for. HTTP statuses do not throw. @throws AzureMlError `ENDPOINT_NOT_FOUND`. */
  score(request: ScoreRequest): Promise<Score>;
}

/** True when a fresh read shows what was written. */
function isWritten(found: EndpointResource | undefined, wanted: EndpointResource): boolean {
  if (!found) return false;
  const hasTags = Object.entries(usableTags(wanted.tags)).every(
    ([key, value]) => objectAt(found, 'tags')[key] === value,
  );
  const isSame = (member: 'traffic' | 'mirrorTraffic') =>
    isSameTraffic(trafficOf(found.properties[member]), trafficOf(wanted.properties[member]));
  return hasTags && isSame('traffic') && isSame('mirrorTraffic');
}

/**
 * Fills absent shares with none: the service takes an absent `traffic` for an empty one, and what will happen should
 * stand in the request.
 */
function withShares(endpoint: EndpointResource): EndpointResource {
  const { properties } = endpoint;
  return {
    ...endpoint,
    properties: {
      ...properties,
      traffic: { ...trafficOf(properties.traffic) },
      mirrorTraffic: { ...trafficOf(properties.mirrorTraffic) },
    },
  };
}

class WorkspaceEndpoints implements OnlineEndpoints {
  readonly #scope: WorkspaceScope;
  readonly #scorer: Scorer;

  constructor(scope: WorkspaceScope) {
    this.#scope = scope;
    this.#scorer = new Scorer(scope, (name) => this.read(name));
  }

  #path(name: string): string {
    return `${this.#scope.path}/onlineEndpoints/${encodeURIComponent(name)}`;
  }

  #what(verb: string, name: string): string {
    return `${verb} endpoint "${name}" in ${this.#scope.label}`;
  }

  read(name: string): Promise<EndpointResource | undefined> {
    return readResource(this.#scope.session, { path: this.#path(name), what: this.#what('read', name) });
  }

  list(): Promise<EndpointResource[]> {
    const what = `list the endpoints of ${this.#scope.label}`;
    return listResources(this.#scope.session, { path: `${this.#scope.path}/onlineEndpoints`, what });
  }

  async create(name: string, body: Json, { signal }: OperationOptions = {}): Promise<EndpointResource> {
    if (await this.read(name)) {
      throw new AzureMlError({
        code: 'ENDPOINT_EXISTS',
        seen: `cannot ${this.#what('create', name)}: it exists`,
        expected: 'a new name',
        next: 'update the endpoint instead',
      });
    }
    const location = textAt(body, 'location') ?? (await this.#scope.info()).location;
    const request = { ...body, location, tags: usableTags(body.tags) };
    return putResource(this.#scope.session, {
      path: this.#path(name),
      what: this.#what('create', name),
      body: request,
      signal,
    });
  }

  #notFound(what: string): AzureMlError {
    return new AzureMlError({
      code: 'ENDPOINT_NOT_FOUND',
      seen: `cannot ${what}: there is no such endpoint`,
      expected: 'an existing endpoint',
      status: 404,
    });
  }

  async update(
    name: string,
    change: (endpoint: EndpointResource) => EndpointResource | undefined,
    { signal }: OperationOptions = {},
  ): Promise<EndpointResource> {
    const { session } = this.#scope;
    const what = this.#what('update', name);
    const { fresh, wanted } = await whileBusy(session, { what, signal }, async () => {
      const found = await waitUntilSettled(session, { what, signal, read: () => this.read(name) });
      if (!found) throw this.#notFound(what);
      const changed = change(structuredClone(found));
      if (!changed) return { fresh: found, wanted: undefined };
      const request = withShares(changed);
      await putResource(session, { path: this.#path(name), what, body: writableBody(request), signal });
      return { fresh: found, wanted: request };
    });
    if (!wanted) return fresh;
    const isThere = (found: EndpointResource | undefined) => isWritten(found, wanted);
    return (await readBack(session, { what, read: () => this.read(name), isThere, signal })) ?? fresh;
  }

  async patchTags(name: string, tags: Readonly<Record<string, string>>): Promise<EndpointResource> {
    const { session } = this.#scope;
    const what = this.#what('tag', name);
    const fresh = await this.read(name);
    if (!fresh) throw this.#notFound(what);
    const body = { tags: usableTags({ ...textsAt(fresh, 'tags'), ...tags }) };
    await whileBusy(session, { what }, () =>
      writeResource(session, { method: 'PATCH', path: this.#path(name), what, body }),
    );
    const hasTags = (found: EndpointResource | undefined) =>
      Object.entries(usableTags(tags)).every(([key, value]) => objectAt(found, 'tags')[key] === value);
    return (await readBack(session, { what, read: () => this.read(name), isThere: hasTags })) ?? fresh;
  }

  async delete(name: string, { signal }: OperationOptions = {}): Promise<void> {
    const { session } = this.#scope;
    const what = this.#what('delete', name);
    await whileBusy(session, { what, signal }, () =>
      writeResource(session, { method: 'DELETE', path: this.#path(name), what, signal }),
    );
  }

  keys(name: string): Promise<EndpointKeys> {
    return readKeys(this.#scope, name);
  }

  token(name: string): Promise<{ accessToken: string; expiryTimeUtc: number }> {
    return readToken(this.#scope, name);
  }

  deployments(endpoint: string): OnlineDeployments {
    return createOnlineDeployments(this.#scope, endpoint);
  }

  score(request: ScoreRequest): Promise<Score> {
    return this.#scorer.score(request);
  }
}

export function createOnlineEndpoints(scope: WorkspaceScope): OnlineEndpoints {
  return new WorkspaceEndpoints(scope);
}
