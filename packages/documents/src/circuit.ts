import { z } from 'zod';

/** Why a circuit is in the list; the words appear in summaries. */
export const changeReason = z.enum([
  'circuit-config',
  'circuit-data',
  'shared-code',
  'environment-change',
  'requested',
  'new-circuit',
]);
export type ChangeReason = z.infer<typeof changeReason>;

export const changedCircuit = z.object({
  circuit: z.string().min(1),
  /** Path of the circuit's config file in the repository. */
  file: z.string().min(1),
  reasons: z.array(changeReason).min(1),
  /** Changed paths behind the reasons, at most 20. */
  paths: z.array(z.string()),
});
export type ChangedCircuit = z.infer<typeof changedCircuit>;

export const changedCircuits = z.object({
  schema: z.literal('switchyard/changed-circuits/v1'),
  base: z.string().nullable(),
  head: z.string(),
  /** How the list of changed paths came about. */
  source: z.enum(['git-diff', 'compare-api', 'all-circuits', 'requested']),
  circuits: z.array(changedCircuit),
  unchanged: z.array(z.string()),
  removed: z.array(z.string()),
});
export type ChangedCircuits = z.infer<typeof changedCircuits>;
