import { describe, expect, it } from '@jest/globals';
import { tagNames } from '@switchyard/domain';
import {
  aDeployment,
  anEndpoint,
  anObservation,
  aRequest,
  aRollout,
  eight,
  ourDeployment,
  run,
  servingBlue,
  seven,
} from '../testing/test-endpoint.ts';
import type { Observation } from './observation.ts';
import { planRollback, type RollbackRequest } from './plan-rollback.ts';
import { planRollout } from './plan-rollout.ts';

function aRollback(observation: Observation, init: Partial<RollbackRequest> = {}) {
  return planRollback({
    observation,
    target: 'previous',
    reason: 'errors since the deploy',
    circuit: 'P1_C1',
    environment: 'production',
    decidedAt: Date.UTC(2026, 0, 2),
    ...init,
  });
}

/** Version 8 is promoted on green; version 7 waits on blue. */
function promoted(): Observation {
  const endpoint = anEndpoint(servingBlue());
  run(endpoint, aRollout(endpoint.observation));
  return endpoint.observation;
}

function withTags(observation: Observation, tags: Record<string, string>): Observation {
  return { ...observation, tags: { ...observation.tags, ...tags } };
}

/** Code of a refusal, else the kind of the result. */
function outcome(observation: Observation, init: Partial<RollbackRequest> = {}): string {
  const result = aRollback(observation, init);
  return result.kind === 'refused' ? `${result.status} ${result.error.code}` : result.kind;
}

function planOf(observation: Observation, init: Partial<RollbackRequest> = {}) {
  const result = aRollback(observation, init);
  if (result.kind !== 'plan') throw new Error(`expected a plan, not ${outcome(observation, init)}`);
  return result;
}

describe('rollback to the previous version', () => {
  it('moves all traffic to the warm slot in one write and denies the version it leaves', () => {
    expect(planOf(promoted()).write).toEqual({
      traffic: { blue: 100 },
      mirrorTraffic: {},
      tags: {
        [tagNames.phase]: 'aborted',
        [tagNames.since]: '2026-01-02T00:00:00Z',
        [tagNames.base]: 'blue=100;m=',
        [tagNames.deny]: 'm:8',
        [tagNames.lastKnownGood]: 'blue@m:7#hash7',
      },
    });
  });

  it('says what changes, field by field', () => {
    const { plan } = planOf(promoted());
    expect(plan).toMatchObject({
      path: 'warm',
      status: 'planned',
      current: { slot: 'green', model: { name: 'm', version: '8' }, traffic: { green: 100 } },
      target: { slot: 'blue', model: { name: 'm', version: '7' }, traffic: { blue: 100 } },
      marks: { decidedAt: '2026-01-02T00:00:00Z', switchedAt: null, verifiedAt: null },
    });
    expect(plan.changes.slice(0, 3)).toEqual([
      { path: '/traffic/blue', before: 0, after: 100 },
      { path: '/traffic/green', before: 100, after: 0 },
      { path: '/model', before: 'm:8', after: 'm:7' },
    ]);
    expect(plan.changes).toContainEqual({ path: '/tags/switchyard.deny', before: null, after: 'm:8' });
  });

  it('leaves the version allowed when that is asked for', () => {
    expect(planOf(promoted(), { deny: false }).write.tags).not.toHaveProperty([tagNames.deny]);
  });

  it('keeps what was denied before', () => {
    expect(planOf(withTags(promoted(), { [tagNames.deny]: 'm:5' })).write.tags[tagNames.deny]).toBe('m:8,m:5');
  });

  it('gives a shrunk slot its instances back first', () => {
    const observation = promoted();
    const deployments = observation.deployments.map((each) => ({ ...each, capacity: each.name === 'green' ? 5 : 1 }));
    const result = planOf({ ...observation, deployments });
    expect(result.scale).toEqual({ slot: 'blue', from: 1, to: 5 });
    expect(result.plan.changes).toContainEqual({ path: '/deployments/blue/capacity', before: 1, after: 5 });
    expect(planOf(observation).scale).toBeNull();
  });

  it('goes past a denied version to the one before it', () => {
    const tags = { [tagNames.lastKnownGood]: 'green@m:8#hash8,blue@m:7#hash7,old@m:6#-', [tagNames.deny]: 'm:7' };
    const observation = promoted();
    const deployments = [...observation.deployments, aDeployment('old', { model: '/x/models/m/versions/6' })];
    expect(planOf(withTags({ ...observation, deployments }, tags)).plan.target).toMatchObject({
      slot: 'old',
      model: { version: '6' },
    });
  });

  it('returns to a legacy deployment of another tool', () => {
    const legacy = aDeployment('default', { model: 'azureml:old:3' });
    const endpoint = anEndpoint(anObservation({ traffic: { default: 100 }, deployments: [legacy] }));
    run(endpoint, aRollout(endpoint.observation));
    expect(planOf(endpoint.observation).write.traffic).toEqual({ default: 100 });
  });

  it('cannot be undone by deploying the denied version again', () => {
    const before = promoted();
    const { write } = planOf(before);
    const after = withTags({ ...before, traffic: write.traffic }, write.tags);
    const again = planRollout(aRequest(after));
    expect(again).toMatchObject({ kind: 'refused', status: 'rejected', error: { code: 'ROLLOUT_VERSION_DENIED' } });
    expect(planRollout(aRequest(after, { desired: { ...eight, version: '9', confighash: 'hash9' } })).kind).toBe(
      'plan',
    );
  });

  it('a second time has nothing to return to', () => {
    const before = promoted();
    const { write } = planOf(before);
    const after = withTags({ ...before, traffic: write.traffic }, write.tags);
    expect(outcome(after)).toBe('rejected ROLLBACK_NOTHING_TO_RETURN_TO');
  });
});

