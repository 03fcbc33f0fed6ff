import { AzureMlError } from './azure-ml-error.ts';
import { type Json, objectAt, textAt, textsAt } from './json.ts';
import { type DeploymentResource, usableTags, writableBody } from './online-endpoint-body.ts';
import type { WorkspaceScope } from './scope.ts';
import { listResources, postForAnswer, putResource, readBack, readResource, writeResource } from './session.ts';
import { waitUntilSettled, whileBusy } from './settled.ts';

export interface OperationOptions {
  readonly signal?: AbortSignal;
}

export interface LogOptions {
  /** Lines from the end, at most 5000; 200 unless said. */
  readonly tail?: number;
  /** The server, or the part that fetched the model. */
  readonly container?: 'InferenceServer' | 'StorageInitializer';
}

/** Deployments of one endpoint. A new one takes no traffic. */
export interface OnlineDeployments {
  read(name: string): Promise<DeploymentResource | undefined>;
  list(): Promise<DeploymentResource[]>;
  /**
   * Creates or replaces a deployment and waits for its end, again while the endpoint is busy.
   * @throws AzureMlError `AZUREML_OPERATION_FAILED` with `logTail`, the end of the container's log.
   */
  create(name: string, body: Json, options?: OperationOptions): Promise<DeploymentResource>;
  /** Fresh read, change, full PUT. `change` returns undefined when nothing is to do. */
  update(
    name: string,
    change: (deployment: DeploymentResource) => DeploymentResource | undefined,
    options?: OperationOptions,
  ): Promise<DeploymentResource>;
  patchTags(name: string, tags: Readonly<Record<string, string>>): Promise<DeploymentResource>;
  /** Nothing happens when there is none. The service refuses while it has live traffic. */
  delete(name: string, options?: OperationOptions): Promise<void>;
  logs(name: string, options?: LogOptions): Promise<string>;
}

class EndpointDeployments implements OnlineDeployments {
  readonly #scope: WorkspaceScope;
  readonly #endpoint: string;

  constructor(scope: WorkspaceScope, endpoint: string) {
    this.#scope = scope;
    this.#endpoint = endpoint;
  }

  get #endpointPath(): string {
    return `${this.#scope.path}/onlineEndpoints/${encodeURIComponent(this.#endpoint)}`;
  }

  #path(name: string): string {
    return `${this.#endpointPath}/deployments/${encodeURIComponent(name)}`;
  }

  #what(verb: string, name: string): string {
    return `${verb} deployment "${name}" of endpoint "${this.#endpoint}"`;
  }

  read(name: string): Promise<DeploymentResource | undefined> {
    return readResource(this.#scope.session, { path: this.#path(name), what: this.#what('read', name) });
  }

  list(): Promise<DeploymentResource[]> {
    const path = `${this.#endpointPath}/deployments`;
    return listResources(this.#scope.session, { path, what: `list the deployments of endpoint "${this.#endpoint}"` });
  }

  async #waitForEndpoint(what: string, signal: AbortSignal | undefined): Promise<void> {
    const read = () => readResource(this.#scope.session, { path: this.#endpointPath, what, signal });
    if (await waitUntilSettled(this.#scope.session, { what, signal, read })) return;
    throw new AzureMlError({
      code: 'ENDPOINT_NOT_FOUND',
      seen: `cannot ${what}: there is no endpoint "${this.#endpoint}" in ${this.#scope.label}`,
      expected: 'an existing endpoint',
      next: 'create the endpoint first',
      status: 404,
    });
  }

  async create(name: string, body: Json, { signal }: OperationOptions = {}): Promise<DeploymentResource> {
    const { session } = this.#scope;
    const what = this.#what('create', name);
    const location = textAt(body, 'location') ?? (await this.#scope.info()).location;
    const request = { ...body, location, tags: usableTags(body.tags) };
    try {
      const resource = await whileBusy(session, { what, signal }, async () => {
        await this.#waitForEndpoint(what, signal);
        return putResource(session, { path: this.#path(name), what, body: request, signal });
      });
      return resource;
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof AzureMlError && error.code === 'AZUREML_OPERATION_FAILED'
        ? await this.#withLog(error, name)
        : error;
    }
  }

  /** The operation's error often hides the cause; the container's own log has it. */
  async #withLog(error: AzureMlError, name: string): Promise<AzureMlError> {
    const logTail = await this.logs(name, { tail: 100 }).catch(() => undefined);
    if (!logTail) return error;
    this.#scope.session.logger.warning(`last lines of deployment "${name}":\n${logTail}`);
    const { code, kind, seen, expected, next, status, requestId, serviceCode, serviceMessage } = error;
    const rest = { ...(expected === undefined ? {} : { expected }), ...(next === undefined ? {} : { next }) };
    const known = { status, requestId, serviceCode, serviceMessage, logTail, cause: error };
    return new AzureMlError({ code: code as 'AZUREML_OPERATION_FAILED', kind, seen, ...rest, ...known });
  }

  async update(
    name: string,
    change: (deployment: DeploymentResource) => DeploymentResource | undefined,
    { signal }: OperationOptions = {},
  ): Promise<DeploymentResource> {
    const { session } = this.#scope;
    const what = this.#what('update', name);
    return whileBusy(session, { what, signal }, async () => {
      await this.#waitForEndpoint(what, signal);
      const fresh = await waitUntilSettled(session, { what, signal, read: () => this.read(name) });
      if (!fresh) throw this.#notFound(what);
      const changed = change(structuredClone(fresh));
      if (!changed) return fresh;
      return putResource(session, { path: this.#path(name), what, body: writableBody(changed), signal });
    });
  }

  #notFound(what: string): AzureMlError {
    return new AzureMlError({
      code: 'AZUREML_NOT_FOUND',
      seen: `cannot ${what}: there is no such deployment`,
      status: 404,
    });
  }

  async patchTags(name: string, tags: Readonly<Record<string, string>>): Promise<DeploymentResource> {
    const { session } = this.#scope;
    const what = this.#what('tag', name);
    const fresh = await this.read(name);
    if (!fresh) throw this.#notFound(what);
    const body = { tags: usableTags({ ...textsAt(fresh, 'tags'), ...tags }) };
    await whileBusy(session, { what }, () =>
      writeResource(session, { method: 'PATCH', path: this.#path(name), what, body }),
    );
    const hasTags = (found: DeploymentResource | undefined) =>
      Object.entries(tags).every(([key, value]) => objectAt(found, 'tags')[key] === value);
    return (await readBack(session, { what, read: () => this.read(name), isThere: hasTags })) ?? fresh;
  }

  async delete(name: string, { signal }: OperationOptions = {}): Promise<void> {
    const { session } = this.#scope;
    const what = this.#what('delete', name);
    await whileBusy(session, { what, signal }, () =>
      writeResource(session, { method: 'DELETE', path: this.#path(name), what, signal }),
    );
  }

  async logs(name: string, { tail = 200, container = 'InferenceServer' }: LogOptions = {}): Promise<string> {
    const body = { containerType: container, tail: Math.min(tail, 5000) };
    const path = `${this.#path(name)}/getLogs`;
    return (
      textAt(
        await postForAnswer(this.#scope.session, { path, what: this.#what('read the log of', name), body }),
        'content',
      ) ?? ''
    );
  }
}

export function createOnlineDeployments(scope: WorkspaceScope, endpoint: string): OnlineDeployments {
  return new EndpointDeployments(scope, endpoint);
}
