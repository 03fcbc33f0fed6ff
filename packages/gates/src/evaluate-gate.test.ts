import { describe, expect, it } from '@jest/globals';
import type { GateSettings, MetricRules } from '@switchyard/config';
import type { Evaluation } from '@switchyard/documents';
import { evaluateGate, type GateRequest } from './evaluate-gate.ts';
import { needsRescoring } from './same-data.ts';

const today = `sha256:${'a'.repeat(64)}`;
const yesterday = `sha256:${'b'.repeat(64)}`;
const left = `sha256:${'1'.repeat(64)}`;
const right = `sha256:${'2'.repeat(64)}`;

function anEvaluation(metrics: Evaluation['metrics'], data: Partial<Evaluation['data']> = {}): Evaluation {
  return {
    schema: 'switchyard/evaluation/v1',
    circuit: 'PLANT001_CIRCUIT01',
    data: { fingerprint: today, rows: 500, ...data },
    metrics,
  };
}

function aMetric(rules: Partial<MetricRules>): MetricRules {
  return { name: 'mae', direction: 'lower', role: 'primary', required: true, ...rules };
}

function aGate(metrics: MetricRules[], settings: Partial<GateSettings> = {}): GateSettings {
  return { metrics, 'min-rows': 0, 'on-tie': 'accept', 'tie-tolerance': 0, ...settings };
}

/** One metric, one rule set: the value of the challenger against that of the champion. */
function judge(
  rules: Partial<MetricRules>,
  challenger: number | null,
  champion: number | null,
  settings: Partial<GateSettings> = {},
) {
  return evaluateGate({
    challenger: { evaluation: anEvaluation({ mae: challenger }), contentDigest: left },
    champion: { evaluation: anEvaluation({ mae: champion }), contentDigest: right },
    gate: aGate([aMetric(rules)], settings),
  });
}

function judgeFirst(metrics: MetricRules[], values: Evaluation['metrics'], settings: Partial<GateSettings> = {}) {
  const challenger = { evaluation: anEvaluation(values), contentDigest: left };
  return evaluateGate({ challenger, champion: null, gate: aGate(metrics, settings) });
}

const higher = { direction: 'higher' } as const;