describe('rollback in the middle of a rollout', () => {
  /** Killed after the second traffic step. */
  function unfinished(start = servingBlue()): Observation {
    const endpoint = anEndpoint(start);
    run(endpoint, aRollout(start), { killAfterWrites: 4 });
    expect(endpoint.observation.traffic).toEqual({ blue: 50, green: 50 });
    return endpoint.observation;
  }

  it('restores the split recorded before the deploy', () => {
    const { write, plan } = planOf(unfinished());
    expect(write).toMatchObject({ traffic: { blue: 100 }, mirrorTraffic: {} });
    expect(plan).toMatchObject({ current: { slot: 'green' }, target: { slot: 'blue' }, path: 'warm' });
  });

  it('ends the rollout and leaves the history alone', () => {
    const { tags } = planOf(unfinished()).write;
    expect(tags).toMatchObject({ [tagNames.phase]: 'aborted', [tagNames.deny]: 'm:8' });
    expect(tags).not.toHaveProperty([tagNames.lastKnownGood]);
  });

  it('restores a mirror too', () => {
    const shadow = { mirrorTraffic: { shadow: 5 }, deployments: [ourDeployment('blue', seven), aDeployment('shadow')] };
    expect(planOf(unfinished(servingBlue(shadow))).write.mirrorTraffic).toEqual({ shadow: 5 });
  });

  it('needs a person when the recorded deployment is not ready', () => {
    const observation = unfinished();
    const deployments = observation.deployments.map((each) =>
      each.name === 'blue' ? { ...each, provisioningState: 'Failed' } : each,
    );
    expect(outcome({ ...observation, deployments })).toBe('needs-human ROLLBACK_TARGET_MISSING');
  });

  it('before any traffic has moved means the serving version', () => {
    const endpoint = anEndpoint(servingBlue());
    run(endpoint, aRollout(endpoint.observation), { killAfterWrites: 2 });
    expect(outcome(endpoint.observation)).toBe('rejected ROLLBACK_NOTHING_TO_RETURN_TO');
  });
});

