import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SwitchyardError } from '@switchyard/domain';
import { type ActionFile, evaluateText, readActionFile, type Scope, type UsesStep } from '@switchyard/workflow';
import type { JobRun, StepFrame } from './job-run.ts';
import { runComposite } from './run-composite.ts';
import { runNodeAction } from './run-node-action.ts';
import type { StepConclusion } from './run-result.ts';
import { runStandIn } from './run-stand-in.ts';
import { parseRemote, type Source } from './source.ts';
import type { StandIn } from './stand-in.ts';
import { findStandIn, standInNames } from './stand-ins.ts';
import type { StepRequest } from './step-request.ts';

/** An action found on this machine. */
export interface LocatedAction {
  /** What `pre`, `main` and `post` of this step save for each other. */
  readonly state: Record<string, string>;
  readonly file: ActionFile;
  /** Of the action file. */
  readonly folder: string;
  /** `$/` inside the action means this. */
  readonly source: Source;
  readonly uses: string;
  /** Written as `./x`: GitHub runs no `pre` of those. */
  readonly isLocal: boolean;
}

/** Runs a `uses` step: an action of this machine, or the stand-in for a well-known one. */
export async function runUses(step: UsesStep, request: StepRequest): Promise<StepConclusion> {
  const { job, frame, scope } = request;
  const given = Object.fromEntries(step.with.map((entry) => [entry.key, evaluateText(entry.value, scope)]));
  const standIn = standInOf(job, step);
  if (standIn) return runStandIn(standIn, given, request);
  const action = await locateAction(job, frame, step);
  const inputs = resolveActionInputs(action.file, given, request);
  return action.file.runs.kind === 'composite'
    ? runComposite(action, action.file.runs, inputs, request)
    : runNodeAction(action, action.file.runs, inputs, request);
}

/** True when a stand-in runs instead of an action of this machine. */
export function usesStandIn(job: JobRun, step: UsesStep): boolean {
  return standInOf(job, step) !== undefined;
}

function standInOf(job: JobRun, step: UsesStep): StandIn | undefined {
  const remote = parseRemote(step.uses);
  if (!remote || job.run.sources.repositoryFolder(remote.repository) !== undefined) return undefined;
  return findStandIn(remote.repository, remote.path);
}

/** Finds and reads the action a step names. What is not in the workspace is read once, before the first step. */
export async function locateAction(job: JobRun, frame: StepFrame, step: UsesStep): Promise<LocatedAction> {
  const known = job.actions.get(step);
  if (known) return known;
  const action = await findAction(job, frame, step);
  if (!action.isLocal) job.actions.set(step, action);
  return action;
}

async function findAction(job: JobRun, frame: StepFrame, step: UsesStep): Promise<LocatedAction> {
  const { uses, position } = step;
  if (uses.startsWith('$/')) {
    if (uses.includes('@')) throw invalid(step, '`$/` takes no `@ref`: it is always the commit of the file it is in');
    return readAction(frame.source, uses.slice(2), step);
  }
  if (uses.startsWith('./')) {
    const source = { ...job.source, folder: job.folders.workspace };
    return readAction(source, uses.slice(2), step);
  }
  const remote = parseRemote(uses);
  if (!remote) throw invalid(step, 'expected `owner/name[/path]@ref`, `$/path` or `./path`');
  const source = await job.run.sources.find(remote.repository, remote.ref);
  if (source) return readAction(source, remote.path, step);
  throw new SwitchyardError({
    code: 'RUN_ACTION_UNKNOWN',
    seen: `\`uses: ${uses}\`: ${remote.repository} at '${remote.ref}' is not on this machine`,
    expected: `a repository of this run (${job.run.sources.known().join(', ')}) or one of ${standInNames().join(', ')}`,
    next: 'give its folder with `--repository owner/name=DIR`',
    position,
  });
}

async function readAction(source: Source, path: string, step: UsesStep): Promise<LocatedAction> {
  const folder = join(source.folder, path);
  for (const name of ['action.yml', 'action.yaml']) {
    const file = join(folder, name);
    if (!existsSync(file)) continue;
    const content = await readFile(file, 'utf8');
    const shown = join(path, name);
    const isLocal = step.uses.startsWith('./');
    return { file: readActionFile(content, shown), folder, source, uses: step.uses, isLocal, state: {} };
  }
  throw new SwitchyardError({
    code: 'RUN_ACTION_NOT_FOUND',
    seen: `\`uses: ${step.uses}\`: no action.yml in '${path}' of ${source.repository}`,
    next: step.uses.startsWith('./')
      ? 'run actions/checkout before this step'
      : 'check the path, and that the file is committed',
    position: step.position,
  });
}

/** Values of an action's inputs: what is given, over the defaults. Wrong names only give a warning, as on GitHub. */
export function resolveActionInputs(
  file: ActionFile,
  given: Readonly<Record<string, string>>,
  request: StepRequest,
): Record<string, string> {
  const { step } = request;
  const declared = new Map(file.inputs.map((input) => [input.name.toLowerCase(), input]));
  const unknown = Object.keys(given).filter((name) => !declared.has(name.toLowerCase()));
  if (unknown.length > 0) {
    const valid = file.inputs.map((input) => `'${input.name}'`).join(', ');
    const list = unknown.map((name) => `'${name}'`).join(', ');
    step.annotate({ level: 'warning', message: `Unexpected input(s) ${list}, valid inputs are [${valid}]` });
  }
  const inputs: Record<string, string> = {};
  for (const input of file.inputs)
    if (input.default) inputs[input.name] = evaluateText(input.default, defaultScope(request));
  for (const [name, value] of Object.entries(given)) {
    const input = declared.get(name.toLowerCase());
    inputs[input?.name ?? name] = value;
    if (input?.deprecationMessage) {
      const message = `Input '${name}' has been deprecated with message: ${input.deprecationMessage}`;
      step.annotate({ level: 'warning', message });
    }
  }
  return inputs;
}

/** Defaults may use only these contexts. */
function defaultScope({ scope }: StepRequest): Scope {
  const { github, strategy, matrix, job, runner } = scope.contexts;
  const { hashFiles } = scope.functions ?? {};
  return { contexts: { github, strategy, matrix, job, runner }, functions: hashFiles ? { hashFiles } : {} };
}

function invalid(step: UsesStep, expected: string): SwitchyardError {
  return new SwitchyardError({
    code: 'RUN_USES_INVALID',
    seen: `\`uses: ${step.uses}\``,
    expected,
    position: step.position,
  });
}
