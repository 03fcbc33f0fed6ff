import { pythonProgram } from './supervised.ts';

/** How files are scored in mini batches. */
export interface BatchOptions {
  script: string;
  /** Name of the input whose files are scored. */
  input: string;
  /** Name of the output that gets the rows. */
  output: string;
  /** File in the output's folder; empty when the output is a file itself. */
  fileName: string;
  miniBatchSize: number;
  /** Failed files that are accepted; -1 means all. */
  errorThreshold: number;
  /** Failed mini batches that are accepted; -1 means all. */
  batchErrorThreshold: number;
  maxRetries: number;
  /** Limit of one mini batch, in seconds. */
  timeoutSeconds: number;
  /** Processes that score at the same time. */
  workers: number;
  summaryOnly: boolean;
  missingRowsAreErrors: boolean;
}

const mostWorkers = 8;

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The name of an input or output as a command writes it. */
function placeholder(name: string): string {
  return `$\{{${name}}}`;
}

/** The command that scores files in mini batches; the placeholders in it are filled when the run starts. */
export function batchCommand(options: BatchOptions, run: { hasModel: boolean; arguments: string }): string {
  const parts = [
    `--script ${quote(options.script)}`,
    `--input "${placeholder(`inputs.${options.input}`)}" --output "${placeholder(`outputs.${options.output}`)}"`,
    `--file-name ${quote(options.fileName)}`,
    `--mini-batch-size ${options.miniBatchSize}`,
    `--error-threshold ${options.errorThreshold}`,
    `--batch-error-threshold ${options.batchErrorThreshold}`,
    `--max-retries ${options.maxRetries}`,
    `--timeout ${options.timeoutSeconds}`,
    `--workers ${Math.min(mostWorkers, Math.max(1, options.workers))}`,
    options.summaryOnly ? '--summary-only' : '',
    options.missingRowsAreErrors ? '--missing-rows-are-errors' : '',
    run.arguments === '' ? '' : `-- ${run.arguments}`,
  ].filter((part) => part !== '');
  const variable = run.hasModel ? `AZUREML_MODEL_DIR="${placeholder('inputs.model')}" ` : '';
  return `${variable}python ${quote(pythonProgram('batch_driver.py'))} ${parts.join(' ')}`;
}
