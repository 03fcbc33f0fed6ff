import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '@switchyard/runner';
import type { Expectations } from './expectations.ts';
import type { HttpsClient } from './https.ts';
import { type LoadResult, startLoad } from './load.ts';
import type { Observer } from './observer.ts';
import {
  allAt,
  circuits,
  endpointOf,
  jobOf,
  outputOf,
  planOf,
  primaryMetric,
  rampOf,
  registryVersions,
  servedVersion,
  stepOutput,
  verdictOf,
} from './run-facts.ts';
import type { Edit, SampleRepository } from './sample-repository.ts';

/** What a step of the story works with. */
export interface Stage {
  readonly repository: SampleRepository;
  readonly observer: Observer;
  readonly http: HttpsClient;
  readonly expectations: Expectations;
  /** Runs a workflow file of the repository. */
  push(branch: string, before: string | null, workflow: string): Promise<RunResult>;
  dispatch(workflow: string, inputs: Record<string, string>): Promise<RunResult>;
  /** Writes of an endpoint's traffic that Azure ML has seen so far. */
  endpointWrites(endpoint: string): number;
}

export interface Chapter {
  readonly id: string;
  readonly title: string;
  tell(stage: Stage, chapter: string): Promise<void>;
}

const improved = 'PLANT001_CIRCUIT01';
const worsened = 'PLANT002_CIRCUIT02';
const unservable = 'PLANT003_CIRCUIT01';
const circuitFile = (circuit: string) => `config/circuits/${circuit.replace('_', '/')}.yml`;

const edits = {
  better: {
    file: circuitFile(improved),
    before: 'features: [lags]',
    after: 'features: [lags, season]',
    subject: 'feat(plant001): let circuit 01 know the season',
  },
  worse: {
    file: circuitFile(worsened),
    before: 'training_days: 730',
    after: 'training_days: 120',
    subject: 'perf(plant002): train circuit 02 on four months',
  },
  unservable: {
    file: circuitFile(unservable),
    before: 'features: [lags, season]',
    after: 'features: [lags, season, temp_max]',
    subject: 'feat(plant003): use the maximum of the day before',
  },
} as const satisfies Record<string, Edit>;

/** The story in order. Each chapter leaves the branches as a team would. */
export const chapters: readonly Chapter[] = [
  { id: 'a', title: 'First push to develop: five circuits trained, judged, approved, promoted', tell: firstPush },
  { id: 'a2', title: 'First release to production: version 1 of every circuit serves', tell: firstRelease },
  { id: 'b', title: 'One circuit improved: only that one is trained, and beats the champion', tell: improvement },
  { id: 'c', title: 'A change that makes a model worse: the gate says no', tell: worsening },
  { id: 'd', title: 'release/1.0.0: deployed to test from the registry, nothing is trained', tell: releaseToTest },
  { id: 'e', title: 'main: blue/green to production with a ramp, under load', tell: rampToProduction },
  { id: 'f', title: 'A version whose scoring fails: caught before it takes traffic', tell: failingVersion },
  { id: 'g', title: 'Rollback by dispatch: one write, validated', tell: rollBack },
];

async function firstPush({ push, observer, expectations }: Stage, step: string): Promise<void> {
  const run = await push('develop', null, 'develop.yml');
  expectations.expect(step, 'run', 'success', run.conclusion);
  expectations.expect(step, 'circuits found', circuits, outputOf(run, 'detect', 'circuits'));
  expectations.expect(step, 'training jobs', circuits.length, (await observer.jobs()).length);
  expectations.expect(
    step,
    'verdicts',
    circuits.map(() => 'first-model'),
    circuits.map((circuit) => verdictOf(run, circuit)),
  );
  expectations.expect(step, 'promotion approved by', 'ml-lead', jobOf(run, 'approve')?.approvedBy ?? 'nobody');
  expectations.expect(step, 'registry versions', allAt('1'), await registryVersions(observer));
}

