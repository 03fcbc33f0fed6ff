import { describe, expect, it } from '@jest/globals';
import { tagNames } from '@switchyard/domain';
import {
  aDeployment,
  anObservation,
  aRequest,
  eight,
  ourDeployment,
  servingBlue,
  seven,
} from '../testing/test-endpoint.ts';
import { chooseSlot, type SlotOptions } from './choose-slot.ts';
import { confighashOf } from './config-hash.ts';
import { modelOf, type Observation } from './observation.ts';
import { formatPhase, parsePhase, reportedPhase } from './phase.ts';
import { planRollout } from './plan-rollout.ts';
import { parseBase } from './restore-map.ts';
import { tagValue } from './tag-value.ts';
import { trafficAt, validateTraffic } from './traffic-map.ts';

const blue = ourDeployment('blue', seven);
const served = { traffic: { blue: 100 } };
const old = { ...eight, confighash: 'old' };
const inFlight = {
  [tagNames.rollout]: 'abc',
  [tagNames.phase]: 'canary:1',
  [tagNames.base]: 'blue=100;m=',
  [tagNames.target]: 'green',
};

function choice(observation: Observation, options: SlotOptions = {}): string {
  const chosen = chooseSlot(observation, eight, options);
  if (chosen.kind === 'refused') return `${chosen.status} ${chosen.error.code}`;
  return `${chosen.kind} ${chosen.slot}${chosen.kind === 'create' && chosen.replaces ? ' replacing' : ''}`;
}

describe('chooseSlot', () => {
  it.each<[string, string, Partial<Observation>]>([
    ['no endpoint', 'create blue', { exists: false, provisioningState: null }],
    ['an endpoint without deployments', 'create blue', {}],
    ['blue serving', 'create green', { ...served, deployments: [blue] }],
    ['green serving', 'create blue', { traffic: { green: 100 }, deployments: [ourDeployment('green', seven)] }],
    [
      'a legacy deployment serving',
      'create blue',
      { traffic: { default: 100 }, deployments: [aDeployment('default')] },
    ],
    ['zero entries in the traffic', 'create green', { traffic: { blue: 100, green: 0 }, deployments: [blue] }],
    [
      'the wanted settings serving',
      'none green',
      { traffic: { green: 100 }, deployments: [ourDeployment('green', eight)] },
    ],
    [
      'the wanted settings in the free slot',
      'resume green',
      { ...served, deployments: [blue, ourDeployment('green', eight)] },
    ],
    [
      'the wanted settings on their way',
      'resume green',
      { ...served, deployments: [blue, ourDeployment('green', eight, { provisioningState: 'Creating' })] },
    ],
    [
      'the wanted settings failed',
      'create green replacing',
      { ...served, deployments: [blue, ourDeployment('green', eight, { provisioningState: 'Failed' })] },
    ],
    [
      'old settings in the free slot',
      'create green replacing',
      { ...served, deployments: [blue, ourDeployment('green', old)] },
    ],
    [
      'a foreign deployment in the free slot',
      'needs-human ROLLOUT_SLOT_FOREIGN',
      { ...served, deployments: [blue, aDeployment('green')] },
    ],
    [
      'a split that nobody recorded',
      'needs-human ROLLOUT_SPLIT_UNEXPLAINED',
      { traffic: { blue: 50, green: 50 }, deployments: [blue, aDeployment('green')] },
    ],
    [
      'mirrored traffic on the free slot',
      'needs-human ROLLOUT_SPLIT_UNEXPLAINED',
      { ...served, mirrorTraffic: { green: 5 }, deployments: [blue, ourDeployment('green', old)] },
    ],
    [
      'an unfinished rollout of the same',
      'resume green',
      { traffic: { blue: 90, green: 10 }, tags: inFlight, deployments: [blue, ourDeployment('green', eight)] },
    ],
    [
      'an unfinished rollout of another',
      'held ROLLOUT_UNFINISHED',
      { traffic: { blue: 90, green: 10 }, tags: inFlight, deployments: [blue, ourDeployment('green', old)] },
    ],
    [
      'an unfinished rollout that moved nothing',
      'create green replacing',
      {
        ...served,
        tags: { ...inFlight, [tagNames.phase]: 'planned' },
        deployments: [blue, ourDeployment('green', old)],
      },
    ],
    [
      'a finished rollout',
      'create green',
      { ...served, tags: { ...inFlight, [tagNames.phase]: 'promoted' }, deployments: [blue] },
    ],
    [
      'nothing live, but blue was good',
      'create green',
      { tags: { [tagNames.lastKnownGood]: 'blue@m:7#hash7' }, deployments: [blue] },
    ],
    [
      'the last good one in the free slot',
      'held ROLLOUT_ROLLBACK_TARGET',
      {
        traffic: { default: 100 },
        tags: { [tagNames.lastKnownGood]: 'blue@m:7#hash7' },
        deployments: [blue, aDeployment('default')],
      },
    ],
  ])('with %s: %s', (_title, expected, init) => {
    expect(choice(anObservation(init))).toBe(expected);
  });

  it('takes a recorded split as the state to restore when it is told to', () => {
    const split = anObservation({ traffic: { blue: 60, default: 40 }, deployments: [blue, aDeployment('default')] });
    expect(choice(split)).toBe('needs-human ROLLOUT_SPLIT_UNEXPLAINED');
    expect(choice(split, { adopt: true })).toBe('create green');
    const both = anObservation({ traffic: { blue: 60, green: 40 }, deployments: [blue, aDeployment('green')] });
    expect(choice(both, { adopt: true })).toBe('needs-human ROLLOUT_NO_SLOT');
  });

  it('keeps the previous deployment for the rollback window', () => {
    const previous = ourDeployment('green', old, { tags: { [tagNames.role]: 'previous' } });
    const observation = servingBlue({
      tags: { [tagNames.since]: '2026-01-01T00:00:00Z' },
      deployments: [blue, previous],
    });
    const within = { rollbackWindowSeconds: 60, now: Date.UTC(2026, 0, 1) + 59_999 };
    expect(choice(observation, within)).toBe('held ROLLOUT_ROLLBACK_TARGET');
    expect(choice(observation, { ...within, now: within.now + 1 })).toBe('create green replacing');
    expect(choice(observation, { ...within, evictRollbackTarget: true })).toBe('create green replacing');
  });
});

