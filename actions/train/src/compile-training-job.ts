import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CompiledDocument, compileDocument } from '@switchyard/azureml-yaml';
import { type Circuit, fillSet } from '@switchyard/config';
import type { Logger } from '@switchyard/domain';
import { type AzurePlaces, type Project, setArguments } from '@switchyard/project';

export interface TrainingJob {
  /** The same for the same fingerprint, so that a second run finds the job of the first. */
  readonly name: string;
  readonly compiled: CompiledDocument;
  readonly fingerprint: string;
}

/** Compiles the az ml job of a circuit in memory; the user's file stays as it is. */
export async function compileTrainingJob(parts: {
  readonly context: {
    readonly inputs: {
      readonly file: string | undefined;
      readonly set: readonly string[];
      readonly environment: string;
    };
    readonly readFile: (path: string) => Promise<string>;
    readonly logger: Logger;
  };
  readonly project: Project;
  readonly circuit: Circuit;
  readonly fingerprint: string;
  readonly places: AzurePlaces;
}): Promise<TrainingJob> {
  const { context, project, circuit, fingerprint, places } = parts;
  const file = context.inputs.file ?? project.config.training.file;
  const fromConfig = fillSet(project.config.training.set, { circuit, environment: context.inputs.environment });
  const compiled = compileDocument({
    text: await context.readFile(file),
    file,
    set: [...setArguments(file, fromConfig), ...context.inputs.set],
    context: {
      subscriptionId: places.subscriptionId,
      resourceGroup: places.workspace.resourceGroup,
      workspaceName: places.workspace.name,
    },
    readText: (path) => readFileSync(join(project.folder, path), 'utf8'),
    expect: ['commandJob'],
  });
  for (const { message, position } of compiled.warnings) {
    context.logger.warning(`${position.file}:${position.line}:${position.column}: ${message}`);
  }
  return { name: jobName(circuit.name, fingerprint), compiled, fingerprint };
}

function jobName(circuit: string, fingerprint: string): string {
  return `${circuit}-${fingerprint.replace('sha256:', '').slice(0, 12)}`;
}
