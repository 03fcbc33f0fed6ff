import type { MetricRules } from '@switchyard/config';
import type { Evaluation, RuleResult } from '@switchyard/documents';
import { formatNumber } from './number-text.ts';

/** What is known of one metric of one model. */
export type MetricReading =
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'missing' }
  | { readonly kind: 'not-a-number'; readonly seen: string };

export function readMetric(evaluation: Evaluation, name: string): MetricReading {
  if (!Object.hasOwn(evaluation.metrics, name)) return { kind: 'missing' };
  const value = evaluation.metrics[name];
  if (typeof value === 'number' && Number.isFinite(value)) return { kind: 'value', value };
  return { kind: 'not-a-number', seen: String(value) };
}

/** Result for a metric of the challenger that cannot be judged by its value. */
export function unreadableMetric(rules: MetricRules, reading: Exclude<MetricReading, { kind: 'value' }>): RuleResult {
  const base = {
    metric: rules.name,
    rule: 'required',
    limit: null,
    champion: null,
    challenger: null,
    improvement: null,
  } as const;
  if (reading.kind === 'not-a-number') {
    const detail = `${rules.name} of the challenger is ${reading.seen}, which is never a pass. The evaluation must write a finite number.`;
    return { ...base, verdict: 'error', detail };
  }
  if (rules.required) {
    const detail = `${rules.name} is required and missing. The evaluation must write it, or the gate must say "required: false".`;
    return { ...base, verdict: 'fail', detail };
  }
  return { ...base, verdict: 'warn', detail: `${rules.name} is missing and not required; its rules were skipped.` };
}

/** Results of `min` and `max`, both ends inclusive. */
export function checkValue(rules: MetricRules, challenger: number, champion: number | null): RuleResult[] {
  const { name, min, max } = rules;
  const base = { metric: name, champion, challenger, improvement: null } as const;
  const shown = formatNumber(challenger);
  const results: RuleResult[] = [];
  if (min !== undefined) {
    const ok = challenger >= min;
    const detail = ok
      ? `${name} ${shown} is at least ${formatNumber(min)}.`
      : `${name} ${shown} is below ${formatNumber(min)}; it passes from ${formatNumber(min)} up.`;
    results.push({ ...base, rule: 'min', limit: min, verdict: ok ? 'pass' : 'fail', detail });
  }
  if (max !== undefined) {
    const ok = challenger <= max;
    const detail = ok
      ? `${name} ${shown} is at most ${formatNumber(max)}.`
      : `${name} ${shown} is above ${formatNumber(max)}; it passes from ${formatNumber(max)} down.`;
    results.push({ ...base, rule: 'max', limit: max, verdict: ok ? 'pass' : 'fail', detail });
  }
  return results;
}
