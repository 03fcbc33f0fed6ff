import { canonicalPath } from './canonical-path.ts';
import { ServiceError } from './errors.ts';
import type { SeedIdentity } from './seed.ts';

const provider = 'microsoft.machinelearningservices';
const verbs: Record<string, string> = { GET: 'read', PUT: 'write', PATCH: 'write', DELETE: 'delete' };

/** Calls of the data planes that only read although they are POSTs, by the end of their path. */
const readingPosts =
  /\/(rundata|runs:query|runs\/search|experiments\/search|list|full|sample|batchgetresolveduris|query)$/i;

/** The action of a call to run history, MLflow, or the services for metrics, data and models. */
function dataPlaneAction(method: string, path: string, service: string): string {
  const reads = method === 'GET' || readingPosts.test(path);
  const kinds: Record<string, string> = { data: 'data/versions', modelregistry: 'models' };
  return `${provider}/workspaces/${kinds[service] ?? 'experiments/runs'}/${reads ? 'read' : 'write'}`;
}

/** The part of a path from `/subscriptions` on; undefined when it has none. */
export function armPart(path: string): string | undefined {
  const start = path.toLowerCase().indexOf('/subscriptions/');
  return start < 0 ? undefined : path.slice(start);
}

/**
 * The action of a request, such as `Microsoft.MachineLearningServices/workspaces/jobs/write`, in lower case.
 * A POST is `.../{its last part}/action`. Everything about an asset of a registry is `registries/assets/...`, as the
 * registry roles name it. Run history and MLflow are `workspaces/experiments/runs/read` and `/write`.
 * Undefined for paths that are about no resource.
 */
export function actionOf(method: string, path: string): string | undefined {
  const service = path.split('/')[1]?.toLowerCase() ?? '';
  const own = armPart(path);
  if (own === undefined) {
    return undefined;
  }
  if (service !== 'subscriptions' && service !== 'mferp') {
    return dataPlaneAction(method, path, service);
  }
  const parts = canonicalPath(own).split('/').slice(1);
  const start = parts.lastIndexOf('providers');
  if (start < 0) {
    return undefined;
  }
  const types = parts.slice(start + 2).filter((_part, index) => index % 2 === 0);
  if (types[0] === 'registries' && types.length > 1) {
    const reads = method === 'GET' || types[1] === 'datareferences';
    return `${provider}/registries/assets/${reads ? 'read' : method === 'DELETE' ? 'delete' : 'write'}`;
  }
  return `${parts[start + 1]}/${types.join('/')}/${method === 'POST' ? 'action' : verbs[method]}`;
}

/** True when a pattern with `*` covers the text; letter case does not count. */
function covers(pattern: string, text: string): boolean {
  const expression = pattern
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${expression}$`, 'i').test(text);
}

/** Status documents of operations stand at the subscription: a role on a group is enough, one on a workspace is not. */
function reaches(scope: string, path: string): boolean {
  const wide = scope.split('/').filter((part) => part !== '').length <= 4;
  const isStatus = /\/providers\/[^/]+\/locations\//i.test(path);
  const prefix = scope.toLowerCase().replace(/\/$/, '');
  return isStatus ? wide : `${path.toLowerCase()}/`.startsWith(`${prefix}/`);
}

/**
 * Check that an identity may do this. An identity without `roles` may do everything.
 * Errors: 403 AuthorizationFailed with the action and the scope.
 */
export function authorize(identity: SeedIdentity | undefined, action: string | undefined, path: string): void {
  if (identity?.roles === undefined || action === undefined) {
    return;
  }
  const scope = armPart(path) ?? path;
  const allowed = identity.roles.some(
    (role) => reaches(role.scope ?? '/', scope) && role.actions.some((pattern) => covers(pattern, action)),
  );
  if (!allowed) {
    const message = `The client '${identity.clientId}' with object id '${identity.clientId}' does not have authorization to perform action '${action}' over scope '${path}' or the scope is invalid. If access was recently granted, please refresh your credentials.`;
    throw new ServiceError(403, message, { code: 'AuthorizationFailed', inner: 'AuthorizationFailed' });
  }
}

/** The action that writing any asset of a registry needs. */
export const registryWrite = `${provider}/registries/assets/write`;
