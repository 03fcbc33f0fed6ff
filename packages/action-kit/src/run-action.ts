import { isAbsolute, join } from 'node:path';
import * as core from '@actions/core';
import { errorText, exitCodes, SwitchyardError, SwitchyardErrors } from '@switchyard/domain';
import { systemClock } from './clock.ts';
import type { ActionContext, ActionDefinition, ActionResult, InputParsers } from './define-action.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { readTextFile, writeJsonFile } from './files.ts';
import { actionsLogger } from './logger.ts';
import { parseInputs } from './parse-inputs.ts';

/** GitHub drops a step's summary above 1 MiB whole. */
const SUMMARY_LIMIT = 900_000;

/** Runs an action to its end: inputs, work, outputs, summary, exit code. Never returns. */
export async function runAction<I extends InputParsers, O extends string>(
  action: ActionDefinition<I, O>,
): Promise<never> {
  const environment = readEnvironment();
  const cancel = new AbortController();
  process.once('SIGINT', () =>
    cancel.abort(new SwitchyardError({ code: 'RUN_CANCELLED', seen: 'the run was cancelled' })),
  );
  try {
    const inputs = parseInputs(action.inputs, (name) => core.getInput(name), action.renamed);
    const result = await action.run({
      inputs,
      environment,
      logger: actionsLogger,
      clock: systemClock,
      signal: cancel.signal,
      maskSecret: maskOnce(),
      requestIdToken: (audience) => core.getIDToken(audience),
      readFile: (path) => readTextFile(environment.workspaceFolder, path),
      writeReport: (document) => writeDocument(environment, document, action.name, core.getInput('report-file')),
      writeDocument: (document, name, path) => writeDocument(environment, document, name, path),
    } satisfies ActionContext<I>);
    await finish(result);
    return exit(exitCodes[result.status]);
  } catch (error) {
    const status = cancel.signal.aborted ? 'cancelled' : statusOf(error);
    await fail(action.name, error, status);
    return exit(exitCodes[status]);
  }
}

/** A policy that says no is an answer, not a fault: its codes begin with `POLICY_`. */
function statusOf(error: unknown): 'rejected' | 'error' {
  return error instanceof SwitchyardError && error.code.startsWith('POLICY_') ? 'rejected' : 'error';
}

/** Hides a value from the log, and says so to the runner once: polls meet the same secret again and again. */
function maskOnce(): (value: string) => void {
  const masked = new Set<string>();
  return (value) => {
    if (value === '' || masked.has(value)) return;
    masked.add(value);
    core.setSecret(value);
  };
}

/** Writes JSON to `path`, which may be relative to the repository, or below the temporary folder. */
async function writeDocument(
  environment: Environment,
  document: unknown,
  name: string,
  path: string | undefined,
): Promise<string> {
  const wanted = path || join(environment.temporaryFolder, 'switchyard', `${name}.json`);
  const full = isAbsolute(wanted) ? wanted : join(environment.workspaceFolder, wanted);
  await writeJsonFile(full, document);
  return full;
}

async function finish(result: ActionResult<string>): Promise<void> {
  core.setOutput('status', result.status);
  for (const [name, value] of Object.entries(result.outputs)) core.setOutput(name, value ?? '');
  await writeSummary(result.summary);
  if (exitCodes[result.status] === 0) core.info(result.message);
  else core.error(result.message);
}

async function fail(title: string, error: unknown, status: 'rejected' | 'error' | 'cancelled'): Promise<void> {
  core.setOutput('status', status);
  const errors = error instanceof SwitchyardErrors ? error.errors : [error];
  for (const one of errors) annotate(one);
  const lines = errors.map((one) => `- ${errorText(one).replaceAll('\n', ' ')}`);
  await writeSummary(`### ${title}: ${status}\n\n${lines.join('\n')}\n`);
}

function annotate(error: unknown): void {
  const position = error instanceof SwitchyardError ? error.position : undefined;
  core.error(
    errorText(error),
    position && { file: position.file, startLine: position.line, startColumn: position.column },
  );
  if (!(error instanceof SwitchyardError) && error instanceof Error && error.stack) core.info(error.stack);
  if (error instanceof Error && error.cause !== undefined) core.debug(`cause: ${errorText(error.cause)}`);
}

async function writeSummary(markdown: string): Promise<void> {
  try {
    await core.summary.addRaw(markdown.slice(0, SUMMARY_LIMIT), true).write();
  } catch (error) {
    core.debug(`no job summary: ${errorText(error)}`);
  }
}

/** Ends the process once standard output is flushed; SDK timers would hold it open. */
function exit(code: number): Promise<never> {
  return new Promise<never>(() => process.stdout.write('', () => process.exit(code)));
}
