import type { Clock } from './clock.ts';
import type { BlobStore } from './compute/blob-store.ts';
import type { DeploymentPool } from './compute/deployment-pool.ts';
import type { JobRunner } from './compute/job-runner.ts';
import type { ScoringMetrics } from './compute/scoring-metrics.ts';
import type { Faults } from './faults.ts';
import type { Journal } from './journal.ts';
import type { Random } from './random.ts';
import type { SeedIdentity } from './seed.ts';
import type { Operations } from './state/operations.ts';
import type { State } from './state/state.ts';
import type { Switches } from './switches.ts';
import type { Tokens } from './tokens.ts';

/** Everything a handler may use. */
export interface Platform {
  url: string;
  state: State;
  clock: Clock;
  random: Random;
  switches: Switches;
  strictAudience: boolean;
  identities: SeedIdentity[];
  /** Cores by VM family; `*` for all others. */
  quota: Record<string, number>;
  tokens: Tokens;
  operations: Operations;
  blobs: BlobStore;
  jobs: JobRunner;
  deployments: DeploymentPool;
  metrics: ScoringMetrics;
  journal: Journal;
  faults: Faults;
}
