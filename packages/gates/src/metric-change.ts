import type { MetricRules } from '@switchyard/config';
import type { RuleResult } from '@switchyard/documents';
import { formatNumber, formatShare } from './number-text.ts';

/** A champion's value nearer to zero than this makes a ratio meaningless. */
const NEARLY_ZERO = 1e-12;

/** Room for the last bits of a subtraction: 0.3 - 0.2 is not 0.1. */
const ROUNDING = 1e-12;

/** Names of the rules that need a champion. */
export const changeRules = ['max-loss', 'max-relative-loss', 'min-gain', 'max-gain'] as const;
type ChangeRule = (typeof changeRules)[number];

export function hasChangeRule(rules: MetricRules): boolean {
  return changeRules.some((rule) => rules[rule] !== undefined);
}

/** Improvement in the good direction: positive is better, whatever the direction. */
export function improvementOf(rules: MetricRules, challenger: number, champion: number): number {
  return rules.direction === 'higher' ? challenger - champion : champion - challenger;
}

interface Comparison {
  readonly rules: MetricRules;
  readonly champion: number;
  readonly challenger: number;
  /** In the good direction. */
  readonly improvement: number;
}

/** Results of the rules that compare two values of one metric. */
export function checkChange(rules: MetricRules, challenger: number, champion: number): RuleResult[] {
  const comparison = { rules, champion, challenger, improvement: improvementOf(rules, challenger, champion) };
  return changeRules.flatMap((rule) => {
    const limit = rules[rule];
    return limit === undefined ? [] : [checkRule(rule, limit, comparison)];
  });
}

function checkRule(rule: ChangeRule, limit: number, comparison: Comparison): RuleResult {
  const { rules, champion, challenger, improvement } = comparison;
  const judged =
    rule === 'max-relative-loss' ? judgeRelative(limit, comparison) : judgeAbsolute(rule, limit, comparison);
  return { metric: rules.name, rule, limit, champion, challenger, improvement, ...judged };
}

type Judgement = Pick<RuleResult, 'verdict' | 'detail'>;

function judgeAbsolute(rule: ChangeRule, limit: number, comparison: Comparison): Judgement {
  const { improvement, champion } = comparison;
  const room = ROUNDING * Math.max(1, Math.abs(champion));
  const change = describeChange(comparison);
  if (rule === 'max-loss') {
    if (improvement >= -limit - room)
      return { verdict: 'pass', detail: `${change}; a loss of ${formatNumber(limit)} is allowed.` };
    const needed = describeNeeded(comparison, -limit);
    return {
      verdict: 'fail',
      detail: `${change}; a loss of ${formatNumber(limit)} is allowed. It passes at ${needed}.`,
    };
  }
  if (rule === 'min-gain') {
    if (improvement >= limit - room)
      return { verdict: 'pass', detail: `${change}; a gain of ${formatNumber(limit)} is asked for.` };
    const needed = describeNeeded(comparison, limit);
    return {
      verdict: 'fail',
      detail: `${change}; a gain of ${formatNumber(limit)} is asked for. It passes at ${needed}.`,
    };
  }
  if (improvement <= limit + room)
    return { verdict: 'pass', detail: `${change}; up to ${formatNumber(limit)} is plausible.` };
  const detail = `${change}, a suspicious gain: more than ${formatNumber(limit)} points to leaked labels. Check the evaluation, or raise max-gain.`;
  return { verdict: 'inconclusive', detail };
}

function judgeRelative(limit: number, comparison: Comparison): Judgement {
  const { improvement, champion, rules } = comparison;
  if (Math.abs(champion) < NEARLY_ZERO) return relativeNotApplicable(rules);
  const change = `${describeChange(comparison)} (${formatShare(improvement / Math.abs(champion))})`;
  const allowed = `a loss of ${formatShare(limit)} is allowed`;
  if (improvement / Math.abs(champion) >= -limit - ROUNDING)
    return { verdict: 'pass', detail: `${change}; ${allowed}.` };
  const needed = describeNeeded(comparison, -limit * Math.abs(champion));
  return { verdict: 'fail', detail: `${change}; ${allowed}. It passes at ${needed}.` };
}

function relativeNotApplicable(rules: MetricRules): Judgement {
  const others = [rules.min, rules.max, rules['max-loss'], rules['min-gain'], rules['max-gain']];
  const seen = `${rules.name} of the champion is 0, so a relative loss cannot be computed`;
  if (others.some((limit) => limit !== undefined)) return { verdict: 'warn', detail: `${seen}; the rule was skipped.` };
  return {
    verdict: 'error',
    detail: `${seen}, and ${rules.name} has no other rule. Give it "max-loss" or a value limit.`,
  };
}

function describeChange({ rules, champion, challenger, improvement }: Comparison): string {
  const values = `${rules.name} ${formatNumber(challenger)} against ${formatNumber(champion)} of the champion`;
  if (improvement === 0) return `${values} is equal`;
  return `${values} is ${improvement > 0 ? 'better' : 'worse'} by ${formatNumber(Math.abs(improvement))}`;
}

/** The value at which a rule that wants at least `improvement` passes. */
function describeNeeded({ rules, champion }: Comparison, improvement: number): string {
  if (rules.direction === 'higher') return `${formatNumber(champion + improvement)} or more`;
  return `${formatNumber(champion - improvement)} or less`;
}
