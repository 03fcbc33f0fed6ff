import type { TrainingReport } from '@switchyard/documents';
import { code, escapeText, formatNumber, joinBlocks, shortDigest } from './markdown.ts';
import { markdown, renderTable } from './table.ts';

/** What a training would do; nothing was submitted. */
export function renderTrainingPlan(plan: TrainingPlan): string {
  const facts = [
    ['Job', markdown(code(plan.job))],
    ['Workspace', plan.workspace],
    ['Training inputs', markdown(code(shortDigest(plan.fingerprint)))],
  ];
  return joinBlocks([`### Plan: train ${escapeText(plan.circuit)}`, renderTable(['', ''], facts)]);
}

export interface TrainingPlan {
  readonly circuit: string;
  readonly job: string;
  readonly workspace: string;
  readonly fingerprint: string;
}

/** What one training produced. */
export function renderTrainingReport(report: TrainingReport): string {
  const { circuit, model, evaluation, metrics } = report;
  const names = [...new Set([...Object.keys(evaluation.metrics), ...Object.keys(metrics)])].sort((a, b) =>
    a < b ? -1 : 1,
  );
  const facts = [
    ['Job', markdown(`${code(report.job)}, ${escapeText(report.jobStatus)}`)],
    ['Workspace', report.workspace],
    ['Commit', markdown(code(report.commit.slice(0, 12)))],
    ['Training inputs', markdown(code(shortDigest(report.fingerprint)))],
    ['Content', markdown(code(shortDigest(model.contentDigest)))],
    ['Holdout', `${evaluation.data.rows} rows${periodOf(report)}`],
    ['Time', `${report.startedAt} to ${report.finishedAt}`],
  ];
  return joinBlocks([
    `### ${escapeText(circuit)}: ${code(`${model.name}:${model.version}`)}`,
    report.reattached
      ? 'A job of an earlier run had the same inputs; its result was taken over and nothing was trained again.'
      : null,
    renderTable(['', ''], facts),
    renderTable(
      ['Metric', 'Evaluation', 'Logged by the job'],
      names.map((name) => [name, formatNumber(evaluation.metrics[name]), formatNumber(metrics[name])]),
    ),
  ]);
}

function periodOf({ evaluation }: TrainingReport): string {
  const { from, to } = evaluation.data;
  return from !== undefined && to !== undefined ? `, ${from} to ${to}` : '';
}
