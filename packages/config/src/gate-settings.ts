import { z } from 'zod';

const notNegative = z.number().min(0);

const limits = {
  min: z.number().describe('Lowest accepted value of the challenger, inclusive.').optional(),
  max: z.number().describe('Highest accepted value of the challenger, inclusive.').optional(),
  'max-loss': notNegative.describe('How much worse than the champion is accepted, in units of the metric.').optional(),
  'max-relative-loss': notNegative
    .describe('How much worse than the champion is accepted, as a share of its value: 0.02 is 2 %.')
    .optional(),
  'min-gain': notNegative.describe('How much better than the champion the challenger must be.').optional(),
  'max-gain': notNegative
    .describe('A gain above this is suspicious (leaked labels are likelier than luck) and holds the model.')
    .optional(),
};

const direction = z.enum(['lower', 'higher']).describe('Which way is better.');
const role = z
  .enum(['primary', 'guardrail'])
  .describe('The one primary metric decides a tie; guardrails must hold as well.');
const required = z.boolean().describe('A required metric that is missing fails the gate.');
const metricName = z.string().min(1).describe('Name in the evaluation, for example mae.');

/** The rules of one metric. */
export const metricRules = z.strictObject({
  name: metricName,
  direction,
  role: role.default('guardrail'),
  required: required.default(true),
  ...limits,
});
export type MetricRules = z.infer<typeof metricRules>;

/** Changes to the rules of one metric in an environment; the metric is found by name. */
export const metricOverlay = z.strictObject({
  name: metricName,
  direction: direction.optional(),
  role: role.optional(),
  required: required.optional(),
  ...limits,
});
export type MetricOverlay = z.infer<typeof metricOverlay>;

const minRows = z.int().min(0).describe('With fewer rows in the holdout the verdict is inconclusive at best.');
const onTie = z
  .enum(['accept', 'keep-champion'])
  .describe('What happens when the primary metric is equal: accept the challenger, or keep the champion.');
const tieTolerance = notNegative.describe('Differences of the primary metric up to this size are a tie.');

export const gateSettings = z.strictObject({
  metrics: z.array(metricRules).min(1),
  'min-rows': minRows.default(0),
  'on-tie': onTie.default('accept'),
  'tie-tolerance': tieTolerance.default(0),
});
export type GateSettings = z.infer<typeof gateSettings>;

export const gateOverlay = z.strictObject({
  metrics: z.array(metricOverlay).default([]),
  'min-rows': minRows.optional(),
  'on-tie': onTie.optional(),
  'tie-tolerance': tieTolerance.optional(),
});
export type GateOverlay = z.infer<typeof gateOverlay>;
