import type { Annotation } from './event.ts';
import type { JobRun, StepRun } from './job-run.ts';
import { parseWorkflowCommand, type WorkflowCommand } from './workflow-command.ts';

/** Annotations of one level that a step may make; GitHub drops the rest. */
const maxAnnotations = 10;
const maxMessageLength = 4096;

/** A step's collector: lines go to the run's events, masked. */
export function startStepLog(job: JobRun, name: string): StepRun {
  const annotations: Annotation[] = [];
  const log = (text: string) => {
    for (const line of job.masker.mask(text).split('\n')) job.run.emit({ type: 'log', job: job.id, step: name, line });
  };
  const annotate = (annotation: Annotation) => {
    const masked = { ...annotation, message: job.masker.mask(annotation.message).slice(0, maxMessageLength) };
    if (annotations.filter((each) => each.level === masked.level).length >= maxAnnotations) return;
    annotations.push(masked);
    job.run.emit({ type: 'annotation', job: job.id, step: name, annotation: masked });
  };
  return { name, outputs: {}, annotations, summary: '', log, annotate };
}

/** Reads the output of a program: commands are obeyed, everything else is logged. */
export class OutputReader {
  readonly #job: JobRun;
  readonly #step: StepRun;
  #stopToken: string | undefined;
  /** Set when the step used a command that GitHub has switched off. */
  refused: string | undefined;

  constructor(job: JobRun, step: StepRun) {
    this.#job = job;
    this.#step = step;
  }

  line(line: string): void {
    if (this.#stopToken !== undefined) {
      if (line.trim() === `::${this.#stopToken}::`) this.#stopToken = undefined;
      else this.#step.log(line);
      return;
    }
    const command = parseWorkflowCommand(line);
    if (!command || !this.#obey(command)) this.#step.log(line);
  }

  /** False: not a command after all. */
  #obey({ name, properties, data }: WorkflowCommand): boolean {
    switch (name) {
      case 'notice':
      case 'warning':
      case 'error':
        this.#step.annotate({ level: name, message: data, ...place(properties) });
        this.#step.log(`${name}: ${data}`);
        return true;
      case 'debug':
        this.#step.log(`debug: ${data}`);
        return true;
      case 'group':
        this.#step.log(`▼ ${data}`);
        return true;
      case 'endgroup':
      case 'echo':
        return true;
      case 'add-mask':
        if (data.trim() === '') this.#step.annotate({ level: 'warning', message: "Can't add an empty mask" });
        this.#job.masker.add(data);
        return true;
      case 'stop-commands':
        this.#stopToken = data;
        return true;
      case 'set-output':
      case 'save-state':
      case 'set-env':
      case 'add-path':
        this.#refuse(name);
        return true;
      case 'add-matcher':
      case 'remove-matcher':
        this.#step.annotate({ level: 'warning', message: `Problem matchers (\`${name}\`) are not supported here` });
        return true;
      default:
        return false;
    }
  }

  #refuse(name: keyof typeof fileOf): void {
    this.refused = `The command \`::${name}\` is not supported; write to the file ${fileOf[name]} instead`;
    this.#step.annotate({ level: 'error', message: this.refused });
  }
}

const fileOf = {
  'set-output': '$GITHUB_OUTPUT',
  'save-state': '$GITHUB_STATE',
  'set-env': '$GITHUB_ENV',
  'add-path': '$GITHUB_PATH',
};

function place(properties: WorkflowCommand['properties']): Partial<Annotation> {
  const { title, file, line, col } = properties;
  return {
    ...(title ? { title } : {}),
    ...(file ? { file } : {}),
    ...(line && Number.isInteger(Number(line)) ? { line: Number(line) } : {}),
    ...(col && Number.isInteger(Number(col)) ? { column: Number(col) } : {}),
  };
}
