import { type SourcePosition, SwitchyardError } from '@switchyard/domain';
import { literalText, type Token, unexpected } from './token.ts';

export type PermissionLevel = 'none' | 'read' | 'write';

/** Levels by scope; a scope that is not listed is `none`. */
export type Permissions = Readonly<Record<string, PermissionLevel>>;

/** Scopes of GITHUB_TOKEN, from the workflow schema of summer 2026. */
const scopes = [
  'actions',
  'artifact-metadata',
  'attestations',
  'checks',
  'code-quality',
  'contents',
  'copilot-requests',
  'deployments',
  'discussions',
  'drives',
  'id-token',
  'issues',
  'models',
  'packages',
  'pages',
  'pull-requests',
  'repository-projects',
  'security-events',
  'statuses',
  'vulnerability-alerts',
] as const;

/** What a repository with GitHub's restricted default gives to a workflow that asks for nothing. */
export const restrictedPermissions: Permissions = { contents: 'read', packages: 'read' };

/** Reads a `permissions` block; undefined when there is none, which is not the same as an empty one. */
export function readPermissions(token: Token | undefined): Permissions | undefined {
  if (token === undefined) return undefined;
  if (token.kind === 'mapping') {
    return Object.fromEntries(token.entries.map((entry) => [entry.key, readLevel(entry.value, entry.key)]));
  }
  const text = literalText(token, 'permissions');
  // There is no `id-token: read`: read-all leaves it out.
  if (text === 'read-all') return Object.fromEntries(scopes.filter((s) => s !== 'id-token').map((s) => [s, 'read']));
  if (text === 'write-all') return Object.fromEntries(scopes.map((scope) => [scope, 'write']));
  if (text === '') return {};
  throw unexpected(token, 'permissions', '`read-all`, `write-all` or a mapping of scopes');
}

function readLevel(token: Token, scope: string): PermissionLevel {
  const text = literalText(token, `permission \`${scope}\``);
  if (text === 'none' || text === 'read' || text === 'write') return text;
  throw unexpected(token, `permission \`${scope}\``, '`none`, `read` or `write`');
}

export interface CallPermissions {
  /** The called file as the caller wrote it. */
  readonly uses: string;
  readonly jobId: string;
  /** What the called job asks for; undefined asks for whatever the caller has. */
  readonly requested: Permissions | undefined;
  /** What the calling job holds. */
  readonly allowed: Permissions;
  readonly position: SourcePosition;
}

/**
 * What a called job gets. GitHub does not lower a request: a called job that asks for more than its caller holds
 * stops the run before any job starts.
 */
export function grantPermissions(call: CallPermissions): Permissions {
  const { requested, allowed } = call;
  if (!requested) return allowed;
  const excess = scopes.filter((scope) => rank(requested[scope]) > rank(allowed[scope]));
  if (excess.length === 0) return requested;
  const list = (levels: Permissions) => excess.map((scope) => `${scope}: ${levels[scope] ?? 'none'}`).join(', ');
  throw new SwitchyardError({
    code: 'WORKFLOW_PERMISSIONS_EXCEEDED',
    seen: `Error calling workflow '${call.uses}'. The nested job '${call.jobId}' is requesting '${list(requested)}', but is only allowed '${list(allowed)}'.`,
    next: `add \`permissions: { ${list(requested)} }\` to the calling job`,
    position: call.position,
  });
}

function rank(level: PermissionLevel | undefined): number {
  return level === 'write' ? 2 : level === 'read' ? 1 : 0;
}
