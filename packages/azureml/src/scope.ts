import { AzureMlError } from './azure-ml-error.ts';
import { isJson, textAt } from './json.ts';
import { readResource, type Session } from './session.ts';

/** What the workspace's own resource tells. */
export interface WorkspaceInfo {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  /** GUID in `azureml://locations/...` ids. */
  readonly workspaceId: string;
  /** MLflow, as the service writes it (`azureml://...`). */
  readonly trackingUri: string;
  readonly discoveryUrl: string;
}

/** Base addresses of the workspace's data-plane services. */
export interface ServiceUrls {
  readonly history: string;
  readonly api: string;
}

/** A workspace or registry, as the parts of the client see it. */
export interface Scope {
  readonly session: Session;
  /** ARM id. */
  readonly path: string;
  readonly resourceGroup: string;
  readonly name: string;
  /** For messages: `workspace "mlw"`. */
  readonly label: string;
}

export interface WorkspaceScope extends Scope {
  /** Read once and kept. @throws AzureMlError `WORKSPACE_NOT_FOUND`. */
  info(): Promise<WorkspaceInfo>;
  /** Read once and kept. */
  services(): Promise<ServiceUrls>;
}

function basePath(session: Session, resourceGroup: string): string {
  return `/subscriptions/${session.subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices`;
}

export function registryScope(session: Session, resourceGroup: string, name: string): Scope {
  return {
    session,
    resourceGroup,
    name,
    path: `${basePath(session, resourceGroup)}/registries/${name}`,
    label: `registry "${name}"`,
  };
}

/** Remembers the result of one call; a failure is not kept. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let kept: Promise<T> | undefined;
  return () => {
    kept ??= read().catch((error: unknown) => {
      kept = undefined;
      throw error;
    });
    return kept;
  };
}

async function readInfo(scope: Scope): Promise<WorkspaceInfo> {
  const resource = await readResource(scope.session, { path: scope.path, what: `read ${scope.label}` });
  if (!resource) {
    throw new AzureMlError({
      code: 'WORKSPACE_NOT_FOUND',
      seen: `there is no ${scope.label} in resource group "${scope.resourceGroup}" of subscription ${scope.session.subscriptionId}`,
      expected: 'an Azure ML workspace',
      next: 'check resource-group, workspace-name and subscription-id; without rights on the group Azure also answers that nothing is there',
      status: 404,
    });
  }
  const { properties } = resource;
  return {
    id: resource.id,
    name: resource.name,
    location: textAt(resource, 'location') ?? '',
    workspaceId: textAt(properties, 'workspaceId') ?? '',
    trackingUri: textAt(properties, 'mlFlowTrackingUri') ?? '',
    discoveryUrl: textAt(properties, 'discoveryUrl') ?? '',
  };
}

async function readServices(scope: Scope, info: WorkspaceInfo): Promise<ServiceUrls> {
  const what = `find the services of ${scope.label}`;
  const answer = await scope.session.transport.send({ method: 'GET', url: info.discoveryUrl, what });
  const urls = isJson(answer.body) ? answer.body : {};
  const history = textAt(urls, 'history');
  const api = textAt(urls, 'api') ?? history;
  if (!history || !api) {
    throw new AzureMlError({
      code: 'AZUREML_ANSWER_INVALID',
      kind: 'failure',
      seen: `cannot ${what}: the discovery document has no "history"`,
      expected: 'a map of service addresses',
    });
  }
  return { history: history.replace(/\/+$/, ''), api: api.replace(/\/+$/, '') };
}

export function workspaceScope(session: Session, resourceGroup: string, name: string): WorkspaceScope {
  const path = `${basePath(session, resourceGroup)}/workspaces/${name}`;
  const scope: Scope = { session, resourceGroup, name, path, label: `workspace "${name}"` };
  const info = once(() => readInfo(scope));
  return { ...scope, info, services: once(async () => readServices(scope, await info())) };
}
