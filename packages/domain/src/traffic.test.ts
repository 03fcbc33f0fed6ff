import { describe, expect, it } from '@jest/globals';
import { formatTraffic, isSameTraffic, normalizeTraffic } from './traffic.ts';

describe('a traffic split', () => {
  it('has sorted names and no zero shares', () => {
    const traffic = normalizeTraffic({ green: 10, blue: 90, old: 0 });
    expect(Object.entries(traffic)).toEqual([
      ['blue', 90],
      ['green', 10],
    ]);
  });

  it('is not changed by normalizing it', () => {
    const traffic = { green: 0, blue: 100 };
    normalizeTraffic(traffic);
    expect(traffic).toEqual({ green: 0, blue: 100 });
  });

  it.each([null, undefined, {}, { blue: 0 }])('that is %j is empty', (traffic) => {
    expect(normalizeTraffic(traffic)).toEqual({});
    expect(formatTraffic(traffic)).toBe('none');
  });

  it('reads as the az ml flag', () => {
    expect(formatTraffic({ green: 10, blue: 90 })).toBe('blue=90 green=10');
    expect(formatTraffic({ blue: 100, green: 0 })).toBe('blue=100');
  });

  it.each([
    [{ blue: 100 }, { blue: 100, green: 0 }, true],
    [{ blue: 90, green: 10 }, { green: 10, blue: 90 }, true],
    [undefined, { blue: 0 }, true],
    [{ blue: 100 }, { green: 100 }, false],
    [{ blue: 90, green: 10 }, { blue: 10, green: 90 }, false],
    [{ blue: 100 }, null, false],
  ])('%j and %j are the same: %p', (a, b, same) => {
    expect(isSameTraffic(a, b)).toBe(same);
    expect(isSameTraffic(b, a)).toBe(same);
  });
});