describe('rules of one metric', () => {
  it.each<[string, Partial<MetricRules>, number, number, string]>([
    ['max: below', { max: 10 }, 9, 9, 'pass'],
    ['max: on the limit', { max: 10 }, 10, 11, 'pass'],
    ['max: above', { max: 10 }, 10.000001, 11, 'fail'],
    ['min: on the limit', { ...higher, min: 0 }, 0, 0, 'pass'],
    ['min: below', { ...higher, min: 0 }, -0.1, -0.2, 'fail'],
    ['min and max: between', { min: 1, max: 2 }, 1.5, 1.5, 'pass'],
    ['min and max: outside', { min: 1, max: 2 }, 2.5, 2.5, 'fail'],
    ['max-loss, lower is better: equal', { 'max-loss': 0 }, 5, 5, 'pass'],
    ['max-loss, lower is better: better', { 'max-loss': 0 }, 4, 5, 'pass'],
    ['max-loss, lower is better: worse', { 'max-loss': 0 }, 5.1, 5, 'fail'],
    ['max-loss, lower is better: worse by the limit', { 'max-loss': 0.1 }, 5.1, 5, 'pass'],
    ['max-loss, binary rounding does not count', { 'max-loss': 0.1 }, 0.3, 0.2, 'pass'],
    ['max-loss, higher is better: worse', { ...higher, 'max-loss': 0.05 }, 0.8, 0.9, 'fail'],
    ['max-loss, higher is better: better', { ...higher, 'max-loss': 0.05 }, 0.95, 0.9, 'pass'],
    ['max-loss, higher is better: worse by the limit', { ...higher, 'max-loss': 0.1 }, 0.8, 0.9, 'pass'],
    ['max-relative-loss: by the limit', { 'max-relative-loss': 0.02 }, 102, 100, 'pass'],
    ['max-relative-loss: more', { 'max-relative-loss': 0.02 }, 102.1, 100, 'fail'],
    ['max-relative-loss: better', { 'max-relative-loss': 0 }, 99, 100, 'pass'],
    ['max-relative-loss, negative metric improves', { ...higher, 'max-relative-loss': 0 }, -0.4, -0.5, 'pass'],
    ['max-relative-loss, negative metric gets worse', { ...higher, 'max-relative-loss': 0.1 }, -0.6, -0.5, 'fail'],
    ['max-relative-loss: champion 0, no other rule', { 'max-relative-loss': 0 }, 1, 0, 'error'],
    ['max-relative-loss: champion nearly 0, no other rule', { 'max-relative-loss': 0 }, 1, 1e-13, 'error'],
    ['max-relative-loss: champion 0, a value rule holds', { 'max-relative-loss': 0, max: 2 }, 1, 0, 'pass'],
    ['max-relative-loss: champion 0, a value rule fails', { 'max-relative-loss': 0, max: 0.5 }, 1, 0, 'fail'],
    ['min-gain: reached', { 'min-gain': 1 }, 4, 5, 'pass'],
    ['min-gain: missed', { 'min-gain': 1 }, 4.5, 5, 'fail'],
    ['min-gain, higher is better: reached', { ...higher, 'min-gain': 0.1 }, 0.9, 0.8, 'pass'],
    ['max-gain: plausible', { 'max-gain': 1 }, 4, 5, 'pass'],
    ['max-gain: suspicious', { 'max-gain': 1 }, 1, 5, 'inconclusive'],
    ['max-gain, higher is better: suspicious', { ...higher, 'max-gain': 0.1 }, 0.99, 0.5, 'inconclusive'],
    ['two rules: the worse one decides', { 'max-loss': 1, max: 3 }, 5, 5, 'fail'],
    ['suspicious gain and a failed value', { 'max-gain': 1, min: 2 }, 1, 5, 'fail'],
  ])('%s', (_title, rules, challenger, champion, verdict) => {
    expect(judge(rules, challenger, champion).verdict).toBe(verdict);
  });

  it.each<[Partial<MetricRules>, number, number, number]>([
    [{ 'max-loss': 1 }, 0.19, 0.2, 0.01],
    [{ ...higher, 'max-loss': 1 }, 0.19, 0.2, -0.01],
    [{ ...higher, 'max-loss': 1 }, -0.4, -0.5, 0.1],
  ])('counts improvement in the good direction: %j %d against %d', (rules, challenger, champion, improvement) => {
    expect(judge(rules, challenger, champion).rules.at(-1)?.improvement).toBeCloseTo(improvement, 12);
  });
});

