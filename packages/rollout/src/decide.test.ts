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
  pass,
  run,
  servingBlue,
  seven,
  someFacts,
} from '../testing/test-endpoint.ts';
import { decide, type Facts } from './decide.ts';
import type { Observation } from './observation.ts';
import { planRollout } from './plan-rollout.ts';

const fail = { verdict: 'fail', detail: '3 of 20 requests failed' } as const;
const unclear = { verdict: 'inconclusive', detail: '2 requests' } as const;

/** A rollout of version 8 to green, in the given phase. */
function during(phase: string, init: Partial<Observation> = {}) {
  const rollout = aRollout(servingBlue(), { stepSeconds: 60, minRequests: 20, maxStepSeconds: 600 });
  const green = ourDeployment('green', eight, { tags: { [tagNames.rollout]: rollout.id } });
  const tags = {
    [tagNames.rollout]: rollout.id,
    [tagNames.target]: 'green',
    [tagNames.base]: 'blue=100;m=',
    [tagNames.phase]: phase,
    [tagNames.since]: '2026-01-01T00:00:00Z',
  };
  const observation = servingBlue({ tags, deployments: [ourDeployment('blue', seven), green], ...init });
  return { rollout, observation, step: (facts: Partial<Facts> = {}) => decide(observation, rollout, someFacts(facts)) };
}

const since = Date.UTC(2026, 0, 1);
const healthy = { ...pass, requests: 20, from: since };

describe('a rollout from blue to green', () => {
  it('writes tags, slot, each traffic step and the promotion, in this order', () => {
    const endpoint = anEndpoint(servingBlue());
    const end = run(endpoint, aRollout(endpoint.observation));
    expect(end).toEqual({ do: 'done', status: 'done' });
    expect(
      endpoint.writes.map((write) => ('traffic' in write ? `${write.do} ${JSON.stringify(write.traffic)}` : write.do)),
    ).toEqual([
      'tag',
      'create-slot',
      'shift {"blue":90,"green":10}',
      'shift {"blue":50,"green":50}',
      'shift {"green":100}',
      'promote',
    ]);
  });

  it('remembers the new model and the one before as good', () => {
    const endpoint = anEndpoint(servingBlue());
    run(endpoint, aRollout(endpoint.observation));
    expect(endpoint.observation.tags).toMatchObject({
      [tagNames.lastKnownGood]: 'green@m:8#hash8,blue@m:7#hash7',
      [tagNames.phase]: 'promoted',
      [tagNames.base]: 'blue=100;m=',
    });
    expect(endpoint.observation.deployments.map(({ name, tags }) => [name, tags[tagNames.role]])).toEqual([
      ['blue', 'previous'],
      ['green', 'champion'],
    ]);
  });

  it('remembers a legacy deployment of another tool, without settings', () => {
    const legacy = aDeployment('default', { model: 'azureml:old:3' });
    const endpoint = anEndpoint(anObservation({ traffic: { default: 100 }, deployments: [legacy] }));
    run(endpoint, aRollout(endpoint.observation));
    expect(endpoint.observation.tags[tagNames.lastKnownGood]).toBe('blue@m:8#hash8,default@old:3#-');
  });

  it('keeps foreign tags of the endpoint', () => {
    const endpoint = anEndpoint(servingBlue({ tags: { team: 'sensors' } }));
    run(endpoint, aRollout(endpoint.observation));
    expect(endpoint.observation.tags.team).toBe('sensors');
  });
});

