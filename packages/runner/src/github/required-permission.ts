import type { Permissions } from '@switchyard/workflow';

/** Scopes by what follows `/repos/owner/name`; one of them is enough. The first match counts. */
const scopesByPath: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\/environments/, ['actions']],
  [/^\/deployments/, ['deployments']],
  [/^\/actions\//, ['actions']],
  [/^\/check-(runs|suites)|^\/commits\/[^/]+\/check-/, ['checks']],
  [/^\/statuses|^\/commits\/[^/]+\/status/, ['statuses']],
  [/^\/pulls/, ['pull-requests']],
  // Comments and labels of a pull request go through the issues API.
  [/^\/(issues|labels|milestones)/, ['issues', 'pull-requests']],
  [/^\/(git|contents|compare|commits|branches|tags|releases|tarball|zipball)/, ['contents']],
];

/** The scopes a request asks for, when the token lacks all of them; undefined when the request may go on. */
export function missingPermission(method: string, path: string, permissions: Permissions): string[] | undefined {
  const rest = /^\/repos\/[^/]+\/[^/]+(\/.*)$/.exec(path)?.[1];
  if (rest === undefined) return undefined;
  const scopes = scopesByPath.find(([pattern]) => pattern.test(rest))?.[1];
  if (!scopes) return undefined;
  const isRead = method === 'GET' || method === 'HEAD';
  const allowed = scopes.some((scope) => permissions[scope] === 'write' || (isRead && permissions[scope] === 'read'));
  return allowed ? undefined : scopes.map((scope) => `${scope}=${isRead ? 'read' : 'write'}`);
}
