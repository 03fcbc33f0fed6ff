import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jobStatuses, submitCompiledJob } from '@switchyard/azureml';
import { compileDocument } from '@switchyard/azureml-yaml';
import { type Circuit, fillSet } from '@switchyard/config';
import { type Evaluation, parseDocument, type TrainingReport } from '@switchyard/documents';
import { type Logger, SwitchyardError, tagNames } from '@switchyard/domain';
import { needsRescoring } from '@switchyard/gates';
import { type AzurePlaces, type Project, setArguments } from '@switchyard/project';
import type { Champion } from './find-champion.ts';

interface Parts {
  readonly context: {
    readonly inputs: { readonly environment: string; readonly 'timeout-minutes': number; readonly 'dry-run': boolean };
    readonly logger: Logger;
    readonly signal: AbortSignal;
    readonly readFile: (path: string) => Promise<string>;
  };
  readonly project: Project;
  readonly circuit: Circuit;
  readonly report: TrainingReport;
  readonly places: AzurePlaces;
  readonly champion: Champion | null;
}

export interface ScoredChampion {
  readonly evaluation: Evaluation | null;
  /** `planned`: a dry run, which submits no job, would score again. */
  readonly rescored: 'no' | 'yes' | 'planned';
}

/**
 * The champion's evaluation on the challenger's holdout. A stored one counts when it is of the same rows; else the
 * evaluation job of switchyard.yml scores the champion again. Without such a job the stored one is handed on, and the
 * gate says that the data differ.
 */
export async function rescoreChampion(parts: Parts): Promise<ScoredChampion> {
  const { champion, report, project, context } = parts;
  if (champion === null) return { evaluation: null, rescored: 'no' };
  const isSameModel = champion.contentDigest === report.model.contentDigest;
  if (isSameModel || !needsRescoring(report.evaluation, champion.evaluation)) {
    return { evaluation: champion.evaluation, rescored: 'no' };
  }
  if (project.config.evaluation === undefined) return { evaluation: champion.evaluation, rescored: 'no' };
  if (context.inputs['dry-run']) return { evaluation: champion.evaluation, rescored: 'planned' };
  context.logger.info("The champion's evaluation is of other data: scoring it again on the challenger's holdout");
  return { evaluation: await runEvaluation(parts, champion, project.config.evaluation), rescored: 'yes' };
}

async function runEvaluation(
  { context, project, circuit, report, places }: Parts,
  champion: Champion,
  settings: NonNullable<Project['config']['evaluation']>,
): Promise<Evaluation> {
  const { workspace } = places;
  const values = fillSet(settings.set, { circuit, environment: context.inputs.environment });
  const compiled = compileDocument({
    text: await context.readFile(settings.file),
    file: settings.file,
    set: [...setArguments(settings.file, values), `inputs.model.path=${champion.assetId}`],
    context: {
      subscriptionId: places.subscriptionId,
      resourceGroup: workspace.resourceGroup,
      workspaceName: workspace.name,
    },
    readText: (path) => readFileSync(join(project.folder, path), 'utf8'),
    expect: ['commandJob'],
  });
  const name = await freeName(evaluationName(circuit.name, champion.version, report.fingerprint), workspace.jobs);
  await submitCompiledJob(workspace, compiled, {
    name,
    folder: project.folder,
    tags: { [tagNames.circuit]: circuit.name },
  });
  await workspace.jobs.wait(name, {
    onLog: context.logger.info,
    signal: context.signal,
    timeoutMinutes: context.inputs['timeout-minutes'],
  });
  const text = await workspace.outputs.readText(name, settings.output, 'evaluation.json');
  if (text !== undefined) return parseDocument('evaluation', text, `${name}/${settings.output}/evaluation.json`);
  throw new SwitchyardError({
    code: 'GATE_NO_EVALUATION',
    seen: `job ${name} wrote no evaluation.json into its output "${settings.output}"`,
    expected: "the champion's evaluation on this holdout",
    next: 'let the evaluation script write it; docs/documents.md gives the fields',
  });
}

function evaluationName(circuit: string, championVersion: string, fingerprint: string): string {
  return `${circuit}-champion-${championVersion}-${fingerprint.replace('sha256:', '').slice(0, 12)}`;
}

/** The name itself while its job runs or has completed; a failed one is followed by another attempt. */
async function freeName(base: string, jobs: AzurePlaces['workspace']['jobs']): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const name = attempt === 1 ? base : `${base}-r${attempt}`;
    const job = await jobs.read(name);
    const status = job && jobStatuses[job.status];
    if (status?.terminal !== true || status.ok) return name;
  }
}