describe('a first deployment', () => {
  it('creates the endpoint and gives everything to the slot at once', () => {
    const endpoint = anEndpoint(anObservation({ exists: false, provisioningState: null }));
    expect(run(endpoint, aRollout(endpoint.observation))).toEqual({ do: 'done', status: 'done' });
    expect(endpoint.writes.map((write) => write.do)).toEqual([
      'create-endpoint',
      'tag',
      'create-slot',
      'shift',
      'promote',
    ]);
    expect(endpoint.observation.traffic).toEqual({ blue: 100 });
    expect(endpoint.observation.tags[tagNames.lastKnownGood]).toBe('blue@m:8#hash8');
  });

  it('that is unhealthy leaves the endpoint without traffic', () => {
    const endpoint = anEndpoint(anObservation({ exists: false, provisioningState: null }));
    expect(run(endpoint, aRollout(endpoint.observation), { health: () => fail })).toEqual({
      do: 'done',
      status: 'aborted',
    });
    expect(endpoint.observation.traffic).toEqual({});
  });

  it('that was stopped before it began writes nothing', () => {
    const endpoint = anEndpoint(anObservation({ exists: false, provisioningState: null }));
    expect(run(endpoint, aRollout(endpoint.observation), { stopAfterWrites: 0 })).toEqual({
      do: 'done',
      status: 'aborted',
    });
    expect(endpoint.writes).toEqual([]);
  });
});

describe('a rollout that goes wrong', () => {
  it.each(['canary:1', 'canary:2', 'canary:3'])(
    'at %s puts back the split before it, with one traffic write',
    (phase) => {
      const endpoint = anEndpoint(servingBlue());
      const end = run(endpoint, aRollout(endpoint.observation), { health: (step) => (step === phase ? fail : pass) });
      expect(end).toEqual({ do: 'done', status: 'aborted' });
      expect(endpoint.observation.traffic).toEqual({ blue: 100 });
      expect(endpoint.observation.tags[tagNames.phase]).toBe('aborted');
      expect(endpoint.writes.filter((write) => write.do === 'abort')).toHaveLength(1);
    },
  );

  it('puts a mirror back as well', () => {
    const start = servingBlue({
      mirrorTraffic: { shadow: 10 },
      deployments: [ourDeployment('blue', seven), aDeployment('shadow')],
    });
    const endpoint = anEndpoint(start);
    run(endpoint, aRollout(start), { health: () => fail });
    expect(endpoint.observation.mirrorTraffic).toEqual({ shadow: 10 });
  });

  it('in validation never moves traffic', () => {
    const endpoint = anEndpoint(servingBlue());
    expect(run(endpoint, aRollout(endpoint.observation), { validation: fail })).toEqual({
      do: 'done',
      status: 'aborted',
    });
    expect(endpoint.writes.some((write) => write.do === 'shift')).toBe(false);
  });

  it('may be tried again, as the next attempt', () => {
    const endpoint = anEndpoint(servingBlue());
    const first = aRollout(endpoint.observation);
    run(endpoint, first, { health: () => fail });
    const second = aRollout(endpoint.observation);
    expect(second.id).toBe(`${first.id}.2`);
    expect(run(endpoint, second)).toEqual({ do: 'done', status: 'done' });
    expect(endpoint.observation.traffic).toEqual({ green: 100 });
  });

  it('is held when validation cannot tell', () => {
    const endpoint = anEndpoint(servingBlue());
    expect(run(endpoint, aRollout(endpoint.observation), { validation: unclear })).toEqual({
      do: 'hold',
      reason: '2 requests',
    });
  });

  it.each([0, 1, 2, 3, 4, 5])('stopped after %i writes ends with the traffic of before', (writes) => {
    const endpoint = anEndpoint(servingBlue());
    expect(run(endpoint, aRollout(endpoint.observation), { stopAfterWrites: writes })).toEqual({
      do: 'done',
      status: 'aborted',
    });
    expect(endpoint.observation.traffic).toEqual({ blue: 100 });
  });
});

