import { z } from 'zod';

export const traffic = z.record(z.string(), z.number().int().min(0).max(100));
const modelReference = z.object({ name: z.string(), version: z.string() });

export const deploymentPlan = z.object({
  schema: z.literal('switchyard/deployment-plan/v1'),
  circuit: z.string(),
  environment: z.string(),
  endpoint: z.string(),
  rollout: z.string(),
  observationDigest: z.string(),
  model: modelReference,
  slot: z.string().nullable(),
  before: traffic,
  after: traffic,
  restore: traffic,
  steps: z.array(
    z.object({ action: z.enum(['create', 'update', 'delete', 'no-op']), what: z.string(), detail: z.string() }),
  ),
});
export type DeploymentPlan = z.infer<typeof deploymentPlan>;

export const rolloutPhase = z.enum([
  'planned',
  'provisioning',
  'validating',
  'canary',
  'baking',
  'promoted',
  'aborting',
  'aborted',
]);
export type RolloutPhase = z.infer<typeof rolloutPhase>;

export const deploymentState = z.object({
  schema: z.literal('switchyard/deployment-state/v1'),
  circuit: z.string(),
  environment: z.string(),
  endpoint: z.string(),
  rollout: z.string(),
  phase: rolloutPhase,
  model: modelReference,
  slot: z.string(),
  /** The split to put back; written before traffic is touched and never changed afterwards. */
  restore: z.object({ traffic, mirrorTraffic: traffic }),
  current: traffic,
  decisions: z.array(z.object({ at: z.string(), phase: rolloutPhase, verdict: z.string(), detail: z.string() })),
});
export type DeploymentState = z.infer<typeof deploymentState>;

export const rollbackPlan = z.object({
  schema: z.literal('switchyard/rollback-plan/v1'),
  circuit: z.string(),
  environment: z.string(),
  endpoint: z.string(),
  reason: z.string(),
  path: z.enum(['warm', 'cold']),
  current: z.object({ slot: z.string(), model: modelReference, traffic }),
  target: z.object({ slot: z.string(), model: modelReference, traffic }),
  changes: z.array(z.object({ path: z.string(), before: z.unknown(), after: z.unknown() })),
  status: z.string(),
  marks: z.object({ decidedAt: z.string(), switchedAt: z.string().nullable(), verifiedAt: z.string().nullable() }),
});
export type RollbackPlan = z.infer<typeof rollbackPlan>;

/** All circuits of one rollback: what was planned or done for each, and which could not be rolled back. */
export const rollbackReport = z.object({
  schema: z.literal('switchyard/rollback-report/v1'),
  environment: z.string(),
  reason: z.string(),
  incident: z.string().nullable(),
  plans: z.array(rollbackPlan),
  failures: z.array(z.object({ circuit: z.string(), message: z.string() })),
});
export type RollbackReport = z.infer<typeof rollbackReport>;