describe('planRollout', () => {
  it('describes every write and the split to restore', () => {
    const planned = planRollout(aRequest(servingBlue({ deployments: [blue, ourDeployment('green', old)] })));
    if (planned.kind !== 'plan') throw new Error(planned.kind);
    expect(planned.plan.steps.map((step) => `${step.action} ${step.what}: ${step.detail}`)).toEqual([
      'update endpoint tags: restore map blue=100;m=',
      'delete deployment green: ours, without traffic',
      'create deployment green: m:8, settings hash8',
      'update traffic: blue=90 green=10',
      'update traffic: blue=50 green=50',
      'update traffic: green=100',
    ]);
    expect(planned.plan).toMatchObject({
      before: { blue: 100 },
      after: { green: 100 },
      restore: { blue: 100 },
      slot: 'green',
    });
  });

  it('changes the digest of the observation with the endpoint', () => {
    const digest = (observation: Observation): string => {
      const planned = planRollout(aRequest(observation));
      return planned.kind === 'refused' ? '' : planned.plan.observationDigest;
    };
    expect(digest(servingBlue())).toBe(digest(servingBlue()));
    expect(digest(servingBlue({ tags: { x: 'y' } }))).not.toBe(digest(servingBlue()));
  });

  it('has nothing to do when the wanted settings serve', () => {
    const planned = planRollout(aRequest(servingBlue(), { desired: seven }));
    expect(planned).toMatchObject({
      kind: 'no-op',
      slot: 'blue',
      plan: { steps: [{ action: 'no-op' }], after: { blue: 100 } },
    });
  });

  it('refuses a denied version', () => {
    const planned = planRollout(aRequest(servingBlue({ tags: { [tagNames.deny]: 'm:9,m:8' } })));
    expect(planned).toMatchObject({ kind: 'refused', status: 'rejected', error: { code: 'ROLLOUT_VERSION_DENIED' } });
  });

  it.each([[[]], [[10]], [[50, 10, 100]], [[10, 10, 100]], [[0, 100]], [[10.5, 100]], [[100, 101]]])(
    'refuses the steps %j',
    (steps) => {
      expect(() => planRollout(aRequest(servingBlue(), { steps }))).toThrow('ROLLOUT_STEPS_INVALID');
    },
  );
});

