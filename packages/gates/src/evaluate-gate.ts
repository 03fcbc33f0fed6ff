import type { GateSettings, MetricRules } from '@switchyard/config';
import type { Evaluation, RuleResult } from '@switchyard/documents';
import type { Verdict } from '@switchyard/domain';
import { checkChange, hasChangeRule, improvementOf } from './metric-change.ts';
import { checkValue, readMetric, unreadableMetric } from './metric-value.ts';
import { formatNumber } from './number-text.ts';
import { type Contender, checkSameData } from './same-data.ts';

export interface GateRequest {
  readonly challenger: Contender & { readonly evaluation: Evaluation };
  /** The model in use; null when there is none yet. */
  readonly champion: Contender | null;
  readonly gate: GateSettings;
}

export interface GateResult {
  readonly verdict: Verdict;
  /** Sentences with numbers; for anything but a pass they say what would change the verdict. */
  readonly reasons: string[];
  readonly rules: RuleResult[];
}

/**
 * Judges a challenger by the rules of the gate.
 *
 * - A missing required metric fails; a value that is null or not finite is an error, never a pass.
 * - A champion scored on other data is an error: it has to be scored again first.
 * - Without a champion the value rules decide, and the verdict is `first-model` instead of `pass`.
 * - A champion with the same content as the challenger is not compared with itself.
 */
export function evaluateGate(request: GateRequest): GateResult {
  const { challenger, champion, gate } = request;
  const same = champion !== null && isSameModel(challenger, champion);
  const compared = champion === null || same ? null : champion;
  const data = compared && checkSameData(challenger.evaluation, compared.evaluation);
  const baseline = data?.verdict === 'pass' ? (compared?.evaluation ?? null) : null;
  const rules = [
    ...checkRows(challenger.evaluation, gate),
    ...(data ? [data] : []),
    ...gate.metrics.flatMap((metric) => judgeMetric(metric, challenger.evaluation, baseline)),
  ];
  const worst = worstOf(rules);
  if (worst !== 'pass') return { verdict: worst, reasons: detailsOf(rules, worst), rules };
  if (champion === null) return { verdict: 'first-model', reasons: [firstModelReason(gate)], rules };
  if (same) return { verdict: 'pass', reasons: [sameModelReason], rules };
  return judgeTie(request, baseline, rules);
}

const sameModelReason =
  'The challenger has the same content as the champion, so there is nothing to compare; only the value rules were checked.';

function isSameModel(challenger: Contender, champion: Contender): boolean {
  // Version numbers of a workspace and of a registry are not the same series; the content is.
  return challenger.contentDigest !== null && challenger.contentDigest === champion.contentDigest;
}

function checkRows({ data }: Evaluation, gate: GateSettings): RuleResult[] {
  const limit = gate['min-rows'];
  const ok = data.rows >= limit;
  const detail = ok
    ? `${data.rows} rows; at least ${limit} are asked for.`
    : `Only ${data.rows} rows; the verdict needs at least ${limit}, ${limit - data.rows} more.`;
  const values = { limit, champion: null, challenger: data.rows, improvement: null };
  return [{ metric: 'rows', rule: 'min-rows', ...values, verdict: ok ? 'pass' : 'inconclusive', detail }];
}

function judgeMetric(metric: MetricRules, challenger: Evaluation, champion: Evaluation | null): RuleResult[] {
  const reading = readMetric(challenger, metric.name);
  if (reading.kind !== 'value') return [unreadableMetric(metric, reading)];
  const before = champion && readMetric(champion, metric.name);
  const results = checkValue(metric, reading.value, before?.kind === 'value' ? before.value : null);
  if (!before || !hasChangeRule(metric)) return results;
  if (before.kind === 'value') return [...results, ...checkChange(metric, reading.value, before.value)];
  const seen = before.kind === 'missing' ? 'missing' : before.seen;
  return [
    ...results,
    {
      metric: metric.name,
      rule: 'required',
      limit: null,
      champion: null,
      challenger: reading.value,
      improvement: null,
      verdict: 'error',
      detail: `${metric.name} of the champion is ${seen}, so the loss cannot be judged. Score the champion again.`,
    },
  ];
}

function judgeTie({ challenger, gate }: GateRequest, baseline: Evaluation | null, rules: RuleResult[]): GateResult {
  const primary = gate.metrics.find((metric) => metric.role === 'primary');
  if (!primary || !baseline) return { verdict: 'pass', reasons: ['Every rule holds.'], rules };
  const before = readMetric(baseline, primary.name);
  const now = readMetric(challenger.evaluation, primary.name);
  if (before.kind !== 'value' || now.kind !== 'value')
    return { verdict: 'pass', reasons: ['Every rule holds.'], rules };
  const improvement = improvementOf(primary, now.value, before.value);
  const values = `${primary.name} ${formatNumber(now.value)} against ${formatNumber(before.value)}`;
  if (Math.abs(improvement) > gate['tie-tolerance']) {
    const word = improvement > 0 ? 'better' : 'worse, within the allowed loss';
    return { verdict: 'pass', reasons: [`Every rule holds; ${values} is ${word}.`], rules };
  }
  if (gate['on-tie'] === 'accept')
    return { verdict: 'pass', reasons: [`Every rule holds; ${values} is a tie.`], rules };
  const detail = `${values} is a tie and the gate keeps the champion. It passes with a gain above ${formatNumber(gate['tie-tolerance'])}, or with "on-tie: accept".`;
  return { verdict: 'fail', reasons: [detail], rules };
}

function firstModelReason(gate: GateSettings): string {
  const compared = gate.metrics.filter(hasChangeRule).map((metric) => metric.name);
  const skipped =
    compared.length > 0 ? ` The rules that compare (${compared.join(', ')}) had nothing to compare with.` : '';
  return `There is no champion yet; every value rule holds.${skipped}`;
}

type Failing = 'error' | 'fail' | 'inconclusive';

/** What cannot be judged comes before what was judged bad: an error says that the numbers prove nothing. */
function worstOf(rules: readonly RuleResult[]): Failing | 'pass' {
  const severity: readonly Failing[] = ['error', 'fail', 'inconclusive'];
  return severity.find((verdict) => rules.some((rule) => rule.verdict === verdict)) ?? 'pass';
}

/** Details of the deciding rules, then of the lesser ones that would decide next. */
function detailsOf(rules: readonly RuleResult[], worst: Failing): string[] {
  const order: readonly Failing[] = ['error', 'fail', 'inconclusive'];
  const reported = order.slice(order.indexOf(worst));
  return reported.flatMap((verdict) => rules.filter((rule) => rule.verdict === verdict).map((rule) => rule.detail));
}
