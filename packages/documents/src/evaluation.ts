import { z } from 'zod';

/**
 * What an evaluation of one model writes as `evaluation.json` beside the model: the contract between
 * the user's Python code and the gate. `losses` are per-row losses keyed by row (lower is better) and
 * let the gate compare two models pair by pair.
 */
export const evaluation = z.object({
  schema: z.literal('switchyard/evaluation/v1'),
  circuit: z.string(),
  data: z.object({
    /** Digest of the sorted row keys and labels of the holdout. */
    fingerprint: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    rows: z.number().int().nonnegative(),
    from: z.string().optional(),
    to: z.string().optional(),
  }),
  /** A value may be null: not computed. Absent, null and not finite are different findings of the gate. */
  metrics: z.record(z.string(), z.number().nullable()),
  losses: z.record(z.string(), z.number()).optional(),
});
export type Evaluation = z.infer<typeof evaluation>;
