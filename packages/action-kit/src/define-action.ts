import type { Clock, Logger, Status } from '@switchyard/domain';
import type { Environment } from './environment.ts';
import type { InputParser } from './input.ts';

export type InputParsers = Readonly<Record<string, InputParser<unknown>>>;
export type InputValues<I extends InputParsers> = {
  readonly [K in keyof I]: I[K] extends InputParser<infer T> ? T : never;
};

/** What an action gets from the kit. */
export interface ActionContext<I extends InputParsers> {
  readonly inputs: InputValues<I>;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Aborts when the run is cancelled. */
  readonly signal: AbortSignal;
  /** Hides a value in every log line from now on. */
  readonly maskSecret: (value: string) => void;
  /** A new GitHub identity token for `audience`; lives about five minutes. */
  readonly requestIdToken: (audience: string) => Promise<string>;
  /** Reads a text file of the repository; a missing file is a `FILE_NOT_FOUND` for the user. */
  readonly readFile: (path: string) => Promise<string>;
  /** Writes the report where `report-file` says, whole or not at all; returns its path. */
  readonly writeReport: (document: unknown) => Promise<string>;
  /** The same for another document: to `path`, or below the temporary folder under `name` when there is none. */
  readonly writeDocument: (document: unknown, name: string, path: string | undefined) => Promise<string>;
}

/** What an action hands back; the kit turns it into outputs, summary and exit code. */
export interface ActionResult<O extends string> {
  readonly status: Status;
  readonly outputs: Partial<Readonly<Record<O, string>>>;
  /** Markdown for the job summary. */
  readonly summary: string;
  /** One sentence; shown as the error annotation when the status is a failing one. */
  readonly message: string;
}

export interface ActionDefinition<I extends InputParsers, O extends string> {
  /** Folder name of the action. */
  readonly name: string;
  readonly inputs: I;
  /** Every output but `status` and `report-file`, which all actions have. */
  readonly outputs: readonly O[];
  /** Old input name to new one. */
  readonly renamed?: Readonly<Record<string, string>>;
  run(context: ActionContext<I>): Promise<ActionResult<O | 'report-file'>>;
}

/** Declares an action; the identity function that gives `run` its types. */
export function defineAction<const I extends InputParsers, const O extends string>(
  definition: ActionDefinition<I, O>,
): ActionDefinition<I, O> {
  return definition;
}