describe('a step of traffic', () => {
  const canary = { traffic: { blue: 90, green: 10 } };

  it('is not left before its health was measured', () => {
    expect(during('canary:1', canary).step()).toEqual({
      do: 'watch',
      slot: 'green',
      since,
      until: since + 60_000,
      requests: 20,
    });
  });

  it.each<[string, Partial<Facts>]>([
    ['too early', { now: since + 59_000, health: healthy }],
    ['with too few requests', { now: since + 60_000, health: { ...healthy, requests: 19 } }],
    ['on data from before the step', { now: since + 60_000, health: { ...healthy, from: since - 1 } }],
    ['without a clear answer', { now: since + 60_000, health: { ...healthy, ...unclear } }],
  ])('is not left %s', (_title, facts) => {
    expect(during('canary:1', canary).step(facts).do).toBe('watch');
  });

  it('is left after its time, with its requests, in good health', () => {
    expect(during('canary:1', canary).step({ now: since + 60_000, health: healthy })).toEqual({
      do: 'shift',
      step: 2,
      traffic: { blue: 50, green: 50 },
      mirrorTraffic: {},
      tags: { [tagNames.phase]: 'canary:2', [tagNames.since]: '2026-01-01T00:01:00Z' },
    });
  });

  it('is aborted at once when it is unhealthy', () => {
    const step = during('canary:1', canary).step({ now: since + 1, health: { ...healthy, ...fail } });
    expect(step).toMatchObject({ do: 'abort', reason: fail.detail, traffic: { blue: 100 } });
  });

  it('is held at its time limit', () => {
    const step = during('canary:1', canary).step({ now: since + 600_000, health: { ...healthy, requests: 3 } });
    expect(step).toEqual({ do: 'hold', reason: 'no clear answer after 600 s (3 of 20 requests): fine' });
  });

  it('is not raised when the deployment to return to is not ready', () => {
    const failed = [ourDeployment('blue', seven, { provisioningState: 'Failed' }), ourDeployment('green', eight)];
    const step = during('canary:1', { ...canary, deployments: failed }).step({ now: since + 60_000, health: healthy });
    expect(step).toMatchObject({ do: 'needs-human', reason: expect.stringContaining('blue') });
  });

  it('is aborted when the new deployment failed', () => {
    const failed = [ourDeployment('blue', seven), ourDeployment('green', eight, { provisioningState: 'Failed' })];
    expect(during('canary:1', { ...canary, deployments: failed }).step({ health: healthy })).toMatchObject({
      do: 'abort',
      reason: 'deployment green is Failed',
    });
  });

  it('is written again when the endpoint still shows the split of the step before', () => {
    expect(during('canary:2', canary).step()).toMatchObject({ do: 'shift', step: 2, traffic: { blue: 50, green: 50 } });
  });
});

describe('a state that the engine cannot explain', () => {
  it.each<[string, string, Partial<Observation>]>([
    ['traffic that no step wrote', 'canary:1', { traffic: { blue: 70, green: 30 } }],
    ['traffic moved before the first step', 'planned', { traffic: { green: 100 } }],
    ['traffic moved after the promotion', 'promoted', { traffic: { blue: 50, green: 50 } }],
    ['traffic moved after the abort', 'aborted', { traffic: { green: 100 } }],
    ['a phase beyond the ladder', 'canary:4', { traffic: { green: 100 } }],
    ['foreign traffic during the abort', 'aborting', { traffic: { blue: 50, other: 50 } }],
    [
      'a slot that somebody else made',
      'planned',
      { deployments: [ourDeployment('blue', seven), aDeployment('green')] },
    ],
    ['mirrored traffic on the slot', 'planned', { mirrorTraffic: { green: 10 } }],
  ])('%s gets no write', (_title, phase, init) => {
    expect(during(phase, init).step().do).toBe('needs-human');
  });

  it('a restore map that cannot be read gets no write', () => {
    const { observation, rollout } = during('canary:1');
    const broken = { ...observation, tags: { ...observation.tags, [tagNames.base]: 'blue' } };
    expect(decide(broken, rollout, someFacts()).do).toBe('needs-human');
  });

  it('a phase that cannot be read does not overwrite the restore map of moved traffic', () => {
    const { observation, rollout } = during('canary:1', { traffic: { blue: 90, green: 10 } });
    const broken = { ...observation, tags: { ...observation.tags, [tagNames.phase]: 'canary' } };
    expect(decide(broken, rollout, someFacts()).do).toBe('needs-human');
  });

  it('a start of the step that cannot be read gets no write', () => {
    const { observation, rollout } = during('canary:1', { traffic: { blue: 90, green: 10 } });
    const broken = { ...observation, tags: { ...observation.tags, [tagNames.since]: 'yesterday' } };
    expect(decide(broken, rollout, someFacts()).do).toBe('needs-human');
  });

  it('another rollout that moved traffic is not taken over', () => {
    const { observation } = during('canary:1', { traffic: { blue: 90, green: 10 } });
    const other = aRollout(servingBlue(), { desired: { ...eight, confighash: 'other' } });
    expect(decide(observation, other, someFacts()).do).toBe('needs-human');
  });

  it('an abort to a deployment that is gone gets no write', () => {
    const only = { traffic: { green: 100 }, deployments: [ourDeployment('green', eight)] };
    expect(during('canary:3', only).step({ stop: true })).toMatchObject({
      do: 'needs-human',
      reason: expect.stringContaining('gone'),
    });
  });
});

