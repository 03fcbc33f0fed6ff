import { SwitchyardError } from '@switchyard/domain';
import type { Permissions } from '@switchyard/workflow';
import type { JobRun, StepRun } from './job-run.ts';

/** Replaces a well-known action that is not on this machine. */
export interface StandIn {
  /** `owner/name`. */
  readonly name: string;
  /** Inputs that are obeyed, or change nothing here; with the action's defaults. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly run: (context: StandInContext) => Promise<void>;
}

export interface StandInContext {
  readonly job: JobRun;
  readonly step: StepRun;
  readonly permissions: Permissions;
  /** Value of an input by its name; empty when not given and without default. */
  readonly input: (name: string) => string;
}

/** Reads a yes-or-no input as `@actions/core` does. */
export function booleanInput(context: StandInContext, name: string): boolean {
  const text = context.input(name);
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  throw new SwitchyardError({
    code: 'RUN_INPUT_INVALID',
    seen: `input '${name}' is '${text}'`,
    expected: '`true` or `false`',
  });
}

/** Non-empty lines of an input. */
export function linesInput(context: StandInContext, name: string): string[] {
  const lines = context.input(name).split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}
