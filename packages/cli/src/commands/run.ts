import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { SwitchyardError } from '@switchyard/domain';
import {
  type EnvironmentSettings,
  type RunOptions,
  type RunResult,
  runWorkflow,
  startGitHub,
} from '@switchyard/runner';
import type { CommandIo } from '../io.ts';
import { suiteFolder } from '../suite-folder.ts';
import { progressPrinter, resultText } from './run-progress.ts';

export const runUsage = `switchyard run FILE [options]

Runs a GitHub workflow file on this machine. FILE is relative to the repository, and read from the commit.

  --event NAME             push (default), pull_request, workflow_dispatch, ...
  --ref REF                branch or full ref; the checked out branch when absent
  --repo DIR               the git repository (default: .)
  --repo-name OWNER/NAME   its name on GitHub (default: from the remote 'origin', else local/<folder>)
  --event-path FILE        JSON laid over the event's payload
  --input KEY=VALUE        input of workflow_dispatch
  --var, --secret, --env   KEY=VALUE, each as often as needed
  --environments FILE      JSON: { NAME: { vars, secrets, reviewers, branches } }
  --approve ENV=LOGIN      LOGIN reviews the environment, and approves
  --repository OWNER/NAME=DIR   a folder that stands for another repository
  --actor LOGIN            who starts the run (default: local)
  --work DIR               where runs are kept (default: .switchyard in the repository)
  --jobs N                 jobs at the same time (default: 4)
  --json FILE              writes the result as JSON
  --verbose                shows the log of every step, not only of failed ones`;

/** The suite's own name in `uses:`; it stands for the checkout this command runs from. */
const suiteRepository = 'switchyard-mlops/switchyard';

/**
 * `switchyard run`: 0 when the run succeeded, 1 when it failed, 130 when it was cancelled.
 *
 * @throws SwitchyardError for wrong arguments and for workflow files that cannot be started.
 */
