import type { Environment } from '@switchyard/action-kit';
import type { ModelVersion, Workspace } from '@switchyard/azureml';
import type { Circuit } from '@switchyard/config';
import { type Evaluation, parseDocument, type TrainingReport } from '@switchyard/documents';
import { type Clock, formatInstant, type Logger, SwitchyardError, tagNames } from '@switchyard/domain';
import type { Project } from '@switchyard/project';
import type { TrainingRun } from './run-training-job.ts';

interface Parts {
  readonly context: { readonly environment: Environment; readonly clock: Clock; readonly logger: Logger };
  readonly project: Project;
  readonly circuit: Circuit;
  readonly fingerprint: string;
  readonly workspace: Workspace;
  readonly run: TrainingRun;
  readonly startedAt: number;
}

/**
 * Registers the model that the job wrote, exactly once for each job, and reads back what later steps rely on: version,
 * digest of the files, metrics and evaluation.
 * @throws SwitchyardError `TRAIN_NO_EVALUATION`, `DOCUMENT_*`, `JOB_OUTPUT_MISSING`.
 */
export async function registerModel(parts: Parts): Promise<{ document: TrainingReport; modelExisted: boolean }> {
  const { circuit, fingerprint, workspace, run } = parts;
  const evaluation = await readEvaluation(parts);
  const metrics = await workspace.metrics(run.name, { required: requiredMetrics(parts.project) });
  const { model, existed } = await findOrRegister(parts);
  const contentDigest = await workspace.modelDigest(model.name, model.version);
  await workspace.models.setTags(model.name, model.version, { [tagNames.contentDigest]: contentDigest });
  const document: TrainingReport = {
    schema: 'switchyard/training-report/v1',
    circuit: circuit.name,
    commit: parts.project.commit,
    fingerprint,
    workspace: workspace.name,
    job: run.name,
    jobStatus: run.job.status,
    reattached: run.reattached,
    model: { name: model.name, version: model.version, contentDigest },
    metrics,
    evaluation,
    startedAt: formatInstant(parts.startedAt),
    finishedAt: formatInstant(parts.context.clock.now()),
  };
  return { document, modelExisted: existed };
}

function requiredMetrics(project: Project): string[] {
  return project.config.gate.metrics.filter((metric) => metric.required).map((metric) => metric.name);
}

async function readEvaluation({ workspace, run, project }: Parts): Promise<Evaluation> {
  const output = project.config.training['model-output'];
  const text = await workspace.outputs.readText(run.name, output, 'evaluation.json');
  if (text !== undefined) return parseDocument('evaluation', text, `${run.name}/${output}/evaluation.json`);
  throw new SwitchyardError({
    code: 'TRAIN_NO_EVALUATION',
    seen: `job ${run.name} wrote no evaluation.json into its output "${output}"`,
    expected: 'an evaluation of the model on its holdout, beside the model',
    next: 'let the training script write it; docs/documents.md gives the fields',
  });
}

async function findOrRegister(parts: Parts): Promise<{ model: ModelVersion; existed: boolean }> {
  const { workspace, circuit, run, project, fingerprint, context } = parts;
  const [registered] = await workspace.models.list(circuit.model_name, { tags: { [tagNames.job]: run.name } });
  if (registered !== undefined) return { model: registered, existed: true };
  const { environment } = context;
  const tags: Record<string, string | undefined> = {
    [tagNames.job]: run.name,
    [tagNames.circuit]: circuit.name,
    [tagNames.fingerprint]: fingerprint,
    [tagNames.cutoffDate]: circuit.cutoff_date,
    [tagNames.packageVersion]: project.environmentVersion ?? undefined,
    [tagNames.commit]: project.commit,
    [tagNames.branch]: environment.refName,
    [tagNames.run]: environment.runId,
  };
  const model = await workspace.models.register({
    name: circuit.model_name,
    type: 'custom_model',
    uri: await workspace.outputs.location(run.name, project.config.training['model-output']),
    jobName: run.name,
    tags: Object.fromEntries(Object.entries(tags).filter((entry): entry is [string, string] => entry[1] !== undefined)),
  });
  context.logger.info(`Registered model ${model.name} version ${model.version}`);
  return { model, existed: false };
}
