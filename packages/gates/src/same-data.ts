import type { Evaluation, RuleResult } from '@switchyard/documents';

/** A model that takes part in the comparison. */
export interface Contender {
  /** Null when the model has no stored evaluation. */
  readonly evaluation: Evaluation | null;
  /** Digest of the model's files, `sha256:…`; null when unknown. */
  readonly contentDigest: string | null;
}

/**
 * True when the champion must be scored again before a comparison: it has no evaluation, or one of
 * other data. Two numbers of different data say nothing about two models.
 */
export function needsRescoring(challenger: Evaluation, champion: Evaluation | null): boolean {
  return champion === null || differences(challenger, champion).length > 0;
}

/** Result of the rule `same-data`. */
export function checkSameData(challenger: Evaluation, champion: Evaluation | null): RuleResult {
  const found = champion === null ? ['the champion has no evaluation'] : differences(challenger, champion);
  const ok = found.length === 0;
  return {
    metric: 'data',
    rule: 'same-data',
    limit: null,
    champion: champion?.data.rows ?? null,
    challenger: challenger.data.rows,
    improvement: null,
    verdict: ok ? 'pass' : 'error',
    detail: ok
      ? `Both models were scored on the same ${challenger.data.rows} rows.`
      : `Stale baseline: ${found.join(' and ')}. Score the champion again on the challenger's data to get a verdict.`,
  };
}

function differences(challenger: Evaluation, champion: Evaluation): string[] {
  const found: string[] = [];
  if (challenger.circuit !== champion.circuit) {
    found.push(`the evaluations are of two circuits (${challenger.circuit}, ${champion.circuit})`);
  }
  if (challenger.data.fingerprint !== champion.data.fingerprint) {
    found.push(`the data differ (${shortDigest(challenger)}, ${shortDigest(champion)})`);
  } else if (challenger.data.rows !== champion.data.rows) {
    found.push(`the row counts differ (${challenger.data.rows}, ${champion.data.rows})`);
  }
  return found;
}

function shortDigest({ data }: Evaluation): string {
  return data.fingerprint.slice(0, 'sha256:'.length + 8);
}