export async function runCommand(argv: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = readArguments(argv);
  if (values.help) {
    io.out(runUsage);
    return 0;
  }
  const options = await readOptions(values, positionals);
  await makeWorkFolder(options.workFolder);
  const controller = new AbortController();
  const onInterrupt = () => controller.abort();
  process.once('SIGINT', onInterrupt);
  const { repository, repositoryFolder, environments = {} } = options;
  const github = await startGitHub({ repository, repositoryFolder, environments });
  try {
    const print = progressPrinter(io.err, values.verbose ?? false);
    const result = await runWorkflow({ ...options, github, onEvent: print, signal: controller.signal });
    io.out(resultText(result));
    if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(result, null, 2)}\n`);
    return exitCode(result);
  } finally {
    process.removeListener('SIGINT', onInterrupt);
    await github.stop();
  }
}

/** Runs are nobody's source: git must not offer them for a commit. */
async function makeWorkFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '.gitignore'), '*\n');
}

function exitCode(result: RunResult): number {
  if (result.conclusion === 'success') return 0;
  return result.conclusion === 'cancelled' ? 130 : 1;
}

type Arguments = ReturnType<typeof readArguments>['values'];

function readArguments(argv: string[]) {
  const text = { type: 'string' } as const;
  const list = { type: 'string', multiple: true } as const;
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        event: text,
        ref: text,
        repo: text,
        'repo-name': text,
        'event-path': text,
        input: list,
        var: list,
        secret: list,
        env: list,
        environments: text,
        approve: list,
        repository: list,
        actor: text,
        work: text,
        jobs: text,
        json: text,
        verbose: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (cause) {
    throw new SwitchyardError({
      code: 'CLI_ARGUMENT_INVALID',
      seen: cause instanceof Error ? cause.message : String(cause),
      next: 'see `switchyard run --help`',
      cause,
    });
  }
}

async function readOptions(values: Arguments, positionals: readonly string[]): Promise<RunOptions> {
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) {
    throw new SwitchyardError({
      code: 'CLI_ARGUMENT_INVALID',
      seen: `${positionals.length} workflow files`,
      expected: 'one',
      next: 'see `switchyard run --help`',
    });
  }
  const repositoryFolder = resolve(values.repo ?? '.');
  const approvals = pairs(values.approve, 'approve');
  const environments = await readEnvironments(values.environments, approvals);
  const workFolder = resolve(values.work ?? join(repositoryFolder, '.switchyard'));
  const payload = values['event-path'] === undefined ? {} : { eventPayload: await readJson(values['event-path']) };
  return {
    workflowPath: workflowPath(file, repositoryFolder),
    repositoryFolder,
    repository: values['repo-name'] ?? (await repositoryName(repositoryFolder)),
    event: values.event ?? 'push',
    ref: values.ref ?? (await checkedOutRef(repositoryFolder)),
    ...payload,
    inputs: pairs(values.input, 'input'),
    vars: pairs(values.var, 'var'),
    secrets: pairs(values.secret, 'secret'),
    env: pairs(values.env, 'env'),
    environments,
    approvals,
    repositories: { [suiteRepository]: suiteFolder(), ...pairs(values.repository, 'repository') },
    actor: values.actor ?? 'local',
    workFolder,
    ...(values.jobs === undefined ? {} : { maxConcurrentJobs: wholeNumber(values.jobs) }),
  };
}

/** A path as typed in a shell also works: it is made relative to the repository. */
function workflowPath(file: string, repositoryFolder: string): string {
  const inside = relative(repositoryFolder, resolve(file));
  return inside.startsWith('..') || !inside.startsWith('.github/') ? file : inside;
}

function pairs(list: readonly string[] | undefined, option: string): Record<string, string> {
  return Object.fromEntries(
    (list ?? []).map((item) => {
      const at = item.indexOf('=');
      if (at > 0) return [item.slice(0, at), item.slice(at + 1)];
      throw new SwitchyardError({ code: 'CLI_ARGUMENT_INVALID', seen: `--${option} ${item}`, expected: 'KEY=VALUE' });
    }),
  );
}

/** Whoever approves is also a reviewer: on GitHub nobody else could. */
async function readEnvironments(
  file: string | undefined,
  approvals: Readonly<Record<string, string>>,
): Promise<Record<string, EnvironmentSettings>> {
  const environments = file === undefined ? {} : await readJson(file);
  const settings: Record<string, EnvironmentSettings> = {};
  for (const [name, value] of Object.entries(environments)) {
    if (typeof value !== 'object' || value === null) {
      throw new SwitchyardError({
        code: 'CLI_ENVIRONMENTS_INVALID',
        seen: `'${name}' in ${file} is not an object`,
        expected: '{ "vars": {}, "secrets": {}, "reviewers": [], "branches": [] }',
      });
    }
    settings[name] = value;
  }
  for (const [name, login] of Object.entries(approvals)) {
    settings[name] = { ...settings[name], reviewers: settings[name]?.reviewers ?? [login] };
  }
  return settings;
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (cause) {
    throw new SwitchyardError({ code: 'CLI_FILE_INVALID', seen: `${file} could not be read as JSON`, cause });
  }
  throw new SwitchyardError({ code: 'CLI_FILE_INVALID', seen: `${file} holds no JSON object` });
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new SwitchyardError({
    code: 'CLI_ARGUMENT_INVALID',
    seen: `--jobs ${text}`,
    expected: 'a whole number above 0',
  });
}

/** `owner/name` of the remote `origin`; a repository without one is `local/<folder>`. */
async function repositoryName(folder: string): Promise<string> {
  const url = await gitOutput(folder, ['remote', 'get-url', 'origin']);
  const match = /github\.com[:/]([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(url);
  return match?.[1] ?? `local/${basename(folder)}`;
}

async function checkedOutRef(folder: string): Promise<string> {
  const ref = await gitOutput(folder, ['symbolic-ref', 'HEAD']);
  if (ref !== '') return ref;
  throw new SwitchyardError({
    code: 'CLI_REF_MISSING',
    seen: `${folder} has no branch checked out`,
    next: 'name one with --ref',
  });
}

/** Empty where git says no. */
async function gitOutput(folder: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', folder, ...args]);
    return stdout.trim();
  } catch {
    return '';
  }
}
