import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SwitchyardError } from '@switchyard/domain';
import { parseFileCommand } from './file-command.ts';
import type { JobRun, StepRun } from './job-run.ts';

const names = ['output', 'env', 'path', 'state', 'step_summary'] as const;

/** Limit of one step's summary, in bytes. */
const maxSummary = 1024 * 1024;

/** The files through which one program talks to the runner. They are new for each program. */
export class StepFiles {
  readonly #paths: Readonly<Record<(typeof names)[number], string>>;

  private constructor(paths: Record<(typeof names)[number], string>) {
    this.#paths = paths;
  }

  static async create(job: JobRun): Promise<StepFiles> {
    const folder = join(job.folders.temp, '_runner_file_commands');
    await mkdir(folder, { recursive: true });
    const id = randomUUID();
    const path = (name: string) => join(folder, `${name}_${id}`);
    for (const name of names) await writeFile(path(name), '');
    return new StepFiles({
      output: path('output'),
      env: path('env'),
      path: path('path'),
      state: path('state'),
      step_summary: path('step_summary'),
    });
  }

  variables(): Record<string, string> {
    return Object.fromEntries(names.map((name) => [`GITHUB_${name.toUpperCase()}`, this.#paths[name]]));
  }

  /** Takes over what the program wrote, also after it failed. `state` is the action's own. */
  async apply(job: JobRun, step: StepRun, state: Record<string, string>): Promise<void> {
    await this.#summary(job, step);
    for (const line of (await readOptional(this.#paths.path)).split('\n')) {
      if (line.trim() !== '') job.path.unshift(line.trim());
    }
    Object.assign(step.outputs, Object.fromEntries(await this.#values('output')));
    Object.assign(state, Object.fromEntries(await this.#values('state')));
    for (const [name, value] of await this.#values('env')) {
      if (name === 'NODE_OPTIONS') {
        throw new SwitchyardError({
          code: 'RUN_ENV_REFUSED',
          seen: "can't store NODE_OPTIONS with $GITHUB_ENV",
          next: 'set it in `env` of the step that needs it',
        });
      }
      job.env = { ...job.env, [name]: value };
    }
  }

  async #values(name: (typeof names)[number]): Promise<ReadonlyMap<string, string>> {
    return parseFileCommand(await readOptional(this.#paths[name]), `GITHUB_${name.toUpperCase()}`);
  }

  async #summary(job: JobRun, step: StepRun): Promise<void> {
    const text = await readOptional(this.#paths.step_summary);
    if (text === '') return;
    const size = Buffer.byteLength(text);
    if (size > maxSummary) {
      const message = `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${Math.ceil(size / 1024)}k`;
      step.annotate({ level: 'error', message });
      return;
    }
    step.summary += job.masker.mask(text);
  }
}

async function readOptional(path: string): Promise<string> {
  return existsSync(path) ? readFile(path, 'utf8') : '';
}
