import { shortName } from './event-payload.ts';
import { apiUrl, type Run, serverUrl } from './run.ts';

/** The parts of the `github` context that are the same for every job of a run. */
export function githubContext(run: Run): Record<string, unknown> {
  const { options, event } = run;
  const actor = options.actor ?? 'local';
  return {
    action_ref: '',
    action_repository: '',
    actor,
    actor_id: '1',
    api_url: apiUrl(run),
    base_ref: event.baseRef,
    event: event.payload,
    event_name: event.name,
    event_path: run.eventPath,
    graphql_url: `${apiUrl(run)}/graphql`,
    head_ref: event.headRef,
    ref: event.ref,
    ref_name: shortName(event.ref),
    ref_protected: false,
    ref_type: event.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    repository: options.repository,
    repository_id: '1',
    repository_owner: options.repository.split('/')[0] ?? '',
    repository_owner_id: '1',
    repositoryUrl: `git://github.com/${options.repository}.git`,
    retention_days: '90',
    run_attempt: '1',
    run_id: run.id,
    run_number: String(run.number),
    secret_source: 'Actions',
    server_url: serverUrl(),
    sha: event.sha,
    triggering_actor: actor,
    workflow: run.workflowName,
    workflow_ref: run.workflowRef,
    workflow_sha: run.source.sha,
  };
}

/** Keys of the `github` context that steps also get as GITHUB_*. The token is not among them, as on GitHub. */
const exported = [
  'action',
  'action_path',
  'action_ref',
  'action_repository',
  'actor',
  'actor_id',
  'api_url',
  'base_ref',
  'event_name',
  'event_path',
  'graphql_url',
  'head_ref',
  'job',
  'ref',
  'ref_name',
  'ref_protected',
  'ref_type',
  'repository',
  'repository_id',
  'repository_owner',
  'repository_owner_id',
  'retention_days',
  'run_attempt',
  'run_id',
  'run_number',
  'server_url',
  'sha',
  'triggering_actor',
  'workflow',
  'workflow_ref',
  'workflow_sha',
  'workspace',
];

/** The GITHUB_* variables of a step. */
export function githubVariables(context: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    exported.flatMap((key) => {
      const value = context[key];
      return value === undefined ? [] : [[`GITHUB_${key.toUpperCase()}`, String(value)] as const];
    }),
  );
}
