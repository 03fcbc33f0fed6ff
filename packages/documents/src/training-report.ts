import { z } from 'zod';
import { evaluation } from './evaluation.ts';

export const trainingReport = z.object({
  schema: z.literal('switchyard/training-report/v1'),
  circuit: z.string(),
  commit: z.string(),
  fingerprint: z.string(),
  workspace: z.string(),
  job: z.string(),
  jobStatus: z.string(),
  /** True when a job that had already run for the same fingerprint was taken over. */
  reattached: z.boolean(),
  model: z.object({ name: z.string(), version: z.string(), contentDigest: z.string() }),
  /** Metrics as MLflow holds them, last value of each. */
  metrics: z.record(z.string(), z.number()),
  evaluation,
  startedAt: z.string(),
  finishedAt: z.string(),
});
export type TrainingReport = z.infer<typeof trainingReport>;
