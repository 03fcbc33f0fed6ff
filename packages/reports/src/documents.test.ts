import { describe, expect, it } from '@jest/globals';
import type {
  ChangedCircuits,
  DeploymentPlan,
  DeploymentState,
  Promotion,
  RollbackPlan,
  TrainingReport,
  VerdictDocument,
} from '@switchyard/documents';
import { renderChangedCircuits } from './changed-circuits.ts';
import { renderDeployment, renderDeploymentPlan, renderDeployments } from './deployment.ts';
import { renderPromotion } from './promotion.ts';
import { renderRollback } from './rollback.ts';
import { renderTrainingPlan, renderTrainingReport } from './training-report.ts';
import { renderVerdict } from './verdict.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const commit = '0123456789abcdef0123456789abcdef01234567';

const changed: ChangedCircuits = {
  schema: 'switchyard/changed-circuits/v1',
  base: commit,
  head: 'fedcba9876543210',
  source: 'git-diff',
  circuits: [
    {
      circuit: 'P1_C1',
      file: 'c.yml',
      reasons: ['circuit-data', 'shared-code'],
      paths: ['data/a|b.csv', 'src/train.py'],
    },
  ],
  unchanged: ['P1_C2'],
  removed: [],
};

const report: TrainingReport = {
  schema: 'switchyard/training-report/v1',
  circuit: 'P1_C1',
  commit,
  fingerprint: digest,
  workspace: 'mlw-dev',
  job: 'job-1',
  jobStatus: 'Completed',
  reattached: false,
  model: { name: 'm', version: '3', contentDigest: digest },
  metrics: { mae: 1.23456789, epochs: 12 },
  evaluation: {
    schema: 'switchyard/evaluation/v1',
    circuit: 'P1_C1',
    data: { fingerprint: digest, rows: 365, from: '2024-01-01', to: '2024-12-31' },
    metrics: { mae: 1.23456789, r2: null },
  },
  startedAt: '2026-01-01T00:00:00Z',
  finishedAt: '2026-01-01T00:02:00Z',
};

const verdict: VerdictDocument = {
  schema: 'switchyard/verdict/v1',
  circuit: 'P1_C1',
  profile: 'dev',
  verdict: 'fail',
  reasons: ['r2 -0.1 is below 0; it passes from 0 up.'],
  champion: { model: 'm', version: '2', source: 'registry' },
  challenger: { model: 'm', version: '3', contentDigest: digest, fingerprint: digest },
  data: { fingerprint: digest, rows: 365 },
  rules: [
    {
      metric: 'mae',
      rule: 'max-loss',
      limit: 0,
      champion: 1.3,
      challenger: 1.2,
      improvement: 0.1,
      verdict: 'pass',
      detail: '',
    },
    {
      metric: 'r2',
      rule: 'min',
      limit: 0,
      champion: 0.2,
      challenger: -0.1,
      improvement: null,
      verdict: 'fail',
      detail: '',
    },
    {
      metric: 'rows',
      rule: 'min-rows',
      limit: 100,
      champion: null,
      challenger: 365,
      improvement: null,
      verdict: 'warn',
      detail: '',
    },
  ],
  rescored: true,
  comparisonRun: '1',
  decidedAt: '2026-01-01T00:00:00Z',
};

const promotion: Promotion = {
  schema: 'switchyard/promotion/v1',
  circuit: 'P1_C1',
  commit,
  fingerprint: digest,
  workspace: { name: 'mlw-dev', model: 'm', version: '3' },
  registry: { name: 'sensors', model: 'm', version: '2' },
  environment: { name: 'env', version: '1.0.0', copied: true },
  contentDigest: digest,
  verdictDigest: digest,
  copied: true,
  promotedAt: '2026-01-01T00:00:00Z',
};

const plan: DeploymentPlan = {
  schema: 'switchyard/deployment-plan/v1',
  circuit: 'P1_C1',
  environment: 'test',
  endpoint: 'p1-test',
  rollout: 'abc',
  observationDigest: digest,
  model: { name: 'm', version: '3' },
  slot: 'green',
  before: { blue: 100 },
  after: { green: 100 },
  restore: { blue: 100 },
  steps: [{ action: 'create', what: 'deployment green', detail: 'm:3' }],
};