describe('waiting and cleaning up', () => {
  it.each(['Creating', 'Updating', 'Deleting'])('waits while the endpoint is %s', (provisioningState) => {
    expect(during('planned', { provisioningState }).step()).toEqual({ do: 'wait', what: 'endpoint plant001-test' });
  });

  it.each(['Creating', 'Updating', 'Scaling'])('waits while the slot is %s', (provisioningState) => {
    const deployments = [ourDeployment('blue', seven), ourDeployment('green', eight, { provisioningState })];
    expect(during('planned', { deployments }).step()).toEqual({ do: 'wait', what: 'deployment green' });
  });

  it('deletes a slot of ours that failed in an earlier rollout', () => {
    const green = ourDeployment('green', eight, {
      provisioningState: 'Failed',
      tags: { [tagNames.rollout]: 'earlier' },
    });
    const deployments = [ourDeployment('blue', seven), green];
    expect(during('planned', { deployments }).step()).toEqual({ do: 'delete-slot', slot: 'green' });
  });

  it('aborts when the slot failed in this rollout', () => {
    const { rollout } = during('planned');
    const green = ourDeployment('green', eight, {
      provisioningState: 'Failed',
      tags: { [tagNames.rollout]: rollout.id },
    });
    const deployments = [ourDeployment('blue', seven), green];
    expect(during('planned', { deployments }).step()).toMatchObject({
      do: 'abort',
      reason: 'deployment green is Failed',
    });
  });

  it('deletes a slot of ours with other settings', () => {
    const deployments = [ourDeployment('blue', seven), ourDeployment('green', { ...eight, confighash: 'old' })];
    expect(during('planned', { deployments }).step()).toEqual({ do: 'delete-slot', slot: 'green' });
  });

  it('asks for validation again in a new process', () => {
    expect(during('planned').step({ validation: null })).toEqual({ do: 'validate', slot: 'green' });
  });

  it('finishes an abort that was restored but not recorded', () => {
    expect(during('aborting').step()).toMatchObject({ do: 'finish-abort', tags: { [tagNames.phase]: 'aborted' } });
  });

  it('repeats an abort whose write was lost', () => {
    expect(during('aborting', { traffic: { blue: 50, green: 50 } }).step()).toMatchObject({
      do: 'abort',
      traffic: { blue: 100 },
    });
  });
});

describe('a finished rollout', () => {
  it('writes nothing when it runs again', () => {
    const endpoint = anEndpoint(servingBlue());
    const rollout = aRollout(endpoint.observation);
    run(endpoint, rollout);
    const writes = endpoint.writes.length;
    expect(run(endpoint, rollout)).toEqual({ do: 'done', status: 'done' });
    expect(endpoint.writes).toHaveLength(writes);
    expect(planRollout(aRequest(endpoint.observation)).kind).toBe('no-op');
  });
});
