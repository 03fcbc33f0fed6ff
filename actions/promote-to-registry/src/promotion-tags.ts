import type { Environment } from '@switchyard/action-kit';
import type { Circuit } from '@switchyard/config';
import { digestOf, type TrainingReport, type VerdictDocument } from '@switchyard/documents';
import { tagNames } from '@switchyard/domain';
import type { Project } from '@switchyard/project';

/** Azure tag values hold at most this many characters. */
const MAX_TAG_VALUE = 256;

/** Tags that a release looks a model up by, and that lead back to commit, job and verdict; metrics as `metric.<name>`. */
export function promotionTags(parts: {
  readonly environment: Environment;
  readonly circuit: Circuit;
  readonly project: Project;
  readonly report: TrainingReport;
  readonly verdict: VerdictDocument;
}): Record<string, string> {
  const { environment, circuit, project, report, verdict } = parts;
  const tags: Record<string, string | undefined> = {
    [tagNames.registryReady]: 'true',
    [tagNames.circuit]: circuit.name,
    [tagNames.fingerprint]: report.fingerprint,
    [tagNames.contentDigest]: report.model.contentDigest,
    [tagNames.verdictDigest]: digestOf(verdict),
    [tagNames.job]: report.job,
    [tagNames.run]: environment.runId,
    [tagNames.branch]: environment.refName,
    [tagNames.commit]: report.commit,
    [tagNames.comparisonRun]: verdict.comparisonRun,
    [tagNames.cutoffDate]: circuit.cutoff_date,
    [tagNames.packageVersion]: project.environmentVersion ?? undefined,
    ...Object.fromEntries(Object.entries(report.metrics).map(([name, value]) => [`metric.${name}`, String(value)])),
  };
  const present = Object.entries(tags).filter((entry): entry is [string, string] => !!entry[1]);
  return Object.fromEntries(present.map(([name, value]) => [name, value.slice(0, MAX_TAG_VALUE)]));
}