const state: DeploymentState = {
  schema: 'switchyard/deployment-state/v1',
  circuit: 'P1_C1',
  environment: 'test',
  endpoint: 'p1-test',
  rollout: 'abc',
  phase: 'canary',
  model: { name: 'm', version: '3' },
  slot: 'green',
  restore: { traffic: { blue: 100 }, mirrorTraffic: {} },
  current: { blue: 90, green: 10 },
  decisions: [{ at: '2026-01-01T00:00:00Z', phase: 'canary', verdict: 'pass', detail: '20 requests | 0 errors' }],
};

const rollback: RollbackPlan = {
  schema: 'switchyard/rollback-plan/v1',
  circuit: 'P1_C1',
  environment: 'production',
  endpoint: 'p1-production',
  reason: 'errors <since> noon',
  path: 'warm',
  current: { slot: 'green', model: { name: 'm', version: '3' }, traffic: { green: 100 } },
  target: { slot: 'blue', model: { name: 'm', version: '2' }, traffic: { blue: 100 } },
  changes: [
    { path: '/traffic/blue', before: 0, after: 100 },
    { path: '/tags/switchyard.deny', before: null, after: 'm:3' },
  ],
  status: 'planned',
  marks: { decidedAt: '2026-01-01T00:00:00Z', switchedAt: null, verifiedAt: null },
};

describe('renderChangedCircuits', () => {
  it('shows each circuit with reasons and paths', () => {
    expect(renderChangedCircuits(changed)).toBe(`### Circuits: 1 affected, 1 not, 0 removed

\`0123456789ab\` → \`fedcba987654\`, from the Git history.

| Circuit | Why | Paths |
| --- | --- | --- |
| P1_C1 | its data changed, shared code changed | \`data/a\\|b.csv\`<br>\`src/train.py\` |
`);
  });

  it('says that there is nothing to train', () => {
    const nothing = { ...changed, base: null, source: 'all-circuits' as const, circuits: [], removed: ['P9_C9'] };
    expect(renderChangedCircuits(nothing)).toBe(`### Circuits: 0 affected, 1 not, 1 removed

\`fedcba987654\`, all circuits, because there was nothing to compare with.

Nothing to train.

Removed: \`P9_C9\`. Their endpoints and models are left as they are.
`);
  });

  it('cuts a long list of paths', () => {
    const paths = Array.from({ length: 8 }, (_, index) => `p${index}`);
    const circuits = changed.circuits.map((circuit) => ({ ...circuit, paths }));
    expect(renderChangedCircuits({ ...changed, circuits })).toContain('`p4`<br>and 3 more |');
  });
});

describe('renderTrainingReport', () => {
  it('shows the metrics of both sources side by side', () => {
    expect(renderTrainingReport(report)).toBe(`### P1_C1: \`m:3\`

|  |  |
| --- | --- |
| Job | \`job-1\`, Completed |
| Workspace | mlw-dev |
| Commit | \`0123456789ab\` |
| Training inputs | \`sha256:abababab…\` |
| Content | \`sha256:abababab…\` |
| Holdout | 365 rows, 2024-01-01 to 2024-12-31 |
| Time | 2026-01-01T00:00:00Z to 2026-01-01T00:02:00Z |

| Metric | Evaluation | Logged by the job |
| --- | --- | --- |
| epochs | – | 12 |
| mae | 1.23457 | 1.23457 |
| r2 | – | – |
`);
  });

  it('says when a job was taken over', () => {
    expect(renderTrainingReport({ ...report, reattached: true })).toContain('nothing was trained again');
  });

  it('shows a plan', () => {
    const text = renderTrainingPlan({ circuit: 'P1_C1', job: 'job-1', workspace: 'mlw-dev', fingerprint: digest });
    expect(text).toBe(`### Plan: train P1_C1

|  |  |
| --- | --- |
| Job | \`job-1\` |
| Workspace | mlw-dev |
| Training inputs | \`sha256:abababab…\` |
`);
  });
});

