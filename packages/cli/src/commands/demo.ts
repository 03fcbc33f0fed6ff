import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { errorText, SwitchyardError } from '@switchyard/domain';
import { createExpectations, type Expectation } from '../demo/expectations.ts';
import { createHttpsClient } from '../demo/https.ts';
import { createObserver } from '../demo/observer.ts';
import { createSampleRepository } from '../demo/sample-repository.ts';
import { type Services, startServices } from '../demo/services.ts';
import { createStage } from '../demo/stage.ts';
import { chapters, type Stage } from '../demo/story.ts';
import type { CommandIo } from '../io.ts';

export const demoUsage = `switchyard demo [options]

  Tells the whole line on this machine, from a change to a rollback, and checks every step.

  --json FILE    write what was expected and seen
  --keep         leave the services running at the end and print how to look around
  --verbose      show the log of every step`;

/** Exit code 0 when everything was as expected, 1 otherwise. */
export async function demoCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: 'string' },
      keep: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    io.out(demoUsage);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-demo-'));
  const started = Date.now();
  const results = await tell(folder, { io, keep: values.keep, verbose: values.verbose });
  const seconds = Math.round((Date.now() - started) / 100) / 10;
  const ok = results.every((result) => result.ok);
  if (values.json) {
    writeFileSync(values.json, `${JSON.stringify({ schema: 'switchyard/demo/v1', ok, seconds, results }, null, 2)}\n`);
  }
  io.out(renderResults(results));
  io.out(`${results.filter((result) => result.ok).length} of ${results.length} as expected, ${seconds} s`);
  if (!values.keep) rmSync(folder, { recursive: true, force: true });
  return ok ? 0 : 1;
}

async function tell(
  folder: string,
  { io, keep, verbose }: { io: CommandIo; keep: boolean; verbose: boolean },
): Promise<readonly Expectation[]> {
  const started = Date.now();
  const say = (text: string) => io.err(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)}s ${text}`);
  const expectations = createExpectations(({ ok, what, expected, seen }) => {
    say(ok ? `  ok    ${what}: ${shorten(seen)}` : `  WRONG ${what}: expected ${expected}, seen ${seen}`);
  });
  mkdirSync(join(folder, 'repository'), { recursive: true });
  const repository = createSampleRepository(join(folder, 'repository'));
  say(`Starting Azure ML and GitHub on this machine, in ${folder}`);
  const services = await startServices(folder);
  const http = createHttpsClient(services.ca);
  try {
    const observer = await createObserver(services, http);
    const stage = createStage({ folder, repository, services, observer, http, expectations, say, verbose });
    await tellChapters(stage, say);
    if (keep) await lookAround(services, folder, io);
  } finally {
    http.close();
    await services.stop();
  }
  return expectations.all;
}

/** A chapter that breaks off is a difference like any other; the ones after it would only repeat it. */
async function tellChapters(stage: Stage, say: (text: string) => void): Promise<void> {
  for (const chapter of chapters) {
    say(`${chapter.id}. ${chapter.title}`);
    try {
      await chapter.tell(stage, chapter.id);
    } catch (error) {
      stage.expectations.check(chapter.id, 'the chapter', 'told to its end', errorText(error), false);
      return;
    }
  }
}

async function lookAround(services: Services, folder: string, io: CommandIo): Promise<void> {
  io.out(`\nStill running until Ctrl-C. What Azure ML holds: ${services.emulator.url}`);
  io.out(`The repository: ${join(folder, 'repository')}. For curl and the SDKs:`);
  for (const [name, value] of Object.entries(services.emulator.environment)) io.out(`  export ${name}='${value}'`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}

function renderResults(results: readonly Expectation[]): string {
  if (results.length === 0) {
    throw new SwitchyardError({
      code: 'DEMO_EMPTY',
      kind: 'failure',
      seen: 'nothing was checked',
      expected: 'a story',
    });
  }
  const rows = results.map(({ step, what, expected, seen, ok }) => [
    step,
    what,
    shorten(expected),
    shorten(seen),
    ok ? 'ok' : 'WRONG',
  ]);
  const header = ['step', 'what', 'expected', 'seen', ''];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return ['', line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line), ''].join('\n');
}
