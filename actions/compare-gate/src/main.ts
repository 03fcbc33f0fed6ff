import { type ActionResult, azureInputs, defineAction, input } from '@switchyard/action-kit';
import { digestOf, parseDocument, type TrainingReport, type VerdictDocument } from '@switchyard/documents';
import { assertNever, formatInstant, type Status, SwitchyardError, type Verdict } from '@switchyard/domain';
import { evaluateGate } from '@switchyard/gates';
import { openAzure, openProject } from '@switchyard/project';
import { renderVerdict } from '@switchyard/reports';
import { findChampion } from './find-champion.ts';
import { rescoreChampion } from './rescore-champion.ts';

type Output = 'decision' | 'reasons-json' | 'champion-version' | 'model-version' | 'report-file';

export const compareGate = defineAction({
  name: 'compare-gate',
  inputs: {
    config: input.text('switchyard.yml'),
    circuit: input.required(),
    environment: input.text('dev'),
    'training-report': input.required(),
    'resource-group': input.optional(),
    'workspace-name': input.optional(),
    'registry-name': input.optional(),
    ...azureInputs,
    'timeout-minutes': input.wholeNumber({ min: 1, max: 30_240, fallback: '60' }),
    'dry-run': input.boolean('false'),
    'report-file': input.optional(),
  },
  outputs: ['decision', 'reasons-json', 'champion-version', 'model-version'],
  run: async (context): Promise<ActionResult<Output>> => {
    const { inputs } = context;
    const project = await openProject(context.environment.workspaceFolder, inputs.config, context.readFile);
    const circuit = project.circuit(inputs.circuit);
    const settings = project.settings(inputs.environment);
    const report = await readReport(inputs['training-report'], inputs.circuit, context.readFile);
    const places = await openAzure(context, project.config, settings, inputs);
    const found = await findChampion(places.registry(inputs['registry-name']), circuit.model_name, context.logger);
    const scored = await rescoreChampion({ context, project, circuit, report, places, champion: found });
    if (scored.rescored === 'planned') return rescoringPlanned(circuit.name, report, found?.version ?? '');
    const { verdict, reasons, rules } = evaluateGate({
      challenger: { evaluation: report.evaluation, contentDigest: report.model.contentDigest },
      champion: found && { evaluation: scored.evaluation, contentDigest: found.contentDigest },
      gate: settings.gate,
    });
    const document: VerdictDocument = {
      schema: 'switchyard/verdict/v1',
      circuit: circuit.name,
      profile: settings.name,
      verdict,
      reasons,
      champion: found && { model: found.model, version: found.version, source: 'registry' },
      challenger: {
        model: report.model.name,
        version: report.model.version,
        contentDigest: report.model.contentDigest,
        fingerprint: report.fingerprint,
      },
      data: { fingerprint: report.evaluation.data.fingerprint, rows: report.evaluation.data.rows },
      rules,
      rescored: scored.rescored === 'yes',
      comparisonRun: context.environment.runId ?? report.job,
      decidedAt: formatInstant(context.clock.now()),
    };
    context.logger.info(`verdict digest ${digestOf(document)}`);
    return {
      status: statusOf(verdict),
      message: `${circuit.name}: ${verdict}; ${reasons.join('; ')}`,
      summary: renderVerdict(document),
      outputs: {
        decision: verdict,
        'reasons-json': JSON.stringify(reasons),
        'champion-version': found?.version ?? '',
        'model-version': report.model.version,
        'report-file': await context.writeReport(document),
      },
    };
  },
});

/** A dry run submits no job, so it has no number to compare with. */
function rescoringPlanned(circuit: string, report: TrainingReport, champion: string): ActionResult<Output> {
  const message = `${circuit}: would score champion version ${champion} again on the holdout of version ${report.model.version}, then compare`;
  return {
    status: 'planned',
    message,
    summary: `### Gate plan\n\n${message}\n`,
    outputs: { 'champion-version': champion, 'model-version': report.model.version },
  };
}

/** Only a pass, or the first model where there is no champion, lets the step succeed. */
function statusOf(verdict: Verdict): Status {
  switch (verdict) {
    case 'pass':
    case 'first-model':
      return 'done';
    case 'fail':
      return 'rejected';
    case 'inconclusive':
      return 'held';
    case 'error':
      return 'error';
    default:
      return assertNever(verdict);
  }
}

async function readReport(
  path: string,
  circuit: string,
  readFile: (path: string) => Promise<string>,
): Promise<TrainingReport> {
  const report = parseDocument('training-report', await readFile(path), path);
  if (report.circuit === circuit) return report;
  throw new SwitchyardError({
    code: 'GATE_WRONG_REPORT',
    seen: `${path} is the training report of ${report.circuit}`,
    expected: `the report of ${circuit}`,
    next: 'pass the report-file of the train step for this circuit',
  });
}
