import { z } from 'zod';

export const verdictWord = z.enum(['pass', 'fail', 'inconclusive', 'first-model', 'error']);

export const ruleResult = z.object({
  metric: z.string(),
  rule: z.enum([
    'required',
    'min',
    'max',
    'max-loss',
    'max-relative-loss',
    'min-gain',
    'max-gain',
    'min-rows',
    'same-data',
  ]),
  limit: z.number().nullable(),
  champion: z.number().nullable(),
  challenger: z.number().nullable(),
  /** Improvement of the challenger in the metric's good direction; null where it does not apply. */
  improvement: z.number().nullable(),
  verdict: z.enum(['pass', 'fail', 'inconclusive', 'error', 'warn']),
  detail: z.string(),
});
export type RuleResult = z.infer<typeof ruleResult>;

export const verdict = z.object({
  schema: z.literal('switchyard/verdict/v1'),
  circuit: z.string(),
  profile: z.string(),
  verdict: verdictWord,
  reasons: z.array(z.string()).min(1),
  champion: z.object({ model: z.string(), version: z.string(), source: z.enum(['registry', 'endpoint']) }).nullable(),
  challenger: z.object({ model: z.string(), version: z.string(), contentDigest: z.string(), fingerprint: z.string() }),
  data: z.object({ fingerprint: z.string(), rows: z.number().int() }),
  rules: z.array(ruleResult),
  /** True when the champion was scored again because its stored evaluation was of other data. */
  rescored: z.boolean(),
  comparisonRun: z.string(),
  decidedAt: z.string(),
});
export type VerdictDocument = z.infer<typeof verdict>;