describe('rollback to a version', () => {
  it('takes a version that was good', () => {
    expect(planOf(promoted(), { target: '7' }).write.traffic).toEqual({ blue: 100 });
  });

  it('does nothing when it serves already', () => {
    expect(aRollback(promoted(), { target: '8' })).toEqual({
      kind: 'no-change',
      detail: 'm:8 on green has all traffic already',
    });
  });

  it.each<[string, string, Partial<RollbackRequest>, Record<string, string>]>([
    ['that never finished a rollout', 'rejected ROLLBACK_TARGET_NEVER_GOOD', { target: '3' }, {}],
    ['that is denied', 'rejected ROLLBACK_TARGET_DENIED', { target: '7' }, { [tagNames.deny]: 'm:7' }],
    [
      'that is denied, even unproven',
      'rejected ROLLBACK_TARGET_DENIED',
      { target: '7', unproven: true },
      { [tagNames.deny]: 'm:7' },
    ],
    [
      'that no deployment holds',
      'rejected ROLLBACK_TARGET_MISSING',
      { target: '6' },
      { [tagNames.lastKnownGood]: 'green@m:8#hash8,blue@m:6#hash6' },
    ],
    [
      'whose slot was filled anew',
      'rejected ROLLBACK_TARGET_MISSING',
      { target: '7' },
      { [tagNames.lastKnownGood]: 'green@m:8#hash8,blue@m:7#other' },
    ],
    ['unproven and missing', 'rejected ROLLBACK_TARGET_MISSING', { target: '3', unproven: true }, {}],
  ])('refuses one %s', (_title, expected, init, tags) => {
    expect(outcome(withTags(promoted(), tags), init)).toBe(expected);
  });

  it('takes an unproven version that a slot holds, when that is asked for', () => {
    const observation = withTags(promoted(), { [tagNames.lastKnownGood]: 'green@m:8#hash8' });
    expect(outcome(observation, { target: '7' })).toBe('rejected ROLLBACK_TARGET_NEVER_GOOD');
    expect(planOf(observation, { target: '7', unproven: true }).write.traffic).toEqual({ blue: 100 });
  });

  it('plans a cold path when no slot holds it and that is asked for', () => {
    const observation = withTags(promoted(), { [tagNames.lastKnownGood]: 'green@m:8#hash8,blue@m:6#hash6' });
    const { plan, write } = planOf(observation, { target: '6', cold: true });
    expect(plan).toMatchObject({ path: 'cold', target: { slot: 'blue', model: { version: '6' } } });
    expect(write.traffic).toEqual({ blue: 100 });
    expect(plan.changes).toContainEqual({ path: '/deployments/blue', before: null, after: 'm:6' });
  });

  it('does not take a slot that is not ready', () => {
    const observation = promoted();
    const deployments = observation.deployments.map((each) =>
      each.name === 'blue' ? { ...each, provisioningState: 'Failed' } : each,
    );
    expect(outcome({ ...observation, deployments }, { target: '7' })).toBe('rejected ROLLBACK_TARGET_MISSING');
  });
});

describe('rollback without a way', () => {
  it.each<[string, string, Partial<Observation>]>([
    [
      'of an endpoint that does not exist',
      'rejected ROLLBACK_NOTHING_DEPLOYED',
      { exists: false, provisioningState: null, traffic: {}, deployments: [] },
    ],
    ['of an endpoint without traffic', 'rejected ROLLBACK_NOTHING_DEPLOYED', { traffic: {} }],
    ['of an endpoint that is being changed', 'held ROLLBACK_ENDPOINT_BUSY', { provisioningState: 'Updating' }],
    [
      'after the first deployment',
      'rejected ROLLBACK_NOTHING_TO_RETURN_TO',
      { tags: { [tagNames.lastKnownGood]: 'blue@m:7#hash7' } },
    ],
    ['without a history', 'rejected ROLLBACK_NOTHING_TO_RETURN_TO', {}],
    [
      'with a history that cannot be read',
      'rejected ROLLBACK_NOTHING_TO_RETURN_TO',
      { tags: { [tagNames.lastKnownGood]: 'nonsense,,@' } },
    ],
  ])('%s is %s', (_title, expected, init) => {
    expect(outcome(servingBlue(init))).toBe(expected);
  });

  it('names the denied versions when they are all there is', () => {
    const result = aRollback(withTags(promoted(), { [tagNames.deny]: 'm:7' }));
    expect(result).toMatchObject({
      kind: 'refused',
      error: { seen: expect.stringContaining('every earlier version is denied (m:7)') },
    });
  });
});