describe('traffic', () => {
  it.each([
    [{ blue: 90, green: 9 }, 'a total of 100, not 99'],
    [{ blue: 101 }, 'not 101 for "blue"'],
    [{ blue: 110, green: -10 }, 'not 110 for "blue"'],
    [{ blue: 50.5, green: 49.5 }, 'not 50.5 for "blue"'],
    [{ blue: 50, red: 50 }, 'not "red"'],
    [{}, 'a total of 100, not 0'],
  ])('refuses %j', (traffic, message) => {
    expect(() => validateTraffic({ traffic, deployments: ['blue', 'green'] })).toThrow(message);
  });

  it('accepts none only where that is meant', () => {
    expect(() => validateTraffic({ traffic: {}, deployments: [], allowNone: true })).not.toThrow();
    expect(() => validateTraffic({ traffic: { blue: 50 }, deployments: ['blue'], allowNone: true })).toThrow('not 50');
  });

  it.each([
    [{ blue: 100 }, 10, { blue: 90, green: 10 }],
    [{ blue: 60, default: 40 }, 50, { blue: 30, default: 20, green: 50 }],
    [{ a: 33, b: 33, c: 34 }, 50, { a: 16, b: 17, c: 17, green: 50 }],
    [{}, 10, { green: 100 }],
    [{ blue: 100 }, 100, { green: 100 }],
    [{ blue: 90, green: 10 }, 50, { blue: 50, green: 50 }],
  ])('of %j with %i percent for green is %j', (base, share, split) => {
    const total = (traffic: Record<string, number>): number =>
      Object.values(traffic).reduce((sum, each) => sum + each, 0);
    const found = trafficAt(base, 'green', share);
    expect(total(found)).toBe(100);
    expect(found.green).toBe(split.green);
    if (!('c' in base)) expect(found).toEqual(split);
  });
});

describe('what tags hold', () => {
  it.each([undefined, '', 'blue=100', 'blue=100;m', 'blue=x;m=', 'blue=101;m=', '=1;m=', 'blue=100;m=;m='])(
    '%j is no restore map',
    (text) => {
      expect(parseBase(text)).toBeNull();
    },
  );

  it('nothing live is a restore map', () => {
    expect(parseBase(';m=')).toEqual({ traffic: {}, mirrorTraffic: {} });
  });

  it.each(['planned', 'canary:1', 'canary:12', 'promoted', 'aborting', 'aborted'])(
    'the phase %s reads back',
    (text) => {
      const phase = parsePhase(text);
      expect(phase && formatPhase(phase)).toBe(text);
    },
  );

  it.each([undefined, '', 'canary', 'canary:0', 'canary:x', 'Promoted'])('%j is no phase', (text) => {
    expect(parsePhase(text)).toBeNull();
  });

  it('a planned rollout is reported by what its slot does', () => {
    expect([undefined, 'Creating', 'Succeeded'].map((state) => reportedPhase({ name: 'planned' }, state))).toEqual([
      'planned',
      'provisioning',
      'validating',
    ]);
    expect(reportedPhase({ name: 'canary', step: 2 }, 'Succeeded')).toBe('canary');
  });

  it('a value above 256 characters is refused', () => {
    expect(tagValue('x'.repeat(256))).toHaveLength(256);
    expect(() => tagValue('x'.repeat(257))).toThrow('ROLLOUT_TAG_TOO_LONG');
  });
});

describe('the model of a deployment', () => {
  it.each<[string | null, Record<string, string>, string | null]>([
    ['azureml:m:7', {}, 'm:7'],
    [
      '/subscriptions/x/resourceGroups/y/providers/Microsoft.MachineLearningServices/workspaces/w/models/m/versions/7',
      {},
      'm:7',
    ],
    ['azureml://registries/r/models/m/versions/7', {}, 'm:7'],
    ['azureml:other:1', { [tagNames.model]: 'm:7' }, 'm:7'],
    ['azureml://registries/r/models/m/labels/latest', {}, null],
    ['m', {}, null],
    [null, {}, null],
  ])('of %j with tags %j is %j', (model, tags, expected) => {
    const found = modelOf(aDeployment('blue', { model, tags }));
    expect(found && `${found.name}:${found.version}`).toBe(expected);
  });
});

describe('confighashOf', () => {
  const input = {
    model: 'm',
    version: '7',
    environment: 'env:1',
    code: null,
    instanceType: 'Standard_DS3_v2',
    settings: { requestTimeout: 'PT5S', maxConcurrent: 1 },
    environmentVariables: { A: '1', B: 'secret' },
  };

  it('is 12 hex digits and does not depend on the order of keys', () => {
    expect(confighashOf(input)).toMatch(/^[0-9a-f]{12}$/);
    const turned = {
      ...input,
      settings: { maxConcurrent: 1, requestTimeout: 'PT5S' },
      environmentVariables: { B: 'secret', A: '1' },
    };
    expect(confighashOf(turned)).toBe(confighashOf(input));
  });

  it.each([
    { version: '8' },
    { environment: null },
    { code: 'sha256:x' },
    { instanceType: 'Standard_DS2_v2' },
    { settings: {} },
    { environmentVariables: { A: '1', B: 'other' } },
  ])('changes with %j', (change) => {
    expect(confighashOf({ ...input, ...change })).not.toBe(confighashOf(input));
  });
});
