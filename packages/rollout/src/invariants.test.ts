import { describe, expect, it } from '@jest/globals';
import { normalizeTraffic, type Traffic, tagNames } from '@switchyard/domain';
import fc from 'fast-check';
import { anEndpoint, anObservation, aRequest, aRollout, eight, run, servingBlue } from '../testing/test-endpoint.ts';
import type { Check } from './decide.ts';
import { deny, formatDenyList, isDenied, parseDenyList } from './deny-list.ts';
import { formatLastKnownGood, type LastKnownGood, parseLastKnownGood } from './last-known-good.ts';
import type { Observation } from './observation.ts';
import { planRollout } from './plan-rollout.ts';
import { formatBase, parseBase } from './restore-map.ts';
import { TAG_VALUE_LIMIT } from './tag-value.ts';
import { trafficAt, validateTraffic } from './traffic-map.ts';

const start: fc.Arbitrary<Observation> = fc.constantFrom(
  servingBlue(),
  anObservation({ exists: false, provisioningState: null }),
  anObservation({
    traffic: { default: 100 },
    deployments: [{ name: 'default', provisioningState: 'Succeeded', tags: {}, model: null, capacity: 2 }],
  }),
);
const steps = fc
  .uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 5 })
  .map((some) => [...some.sort((a, b) => a - b), 100]);
const check: fc.Arbitrary<Check> = fc.constantFrom(
  { verdict: 'pass', detail: '' },
  { verdict: 'pass', detail: '' },
  { verdict: 'fail', detail: '' },
);
const name = fc.stringMatching(/^[a-z][a-z0-9]{2,8}$/);

/** A split of 100 over some names. */
const traffic: fc.Arbitrary<Traffic> = fc
  .tuple(
    fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
    fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 3, maxLength: 3 }),
  )
  .map(([names, shares]) => {
    const others = names.slice(1).map((other, index): [string, number] => [other, shares[index] ?? 0]);
    const rest = 100 - others.reduce((sum, [, share]) => sum + share, 0);
    return normalizeTraffic(Object.fromEntries([[names[0] ?? 'blue', rest], ...others]));
  });

describe('every rollout, however its checks turn out', () => {
  it('writes only valid splits over deployments that exist', () => {
    // The endpoint of the tests refuses any other split, as the service does.
    fc.assert(
      fc.property(start, steps, fc.array(check, { minLength: 8, maxLength: 8 }), (observation, ladder, checks) => {
        const endpoint = anEndpoint(observation);
        let turn = 0;
        const next = (): Check => checks[turn++ % checks.length] ?? { verdict: 'pass', detail: '' };
        const end = run(endpoint, aRollout(observation, { steps: ladder }), { validation: next(), health: next });
        expect(end.do).toBe('done');
        const total = Object.values(endpoint.observation.traffic).reduce((sum, share) => sum + share, 0);
        expect(total === 100 || Object.keys(observation.traffic).length === 0).toBe(true);
      }),
    );
  });

  it('writes the restore map before the first traffic, and never again', () => {
    fc.assert(
      fc.property(start, steps, fc.integer({ min: 0, max: 8 }), (observation, ladder, stopAfterWrites) => {
        const endpoint = anEndpoint(observation);
        run(endpoint, aRollout(observation, { steps: ladder }), { stopAfterWrites });
        const withBase = endpoint.writes.flatMap((write, index) =>
          'tags' in write && tagNames.base in write.tags ? [index] : [],
        );
        const withTraffic = endpoint.writes.flatMap((write, index) => ('traffic' in write ? [index] : []));
        expect(withBase.length).toBeLessThanOrEqual(1);
        for (const index of withTraffic) expect(index).toBeGreaterThan(withBase[0] ?? Number.POSITIVE_INFINITY);
      }),
    );
  });

  it('ends the same way when it is killed after any write and run again', () => {
    fc.assert(
      fc.property(
        start,
        steps,
        fc.integer({ min: 1, max: 10 }),
        fc.constantFrom('pass', 'fail'),
        (observation, ladder, kill, last) => {
          const health = (phase: string): Check => ({
            verdict: phase === 'canary:2' && last === 'fail' ? 'fail' : 'pass',
            detail: '',
          });
          const whole = anEndpoint(observation);
          run(whole, aRollout(observation, { steps: ladder }), { health });
          const parted = anEndpoint(observation);
          run(parted, aRollout(observation, { steps: ladder }), { health, killAfterWrites: kill });
          const again = planRollout(aRequest(parted.observation, { steps: ladder }));
          // A finished abort would be a new attempt; any other end continues under the same id.
          if (again.kind === 'plan' && !again.rollout.id.endsWith('.2')) run(parted, again.rollout, { health });
          expect(withoutTimes(parted.observation)).toEqual(withoutTimes(whole.observation));
        },
      ),
    );
  });

  it('writes nothing when a finished one runs again', () => {
    fc.assert(
      fc.property(start, steps, (observation, ladder) => {
        const endpoint = anEndpoint(observation);
        run(endpoint, aRollout(observation, { steps: ladder }));
        expect(planRollout(aRequest(endpoint.observation, { steps: ladder }))).toMatchObject({ kind: 'no-op' });
      }),
    );
  });
});

