import { SwitchyardError } from '@switchyard/domain';
import { type CallJob, evaluateText, evaluateToken, resolveInputs } from '@switchyard/workflow';
import { withConcurrency } from './hold-group.ts';
import type { LoadedWorkflow } from './load-workflow.ts';
import type { NodeResult } from './node-result.ts';
import type { Frame } from './run.ts';
import type { Instance, NodeRequest } from './run-instances.ts';

/** Runs a job that calls a workflow: its jobs see their own inputs and secrets, and the caller's event. */
export async function runCall(request: NodeRequest, job: CallJob, instance: Instance): Promise<NodeResult> {
  const { run } = request;
  const callee = request.loaded.calls.get(job.id);
  if (!callee) throw new Error(`job '${job.id}' calls nothing`);
  const { scope } = instance;
  const given = Object.fromEntries(job.with.map((entry) => [entry.key, evaluateToken(entry.value, scope)]));
  const inputs = resolveInputs({
    definitions: callee.workflow.call?.inputs ?? [],
    given,
    what: job.uses,
    scope: { contexts: { github: scope.contexts.github, vars: scope.contexts.vars } },
    position: job.usesPosition,
  });
  const frame: Frame = {
    inputs,
    secrets: passSecrets(job, instance, callee),
    prefix: `${instance.id} / `,
    signal: instance.signal,
    heldGroups: instance.frame.heldGroups,
  };
  const inner = { contexts: { github: scope.contexts.github, vars: scope.contexts.vars, inputs } };
  const { concurrency } = callee.workflow;
  const held = { run, concurrency, scope: inner, frame, signal: instance.signal, id: instance.id };
  const end = await withConcurrency(held, (heldGroups, signal) =>
    request.runNested(run, callee, { ...frame, heldGroups, signal }),
  );
  return end ?? { result: 'cancelled', outputs: {} };
}

/** Secrets go one level down, by name or all of them with `inherit`. */
function passSecrets(job: CallJob, { frame, scope }: Instance, callee: LoadedWorkflow): Record<string, string> {
  if (job.secrets === 'inherit') return { ...frame.secrets };
  const contexts = { ...scope.contexts, secrets: frame.secrets };
  const passed = Object.fromEntries(
    job.secrets.map((entry) => [entry.key, evaluateText(entry.value, { ...scope, contexts })]),
  );
  for (const { name, required } of callee.workflow.call?.secrets ?? []) {
    if (!required || (passed[name] ?? '') !== '') continue;
    throw new SwitchyardError({
      code: 'RUN_SECRET_MISSING',
      seen: `Secret ${name} is required, but not provided while calling.`,
      next: 'pass it under `secrets` of the calling job, or write `secrets: inherit`',
      position: job.usesPosition,
    });
  }
  return passed;
}