async function firstRelease({ repository, push, observer, expectations }: Stage, step: string): Promise<void> {
  repository.git('branch', 'main', 'develop');
  const run = await push('main', null, 'main.yml');
  expectations.expect(step, 'run', 'success', run.conclusion);
  const splits = await Promise.all(
    circuits.map(
      async (circuit) => (await observer.endpoint('production', endpointOf(circuit, 'production')))?.traffic,
    ),
  );
  expectations.expect(
    step,
    'production traffic',
    circuits.map(() => ({ blue: 100 })),
    splits,
  );
}

async function improvement({ repository, push, observer, expectations }: Stage, step: string): Promise<void> {
  const jobs = (await observer.jobs()).length;
  const before = repository.editAndCommit(edits.better);
  const run = await push('develop', before, 'develop.yml');
  expectations.expect(step, 'run', 'success', run.conclusion);
  expectations.expect(step, 'circuits found', [improved], outputOf(run, 'detect', 'circuits'));
  expectations.expect(step, 'new training jobs', 1, (await observer.jobs()).length - jobs);
  expectations.expect(step, 'verdict', 'pass', verdictOf(run, improved));
  const { champion, challenger } = primaryMetric(run, improved);
  expectations.check(
    step,
    'error on the holdout',
    'challenger below champion',
    `${challenger} against ${champion}`,
    challenger < champion,
  );
  expectations.expect(
    step,
    'registry versions',
    { ...allAt('1'), [improved]: '1,2' },
    await registryVersions(observer),
  );
}

async function worsening({ repository, push, observer, expectations }: Stage, step: string): Promise<void> {
  const registry = await registryVersions(observer);
  const before = repository.editAndCommit(edits.worse);
  const run = await push('develop', before, 'develop.yml');
  expectations.expect(step, 'run', 'failure', run.conclusion);
  expectations.expect(step, 'verdict', 'fail', verdictOf(run, worsened));
  expectations.expect(step, 'promotion', 'skipped', jobOf(run, 'approve')?.result ?? 'absent');
  expectations.expect(step, 'registry versions', registry, await registryVersions(observer));
  const jobs = (await observer.jobs()).length;
  const bad = repository.git('rev-parse', 'HEAD');
  repository.git('revert', '--no-edit', 'HEAD');
  const reverted = await push('develop', bad, 'develop.yml');
  expectations.expect(step, 'run after the revert', 'success', reverted.conclusion);
  expectations.expect(step, 'new training jobs after the revert', 0, (await observer.jobs()).length - jobs);
}

async function releaseToTest({ repository, push, observer, expectations }: Stage, step: string): Promise<void> {
  const jobs = await observer.jobs();
  repository.git('branch', 'release/1.0.0', 'develop');
  const run = await push('release/1.0.0', null, 'release.yml');
  expectations.expect(step, 'run', 'success', run.conclusion);
  expectations.expect(step, 'approved by', 'qa-lead', jobOf(run, 'approve')?.approvedBy ?? 'nobody');
  const served = await Promise.all(
    circuits.map(async (circuit) => [circuit, await servedVersion(observer, 'test', circuit)]),
  );
  expectations.expect(step, 'versions in test', { ...allAt('1'), [improved]: '2' }, Object.fromEntries(served));
  expectations.expect(step, 'new training jobs', 0, (await observer.jobs()).length - jobs.length);
}

async function rampToProduction(stage: Stage, step: string): Promise<void> {
  const { repository, push, observer, expectations } = stage;
  const before = repository.git('rev-parse', 'main');
  repository.git('branch', '--force', 'main', 'release/1.0.0');
  const endpoint = endpointOf(improved, 'production');
  const [run, load] = await underLoad(stage, endpoint, () => push('main', before, 'main.yml'));
  expectations.expect(step, 'run', 'success', run.conclusion);
  expectations.check(
    step,
    'requests during the ramp',
    'all answered',
    `${load.sent - load.failed} of ${load.sent}${load.failures.map((why) => `; ${why}`).join('')}`,
    load.failed === 0 && load.sent > 100,
  );
  expectations.check(
    step,
    'models that answered',
    'two, the old and the new',
    load.byModel,
    Object.keys(load.byModel).length === 2,
  );
  expectations.expect(step, 'ramp', ['blue=90 green=10', 'blue=50 green=50', 'green=100'], rampOf(run, improved));
  const now = await observer.endpoint('production', endpoint);
  expectations.expect(step, 'traffic', { green: 100 }, now?.traffic);
  expectations.expect(step, 'version that serves', '2', await servedVersion(observer, 'production', improved));
  const others = circuits.filter((circuit) => circuit !== improved);
  expectations.expect(
    step,
    'other circuits',
    others.map(() => 'no-change'),
    others.map((circuit) => stepOutput(run, `Deploy ${circuit}`, 'deploy', 'status')),
  );
}

