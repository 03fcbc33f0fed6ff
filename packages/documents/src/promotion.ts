import { z } from 'zod';

export const promotion = z.object({
  schema: z.literal('switchyard/promotion/v1'),
  circuit: z.string(),
  commit: z.string(),
  fingerprint: z.string(),
  workspace: z.object({ name: z.string(), model: z.string(), version: z.string() }),
  registry: z.object({ name: z.string(), model: z.string(), version: z.string() }),
  environment: z.object({ name: z.string(), version: z.string(), copied: z.boolean() }).nullable(),
  contentDigest: z.string(),
  verdictDigest: z.string(),
  /** False when the registry held the same content already. */
  copied: z.boolean(),
  promotedAt: z.string(),
});
export type Promotion = z.infer<typeof promotion>;
