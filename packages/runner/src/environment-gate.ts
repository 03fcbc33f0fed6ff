import { SwitchyardError } from '@switchyard/domain';
import { matchPatterns } from '@switchyard/workflow';
import { shortName } from './event-payload.ts';
import type { Run } from './run.ts';
import type { Approval, EnvironmentSettings } from './run-options.ts';

export interface GateRequest {
  readonly run: Run;
  readonly jobId: string;
  readonly environment: string;
  readonly signal: AbortSignal;
}

/**
 * Applies the rules of an environment: branches first, then required reviewers. Returns who approved, undefined
 * where nobody had to.
 *
 * @throws SwitchyardError when the ref may not use the environment, or nobody entitled approved.
 */
export async function passGate(request: GateRequest): Promise<Approval | undefined> {
  const { run, environment } = request;
  const settings = environmentSettings(run, environment);
  checkBranch(request, settings);
  const reviewers = settings.reviewers ?? [];
  if (reviewers.length === 0) return undefined;
  run.emit({ type: 'waiting-for-approval', job: request.jobId, environment, reviewers });
  const approval = await untilAborted(askFor(run, environment), request.signal);
  const reason = whyRefused(run, settings, approval);
  if (approval === undefined || reason !== undefined) throw refused(request, reason ?? 'nobody approved', reviewers);
  const { login, comment = '' } = approval;
  run.options.github?.recordApproval({
    repository: run.options.repository,
    runId: run.id,
    environment,
    login,
    comment,
    state: 'approved',
  });
  run.emit({ type: 'approved', job: request.jobId, environment, login, comment });
  return approval;
}

/** Settings by name, without regard to case; an environment nobody described has no rules, as on GitHub. */
export function environmentSettings(run: Run, environment: string): EnvironmentSettings {
  const all = Object.entries(run.options.environments ?? {});
  return all.find(([name]) => name.toLowerCase() === environment.toLowerCase())?.[1] ?? {};
}

function checkBranch({ run, environment, jobId }: GateRequest, settings: EnvironmentSettings): void {
  const { branches } = settings;
  const name = shortName(run.event.ref);
  if (!branches || matchPatterns(branches, name)) return;
  const seen = `Branch "${name}" is not allowed to deploy to ${environment} due to environment protection rules.`;
  run.emit({ type: 'refused', job: jobId, environment, reason: seen });
  throw new SwitchyardError({ code: 'RUN_ENVIRONMENT_BRANCH_REFUSED', seen, expected: branches.join(', ') });
}

async function askFor(run: Run, environment: string): Promise<Approval | undefined> {
  const { approvals = {} } = run.options;
  if (typeof approvals === 'function') return approvals(environment);
  const login = approvals[environment];
  return login === undefined ? undefined : { login };
}

function whyRefused(run: Run, settings: EnvironmentSettings, approval: Approval | undefined): string | undefined {
  if (!approval) return undefined;
  const { login } = approval;
  const isReviewer = settings.reviewers?.some((each) => each.toLowerCase() === login.toLowerCase());
  if (!isReviewer) return `'${login}' is not a reviewer`;
  const isActor = login.toLowerCase() === (run.options.actor ?? 'local').toLowerCase();
  return settings.preventSelfReview && isActor ? `'${login}' started the run and may not approve it` : undefined;
}

function refused({ run, environment, jobId }: GateRequest, reason: string, reviewers: readonly string[]) {
  run.emit({ type: 'refused', job: jobId, environment, reason });
  return new SwitchyardError({
    code: 'RUN_APPROVAL_MISSING',
    seen: `environment '${environment}' needs an approval: ${reason}`,
    expected: `an approval by ${reviewers.join(' or ')}`,
    next: `approve with \`--approve ${environment}=LOGIN\``,
  });
}

/** Rejects when the run is cancelled while somebody is asked. */
async function untilAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () =>
      reject(new SwitchyardError({ code: 'RUN_CANCELLED', seen: 'cancelled while it waited for approval' }));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}