async function failingVersion({ repository, push, observer, expectations }: Stage, step: string): Promise<void> {
  const before = repository.editAndCommit(edits.unservable);
  const develop = await push('develop', before, 'develop.yml');
  expectations.expect(step, 'develop: run', 'success', develop.conclusion);
  expectations.expect(step, 'develop: verdict', 'pass', verdictOf(develop, unservable));
  const endpoint = endpointOf(unservable, 'test');
  const split = (await observer.endpoint('test', endpoint))?.traffic;
  repository.git('branch', 'release/1.1.0', 'develop');
  const run = await push('release/1.1.0', null, 'release.yml');
  expectations.expect(step, 'release: run', 'failure', run.conclusion);
  expectations.expect(step, 'status', 'aborted', stepOutput(run, `Deploy ${unservable}`, 'deploy', 'status'));
  expectations.expect(step, 'traffic steps taken', [], rampOf(run, unservable));
  expectations.expect(step, 'split before and after', split, (await observer.endpoint('test', endpoint))?.traffic);
  expectations.expect(step, 'version that serves', '1', await servedVersion(observer, 'test', unservable));
}

async function rollBack(stage: Stage, step: string): Promise<void> {
  const { dispatch, observer, expectations, endpointWrites } = stage;
  const endpoint = endpointOf(improved, 'production');
  const jobs = (await observer.jobs()).length;
  const registry = await registryVersions(observer);
  const writes = endpointWrites(endpoint);
  const inputs = {
    circuits: improved,
    environment: 'production',
    to: 'previous',
    reason: 'forecasts run high since noon',
    'incident-id': 'INC-1',
  };
  const [run, load] = await underLoad(stage, endpoint, () => dispatch('rollback.yml', inputs));
  expectations.expect(step, 'run', 'success', run.conclusion);
  expectations.expect(step, 'planned', [{ from: '2', to: '1' }], planOf(run));
  expectations.expect(step, 'approved by', 'platform-lead', jobOf(run, 'approve')?.approvedBy ?? 'nobody');
  expectations.expect(step, 'endpoint writes', 1, endpointWrites(endpoint) - writes);
  expectations.expect(step, 'traffic', { blue: 100 }, (await observer.endpoint('production', endpoint))?.traffic);
  expectations.expect(step, 'version that serves', '1', await servedVersion(observer, 'production', improved));
  expectations.check(
    step,
    'requests meanwhile',
    'all answered',
    `${load.sent - load.failed} of ${load.sent}`,
    load.failed === 0,
  );
  expectations.expect(step, 'registry versions', registry, await registryVersions(observer));
  expectations.expect(step, 'new training jobs', 0, (await observer.jobs()).length - jobs);
}

async function underLoad(
  stage: Stage,
  endpoint: string,
  work: () => Promise<RunResult>,
): Promise<[RunResult, LoadResult]> {
  const { observer, http, repository } = stage;
  const facts = await observer.endpoint('production', endpoint);
  const key = await observer.scoringKey('production', endpoint);
  const body = readFileSync(join(repository.folder, `azureml/sample-requests/${improved}.json`), 'utf8');
  const load = startLoad({ http, url: facts?.scoringUri ?? '', key, body, perSecond: 20 });
  try {
    const run = await work();
    return [run, await load.stop()];
  } catch (error) {
    await load.stop();
    throw error;
  }
}
