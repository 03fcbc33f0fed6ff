import { canonicalPath } from './canonical-path.ts';
import { ServiceError } from './errors.ts';
import type { SeedIdentity } from './seed.ts';

const provider = 'microsoft.machinelearningservices';
const verbs: Record<string, string> = { GET: 'read', PUT: 'write', PATCH: 'write', DELETE: 'delete' };

/**
 * The action of an ARM request, such as `Microsoft.MachineLearningServices/workspaces/jobs/write`, in lower case.
 * A POST is `.../{its last part}/action`. Everything about an asset of a registry is `registries/assets/...`, as the
 * registry roles name it. Undefined for paths that are not of the ARM plane.
 */
export function actionOf(method: string, path: string): string | undefined {
  const parts = canonicalPath(path).split('/').slice(1);
  const start = parts.lastIndexOf('providers');
  if (parts[0] !== 'subscriptions' || start < 0) {
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
  const allowed = identity.roles.some(
    (role) => reaches(role.scope ?? '/', path) && role.actions.some((pattern) => covers(pattern, action)),
  );
  if (!allowed) {
    const message = `The client '${identity.clientId}' with object id '${identity.clientId}' does not have authorization to perform action '${action}' over scope '${path}' or the scope is invalid. If access was recently granted, please refresh your credentials.`;
    throw new ServiceError(403, message, { code: 'AuthorizationFailed', inner: 'AuthorizationFailed' });
  }
}

/** The action that writing any asset of a registry needs. */
export const registryWrite = `${provider}/registries/assets/write`;
