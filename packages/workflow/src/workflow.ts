import type { SourcePosition } from '@switchyard/domain';
import type { Permissions } from './permissions.ts';
import type { MappingEntry, Token } from './token.ts';

/** A workflow file as read: checked, not yet evaluated. */
export interface Workflow {
  /** Path as given to the reader. */
  readonly file: string;
  /** `name`, or the path where the file has none. */
  readonly name: string;
  readonly triggers: readonly Trigger[];
  readonly dispatchInputs: readonly InputDefinition[];
  readonly call: CallInterface | undefined;
  readonly env: Token | undefined;
  readonly defaults: RunDefaults;
  readonly permissions: Permissions | undefined;
  readonly concurrency: Concurrency | undefined;
  readonly jobs: readonly Job[];
}

export interface Trigger {
  readonly event: string;
  readonly position: SourcePosition;
  /** Pattern lists by key: branches, branches-ignore, tags, tags-ignore, paths, paths-ignore, types. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
}

/** `on.workflow_call`. */
export interface CallInterface {
  readonly inputs: readonly InputDefinition[];
  readonly secrets: readonly SecretDefinition[];
  readonly outputs: readonly MappingEntry[];
}

export interface InputDefinition {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'number' | 'choice' | 'environment';
  readonly required: boolean;
  readonly default: Token | undefined;
  /** Accepted values of a choice. */
  readonly options: readonly string[];
  readonly position: SourcePosition;
}

export interface SecretDefinition {
  readonly name: string;
  readonly required: boolean;
}

/** `defaults.run`. */
export interface RunDefaults {
  readonly shell?: Token;
  readonly workingDirectory?: Token;
}

export interface Concurrency {
  readonly group: Token;
  readonly cancelInProgress: Token | undefined;
  readonly queue: 'single' | 'max';
  readonly position: SourcePosition;
}

export type Job = StepsJob | CallJob;

interface JobBase {
  readonly id: string;
  readonly position: SourcePosition;
  readonly name: Token | undefined;
  readonly needs: readonly string[];
  readonly condition: Token | undefined;
  readonly strategy: Strategy | undefined;
  readonly concurrency: Concurrency | undefined;
  readonly permissions: Permissions | undefined;
}

/** A job that runs steps on a machine. */
export interface StepsJob extends JobBase {
  readonly kind: 'steps';
  readonly runsOn: Token;
  readonly env: Token | undefined;
  readonly defaults: RunDefaults;
  readonly environment: EnvironmentReference | undefined;
  readonly outputs: readonly MappingEntry[];
  readonly timeoutMinutes: Token | undefined;
  readonly continueOnError: Token | undefined;
  readonly steps: readonly Step[];
}

/** A job that calls a reusable workflow. */
export interface CallJob extends JobBase {
  readonly kind: 'call';
  readonly uses: string;
  readonly usesPosition: SourcePosition;
  readonly with: readonly MappingEntry[];
  readonly secrets: 'inherit' | readonly MappingEntry[];
}

export interface EnvironmentReference {
  readonly name: Token;
  readonly url: Token | undefined;
  /** False: use the environment's rules and values without writing a deployment. */
  readonly deployment: Token | undefined;
}

export interface Strategy {
  readonly matrix: Token | undefined;
  readonly failFast: Token | undefined;
  readonly maxParallel: Token | undefined;
}

export type Step = RunStep | UsesStep;

interface StepBase {
  readonly id: string | undefined;
  readonly name: Token | undefined;
  readonly condition: Token | undefined;
  readonly env: Token | undefined;
  readonly continueOnError: Token | undefined;
  readonly timeoutMinutes: Token | undefined;
  readonly position: SourcePosition;
}

export interface RunStep extends StepBase {
  readonly kind: 'run';
  readonly run: Token;
  readonly shell: Token | undefined;
  readonly workingDirectory: Token | undefined;
}

export interface UsesStep extends StepBase {
  readonly kind: 'uses';
  readonly uses: string;
  readonly with: readonly MappingEntry[];
}
