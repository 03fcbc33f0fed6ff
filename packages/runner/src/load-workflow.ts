import { type SourcePosition, SwitchyardError } from '@switchyard/domain';
import {
  type CallJob,
  grantPermissions,
  type Job,
  type Permissions,
  readWorkflow,
  type Workflow,
} from '@switchyard/workflow';
import { parseRemote, readWorkflowText, type Source, type Sources } from './source.ts';

/** A workflow with everything it calls, and what each job may do. */
export interface LoadedWorkflow {
  readonly workflow: Workflow;
  readonly source: Source;
  /** Relative to the repository. */
  readonly path: string;
  readonly permissions: ReadonlyMap<string, Permissions>;
  readonly calls: ReadonlyMap<string, LoadedWorkflow>;
}

/** GitHub's limit, the first workflow included. */
const maxLevels = 10;

interface LoadRequest {
  readonly path: string;
  readonly source: Source;
  readonly sources: Sources;
  /** What the caller holds. */
  readonly allowed: Permissions;
  readonly caller: CallJob | undefined;
  readonly level: number;
}

/** Reads a workflow and the ones it calls. Syntax errors, missing files and excessive permissions all show here. */
export async function loadWorkflow(
  path: string,
  source: Source,
  sources: Sources,
  defaultPermissions: Permissions,
): Promise<LoadedWorkflow> {
  return load({ path, source, sources, allowed: defaultPermissions, caller: undefined, level: 1 });
}

async function load(request: LoadRequest): Promise<LoadedWorkflow> {
  const { path, source, caller } = request;
  const content = await readWorkflowText(source, path, caller?.usesPosition);
  const workflow = await readWorkflow(content, path);
  if (caller && !workflow.call) throw notCallable(caller);
  const permissions = new Map(workflow.jobs.map((job) => [job.id, jobPermissions(job, workflow, request)]));
  const calls = new Map<string, LoadedWorkflow>();
  for (const job of workflow.jobs) {
    if (job.kind !== 'call') continue;
    if (request.level >= maxLevels) throw tooDeep(job.usesPosition);
    const callee = await locate(job, request);
    const allowed = permissions.get(job.id) ?? {};
    calls.set(job.id, await load({ ...request, ...callee, allowed, caller: job, level: request.level + 1 }));
  }
  return { workflow, source, path, permissions, calls };
}

function jobPermissions(job: Job, workflow: Workflow, request: LoadRequest): Permissions {
  const requested = job.permissions ?? workflow.permissions;
  // The first workflow asks GitHub itself, which gives what is asked for.
  if (!request.caller) return requested ?? request.allowed;
  const { uses, usesPosition } = request.caller;
  return grantPermissions({ uses, jobId: job.id, requested, allowed: request.allowed, position: usesPosition });
}

async function locate(job: CallJob, request: LoadRequest): Promise<{ source: Source; path: string }> {
  const { uses, usesPosition: position } = job;
  // GitHub resolves both at the commit of the calling file.
  const local = /^(?:\.|\$)\/(\.github\/workflows\/[^/@]+\.ya?ml)$/.exec(uses)?.[1];
  if (local !== undefined) return { source: request.source, path: local };
  const remote = parseRemote(uses);
  if (!remote || !/^\.github\/workflows\/[^/]+\.ya?ml$/.test(remote.path)) {
    throw new SwitchyardError({
      code: 'RUN_CALL_INVALID',
      seen: `\`uses: ${uses}\``,
      expected: '`./.github/workflows/x.yml`, `$/.github/workflows/x.yml` or `owner/name/.github/workflows/x.yml@ref`',
      position,
    });
  }
  const source = await request.sources.find(remote.repository, remote.ref);
  if (!source) {
    throw new SwitchyardError({
      code: 'RUN_REPOSITORY_UNKNOWN',
      seen: `\`uses: ${uses}\`: ${remote.repository} at '${remote.ref}' is not on this machine`,
      expected: `one of ${request.sources.known().join(', ')}`,
      next: 'give its folder with `--repository owner/name=DIR`',
      position,
    });
  }
  return { source, path: remote.path };
}

function notCallable(caller: CallJob): SwitchyardError {
  return new SwitchyardError({
    code: 'RUN_CALL_INVALID',
    seen: `Error calling workflow '${caller.uses}': it has no \`workflow_call\` trigger`,
    next: 'add `workflow_call` to its `on`',
    position: caller.usesPosition,
  });
}

function tooDeep(position: SourcePosition): SwitchyardError {
  return new SwitchyardError({
    code: 'RUN_CALLS_TOO_DEEP',
    seen: `more than ${maxLevels} levels of reusable workflows`,
    next: 'call fewer levels, or break the circle',
    position,
  });
}
