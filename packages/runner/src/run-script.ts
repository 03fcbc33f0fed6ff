import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { SwitchyardError } from '@switchyard/domain';
import { checkShell, evaluateText, type RunStep, type Token } from '@switchyard/workflow';
import { runProgram } from './run-program.ts';
import type { StepConclusion } from './run-result.ts';
import type { StepRequest } from './step-request.ts';

/** Runs a `run` step: the script is written to a file and given to the shell. */
export async function runScript(step: RunStep, request: StepRequest): Promise<StepConclusion> {
  const { job, frame, scope } = request;
  const script = evaluateText(step.run, scope);
  const ofJob = frame.action ? {} : job.job.defaults;
  const text = (token: Token | undefined) => (token ? evaluateText(token, scope) : undefined);
  const shell = text(step.shell) ?? text(ofJob.shell);
  if (shell !== undefined) checkShell(shell, step.position);
  const folder = text(step.workingDirectory) ?? text(ofJob.workingDirectory) ?? '.';
  const path = isAbsolute(folder) ? folder : join(job.folders.workspace, folder);
  if (!existsSync(path)) {
    throw new SwitchyardError({
      code: 'RUN_FOLDER_NOT_FOUND',
      seen: `working-directory '${folder}' does not exist in the workspace`,
      next: 'run actions/checkout before this step',
      position: step.position,
    });
  }
  const [command = 'bash', ...args] = await shellCommand(shell, script, job.folders.temp);
  for (const line of script.trimEnd().split('\n')) request.step.log(`$ ${line}`);
  return runProgram({
    job,
    frame,
    step: request.step,
    command,
    args,
    folder: path,
    env: request.env,
    github: request.github,
    state: {},
    signal: request.signal,
    timeoutMinutes: request.timeoutMinutes,
  });
}

/** GitHub's commands: `bash` gets `pipefail` only when it is named. */
async function shellCommand(shell: string | undefined, script: string, temp: string): Promise<string[]> {
  const extension = shell === 'python' ? 'py' : 'sh';
  const file = join(temp, `${randomUUID()}.${extension}`);
  await writeFile(file, `${script}\n`);
  if (shell === undefined) return ['bash', '-e', file];
  if (shell === 'bash') return ['bash', '--noprofile', '--norc', '-eo', 'pipefail', file];
  if (shell === 'sh') return ['sh', '-e', file];
  if (shell === 'python') return ['python3', file];
  return shell.split(/\s+/).map((part) => part.replaceAll('{0}', file));
}