describe('values that are not numbers', () => {
  it('fails a required metric that is missing, by name', () => {
    const result = judgeFirst(
      [aMetric({ max: 1 }), aMetric({ name: 'r2', direction: 'higher', role: 'guardrail', min: 0 })],
      { mae: 0.5 },
    );
    expect(result.verdict).toBe('fail');
    expect(result.reasons).toEqual([
      'r2 is required and missing. The evaluation must write it, or the gate must say "required: false".',
    ]);
  });

  it('skips an optional metric that is missing, with a warning in the table', () => {
    const result = judgeFirst(
      [aMetric({ max: 1 }), aMetric({ name: 'r2', role: 'guardrail', required: false, min: 0 })],
      { mae: 0.5 },
    );
    expect(result.verdict).toBe('first-model');
    expect(result.rules.map((rule) => rule.verdict)).toEqual(['pass', 'pass', 'warn']);
  });

  it.each([null, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('never passes %p', (value) => {
    expect(judge({ max: 1 }, value, 1).verdict).toBe('error');
    expect(judge({ max: 1, required: false }, value, 1).verdict).toBe('error');
  });

  it.each([null, Number.NaN])('cannot compare with a champion whose value is %p', (value) => {
    const result = judge({ 'max-loss': 1 }, 1, value);
    expect(result.verdict).toBe('error');
    expect(result.reasons[0]).toContain('Score the champion again.');
  });

  it('does not need a value of the champion for value rules', () => {
    expect(judge({ max: 1 }, 1, null).verdict).toBe('pass');
  });

  it('does not take a metric from the prototype of the object', () => {
    expect(judgeFirst([aMetric({ name: 'constructor', max: 1 })], {}).verdict).toBe('fail');
  });
});

describe('data', () => {
  const challenger = { evaluation: anEvaluation({ mae: 1 }), contentDigest: left };
  const gate = aGate([aMetric({ 'max-loss': 0, max: 2 })]);

  it('refuses to compare numbers of different data', () => {
    const champion = { evaluation: anEvaluation({ mae: 9 }, { fingerprint: yesterday }), contentDigest: right };
    const result = evaluateGate({ challenger, champion, gate });
    expect(result.verdict).toBe('error');
    expect(result.reasons).toEqual([
      "Stale baseline: the data differ (sha256:aaaaaaaa, sha256:bbbbbbbb). Score the champion again on the challenger's data to get a verdict.",
    ]);
    expect(result.rules.some((rule) => rule.rule === 'max-loss')).toBe(false);
  });

  it('refuses a champion without an evaluation', () => {
    const result = evaluateGate({ challenger, champion: { evaluation: null, contentDigest: right }, gate });
    expect(result.verdict).toBe('error');
    expect(result.reasons[0]).toContain('the champion has no evaluation');
  });

  it('refuses equal fingerprints with different row counts', () => {
    const champion = { evaluation: anEvaluation({ mae: 1 }, { rows: 499 }), contentDigest: right };
    expect(evaluateGate({ challenger, champion, gate }).reasons[0]).toContain('the row counts differ (500, 499)');
  });

  it('refuses an evaluation of another circuit', () => {
    const evaluation = { ...anEvaluation({ mae: 1 }), circuit: 'OTHER' };
    const result = evaluateGate({ challenger, champion: { evaluation, contentDigest: right }, gate });
    expect(result.reasons[0]).toContain('two circuits (PLANT001_CIRCUIT01, OTHER)');
  });

  it.each([
    [99, 'inconclusive'],
    [100, 'first-model'],
    [0, 'inconclusive'],
  ])('with %i of 100 rows is %s', (rows, verdict) => {
    const evaluation = anEvaluation({ mae: 1 }, { rows });
    const few = aGate([aMetric({ max: 2 })], { 'min-rows': 100 });
    const result = evaluateGate({ challenger: { evaluation, contentDigest: left }, champion: null, gate: few });
    expect(result.verdict).toBe(verdict);
  });

  it('says how many rows are missing', () => {
    const few = aGate([aMetric({ max: 2 })], { 'min-rows': 600 });
    expect(evaluateGate({ challenger, champion: null, gate: few }).reasons).toEqual([
      'Only 500 rows; the verdict needs at least 600, 100 more.',
    ]);
  });

  it('lets a failed rule outweigh too few rows', () => {
    const few = aGate([aMetric({ max: 0.5 })], { 'min-rows': 600 });
    const result = evaluateGate({ challenger, champion: null, gate: few });
    expect(result.verdict).toBe('fail');
    expect(result.reasons).toHaveLength(2);
  });

  it('asks for a new score exactly when a comparison would be refused', () => {
    expect(needsRescoring(challenger.evaluation, null)).toBe(true);
    expect(needsRescoring(challenger.evaluation, anEvaluation({}, { fingerprint: yesterday }))).toBe(true);
    expect(needsRescoring(challenger.evaluation, anEvaluation({ mae: 3 }))).toBe(false);
  });
});

describe('first model', () => {
  it('is its own verdict when the value rules hold', () => {
    const result = judgeFirst([aMetric({ 'max-loss': 0, max: 2 })], { mae: 1 });
    expect(result.verdict).toBe('first-model');
    expect(result.reasons).toEqual([
      'There is no champion yet; every value rule holds. The rules that compare (mae) had nothing to compare with.',
    ]);
  });

  it('fails on a value rule', () => {
    expect(judgeFirst([aMetric({ max: 0.5 })], { mae: 1 }).verdict).toBe('fail');
  });
});

describe('tie', () => {
  it('is accepted unless the gate keeps the champion', () => {
    expect(judge({ 'max-loss': 0 }, 5, 5).verdict).toBe('pass');
    expect(judge({ 'max-loss': 0 }, 5, 5, { 'on-tie': 'keep-champion' }).verdict).toBe('fail');
  });

  it('reaches as far as the tolerance, in both directions', () => {
    const settings = { 'on-tie': 'keep-champion', 'tie-tolerance': 0.5 } as const;
    expect(judge({ 'max-loss': 1 }, 4.5, 5, settings).verdict).toBe('fail');
    expect(judge({ 'max-loss': 1 }, 5.5, 5, settings).verdict).toBe('fail');
    expect(judge({ 'max-loss': 1 }, 4.4, 5, settings).verdict).toBe('pass');
  });

  it('does not hide a failed guardrail', () => {
    const metrics = [
      aMetric({ 'max-loss': 0 }),
      aMetric({ name: 'r2', direction: 'higher', role: 'guardrail', min: 0 }),
    ];
    const values = { mae: 5, r2: -1 };
    const result = evaluateGate({
      challenger: { evaluation: anEvaluation(values), contentDigest: left },
      champion: { evaluation: anEvaluation(values), contentDigest: right },
      gate: aGate(metrics),
    });
    expect(result.verdict).toBe('fail');
    expect(result.reasons).toEqual(['r2 -1 is below 0; it passes from 0 up.']);
  });
});

describe('the champion itself as challenger', () => {
  const same = (evaluation: Evaluation): GateRequest => ({
    challenger: { evaluation, contentDigest: left },
    champion: { evaluation: null, contentDigest: left },
    gate: aGate([aMetric({ 'max-loss': 0, max: 2 })], { 'on-tie': 'keep-champion' }),
  });

  it('passes without a comparison', () => {
    const result = evaluateGate(same(anEvaluation({ mae: 1 })));
    expect(result.verdict).toBe('pass');
    expect(result.reasons[0]).toContain('same content as the champion');
  });

  it('still has to hold the value rules', () => {
    expect(evaluateGate(same(anEvaluation({ mae: 3 }))).verdict).toBe('fail');
  });

  it('is not assumed when the digests are unknown', () => {
    const request = same(anEvaluation({ mae: 1 }));
    const unknown = { ...request, champion: { evaluation: null, contentDigest: null } };
    expect(evaluateGate(unknown).verdict).toBe('error');
  });
});

describe('reasons', () => {
  it.each<[Partial<MetricRules>, number, number, string]>([
    [
      { 'max-relative-loss': 0.02 },
      0.55,
      0.5,
      'mae 0.55 against 0.5 of the champion is worse by 0.05 (-10 %); a loss of 2 % is allowed. It passes at 0.51 or less.',
    ],
    [
      { ...higher, 'max-loss': 0.01 },
      0.8,
      0.9,
      'mae 0.8 against 0.9 of the champion is worse by 0.1; a loss of 0.01 is allowed. It passes at 0.89 or more.',
    ],
    [
      { 'min-gain': 0.1 },
      0.5,
      0.5,
      'mae 0.5 against 0.5 of the champion is equal; a gain of 0.1 is asked for. It passes at 0.4 or less.',
    ],
    [{ max: 0.4 }, 0.5, 0.6, 'mae 0.5 is above 0.4; it passes from 0.4 down.'],
  ])('say what would change the verdict: %j', (rules, challenger, champion, reason) => {
    expect(judge(rules, challenger, champion).reasons).toEqual([reason]);
  });

  it('say why it passed', () => {
    expect(judge({ 'max-loss': 0 }, 4, 5).reasons).toEqual(['Every rule holds; mae 4 against 5 is better.']);
    expect(judge({ 'max-loss': 2 }, 6, 5).reasons).toEqual([
      'Every rule holds; mae 6 against 5 is worse, within the allowed loss.',
    ]);
  });

  it('start with what cannot be judged', () => {
    const metrics = [aMetric({ max: 1 }), aMetric({ name: 'r2', direction: 'higher', role: 'guardrail', min: 0 })];
    const result = judgeFirst(metrics, { mae: 3, r2: null });
    expect(result.verdict).toBe('error');
    expect(result.reasons.map((reason) => reason.slice(0, 3))).toEqual(['r2 ', 'mae']);
  });
});
