import type { RuleResult, VerdictDocument } from '@switchyard/documents';
import { code, escapeText, formatNumber, joinBlocks, shortDigest } from './markdown.ts';
import { renderTable } from './table.ts';

/** Worst first: what a reader came for stands on top. */
const order: readonly RuleResult['verdict'][] = ['error', 'fail', 'inconclusive', 'warn', 'pass'];

const verdictSentence: Readonly<Record<VerdictDocument['verdict'], string>> = {
  pass: 'The challenger may go on.',
  fail: 'The challenger may not go on.',
  inconclusive: 'The data cannot tell; a person decides, or more data do.',
  'first-model': 'The first model of its circuit: nothing was compared.',
  error: 'There is no verdict: the numbers cannot be used as they are.',
};

/** A gate's decision: one table with the worst rule on top, and what would change the verdict. */
export function renderVerdict(document: VerdictDocument): string {
  const { circuit, profile, verdict, champion, challenger, rules, data } = document;
  const sorted = [...rules].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  const before = champion ? `${code(`${champion.model}:${champion.version}`)} (${champion.source})` : 'no champion';
  const settled = verdict === 'pass' || verdict === 'first-model';
  return joinBlocks([
    `### ${escapeText(circuit)}: ${verdict}`,
    `${code(`${challenger.model}:${challenger.version}`)} against ${before}, gate ${code(profile)}, ${data.rows} rows of ${code(shortDigest(data.fingerprint))}.`,
    document.rescored ? 'The champion was scored again, because its stored evaluation was of other data.' : null,
    verdictSentence[verdict],
    `${settled ? 'Why' : 'What would change this verdict'}:`,
    document.reasons.map((reason) => `- ${escapeText(reason)}`).join('\n'),
    renderTable(
      ['Verdict', 'Metric', 'Rule', 'Limit', 'Champion', 'Challenger', 'Improvement'],
      sorted.map((rule) => [rule.verdict, rule.metric, rule.rule, ...numbersOf(rule)]),
    ),
  ]);
}

function numbersOf(rule: RuleResult): string[] {
  return [rule.limit, rule.champion, rule.challenger, rule.improvement].map(formatNumber);
}