describe('renderVerdict', () => {
  it('puts the worst rule on top and says what would change the verdict', () => {
    expect(renderVerdict(verdict)).toBe(`### P1_C1: fail

\`m:3\` against \`m:2\` (registry), gate \`dev\`, 365 rows of \`sha256:abababab…\`.

The champion was scored again, because its stored evaluation was of other data.

The challenger may not go on.

What would change this verdict:

- r2 -0.1 is below 0; it passes from 0 up.

| Verdict | Metric | Rule | Limit | Champion | Challenger | Improvement |
| --- | --- | --- | --- | --- | --- | --- |
| fail | r2 | min | 0 | 0.2 | -0.1 | – |
| warn | rows | min-rows | 100 | – | 365 | – |
| pass | mae | max-loss | 0 | 1.3 | 1.2 | 0.1 |
`);
  });

  it('says why a first model may go on', () => {
    const text = renderVerdict({ ...verdict, verdict: 'first-model', champion: null, rescored: false });
    expect(text).toContain('`m:3` against no champion');
    expect(text).toContain('Why:');
    expect(text).not.toContain('scored again');
  });
});

describe('renderPromotion', () => {
  it('shows both places of the model', () => {
    expect(renderPromotion(promotion)).toBe(`### P1_C1: promoted

|  |  |
| --- | --- |
| From | workspace \`mlw-dev\`, \`m:3\` |
| To | registry \`sensors\`, \`m:2\` |
| Content | \`sha256:abababab…\` |
| Verdict | \`sha256:abababab…\` |
| Commit | \`0123456789ab\` |
| ML environment | \`env:1.0.0\`, copied |
| Time | 2026-01-01T00:00:00Z |
`);
  });

  it('says when nothing was copied', () => {
    const text = renderPromotion({ ...promotion, copied: false, environment: null });
    expect(text).toContain('in the registry already');
    expect(text).toContain('| ML environment | none |');
  });
});

describe('renderDeployment', () => {
  it('shows the plan with the split to restore', () => {
    expect(renderDeploymentPlan(plan)).toBe(`### Plan: P1_C1 in test

\`m:3\` on endpoint \`p1-test\`, slot \`green\`.

| Action | What | Detail |
| --- | --- | --- |
| create | deployment green | m:3 |

Traffic \`blue=100\` → \`green=100\`. An abort restores \`blue=100\`.
`);
  });

  it('draws the traffic and lists the decisions', () => {
    expect(renderDeployment(state)).toBe(`### P1_C1 in test: canary

\`m:3\` on endpoint \`p1-test\`, slot \`green\`, rollout \`abc\`.

\`\`\`text
blue  ██████████████████░░  90 %
green ██░░░░░░░░░░░░░░░░░░  10 %
\`\`\`

| Time | Phase | Verdict | Detail |
| --- | --- | --- | --- |
| 2026-01-01T00:00:00Z | canary | pass | 20 requests \\| 0 errors |

Before the rollout: \`blue=100\`.
`);
  });

  it('lists several circuits in one table', () => {
    expect(renderDeployments([state, { ...state, circuit: 'P1_C2', phase: 'promoted', current: { green: 100 } }])).toBe(
      `| Circuit | Model | Phase | Traffic |
| --- | --- | --- | --- |
| P1_C1 | \`m:3\` | canary | \`blue=90 green=10\` |
| P1_C2 | \`m:3\` | promoted | \`green=100\` |
`,
    );
  });
});

describe('renderRollback', () => {
  it('shows each field before and after', () => {
    expect(renderRollback(rollback)).toBe(`### Rollback of P1_C1 in production: planned

\`m:3\` on \`green\` → \`m:2\` on \`blue\`, endpoint \`p1-production\`, warm path.

Reason: errors &lt;since&gt; noon

Traffic \`green=100\` → \`blue=100\`.

| Field | Before | After |
| --- | --- | --- |
| /traffic/blue | 0 | 100 |
| /tags/switchyard.deny | – | m:3 |

| Mark | Time |
| --- | --- |
| decided | 2026-01-01T00:00:00Z |
| switched | – |
| verified | – |

Not restored: data that the version wrote, results of batch jobs, and what clients have cached.
`);
  });
});