function withoutTimes(observation: Observation): Observation {
  const { [tagNames.since]: _since, ...tags } = observation.tags;
  return { ...observation, tags };
}

describe('trafficAt', () => {
  it('gives the share to the slot and 100 in total, and takes from the others in proportion', () => {
    fc.assert(
      fc.property(traffic, fc.integer({ min: 1, max: 100 }), (base, share) => {
        const split = trafficAt(base, 'slot-x', share);
        validateTraffic({ traffic: split, deployments: [...Object.keys(base), 'slot-x'] });
        expect(split['slot-x']).toBe(share);
        for (const [other, before] of Object.entries(base)) {
          expect(Math.abs((split[other] ?? 0) - (before * (100 - share)) / 100)).toBeLessThan(1);
        }
      }),
    );
  });
});

describe('tag values', () => {
  it('a restore map reads back as it was written', () => {
    fc.assert(
      fc.property(traffic, fc.option(traffic, { nil: {} }), (live, mirror) => {
        expect(parseBase(formatBase({ traffic: live, mirrorTraffic: mirror }))).toEqual({
          traffic: live,
          mirrorTraffic: mirror,
        });
      }),
    );
  });

  const entry: fc.Arbitrary<LastKnownGood> = fc.record({
    slot: name,
    model: fc.record({ name, version: fc.integer({ min: 1, max: 9999 }).map(String) }),
    confighash: fc.option(fc.stringMatching(/^[0-9a-f]{12}$/), { nil: null }),
  });

  it('a history reads back as far as it fits, the newest first', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), (history) => {
        const text = formatLastKnownGood(history);
        expect(text.length).toBeLessThanOrEqual(TAG_VALUE_LIMIT);
        const read = parseLastKnownGood(text);
        expect(read).toEqual(history.slice(0, read.length));
        expect(read.length > 0 || history.length === 0).toBe(true);
      }),
    );
  });

  it('a deny list keeps the newest entries, each once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ name, version: fc.nat({ max: 5 }).map(String) }), { maxLength: 20 }),
        (models) => {
          const list = models.reduce<{ name: string; version: string }[]>((denied, model) => deny(denied, model), []);
          const read = parseDenyList(formatDenyList(list));
          expect(read.length).toBeLessThanOrEqual(8);
          expect(new Set(read.map((model) => `${model.name}:${model.version}`)).size).toBe(read.length);
          const newest = models.at(-1);
          if (newest) expect(isDenied(read, newest)).toBe(true);
        },
      ),
    );
  });
});

describe('the id of a rollout', () => {
  it('is 12 hex digits, the same for the same request and another for any other', () => {
    const { id } = aRollout(servingBlue());
    expect(id).toMatch(/^[0-9a-f]{12}$/);
    expect(aRollout(servingBlue({ tags: { x: 'y' } })).id).toBe(id);
    expect(aRollout(servingBlue(), { environment: 'production' }).id).not.toBe(id);
    expect(aRollout(servingBlue(), { desired: { ...eight, confighash: 'x' } }).id).not.toBe(id);
    expect(aRollout(servingBlue({ endpoint: 'other' })).id).not.toBe(id);
  });
});
