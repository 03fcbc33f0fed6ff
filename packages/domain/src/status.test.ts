import { describe, expect, it } from '@jest/globals';
import { formatInstant } from './clock.ts';
import { exitCodes } from './status.ts';
import { TAG_PREFIX, tagNames } from './tags.ts';

describe('exit codes', () => {
  it('are 0 only where nothing stands in the way of the next step', () => {
    const good = Object.entries(exitCodes).filter(([, code]) => code === 0);
    expect(good.map(([status]) => status)).toEqual(['done', 'no-change', 'planned']);
  });

  it('tell every other status apart, and leave 2 to the shell', () => {
    const codes = Object.values(exitCodes).filter((code) => code !== 0);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes).not.toContain(2);
  });
});

describe('tag names', () => {
  it('are all different', () => {
    const names = Object.values(tagNames);
    expect(new Set(names).size).toBe(names.length);
  });

  it('carry the prefix, but for those that others use too', () => {
    const plain = Object.values(tagNames).filter((name) => !name.startsWith(TAG_PREFIX));
    expect(plain.every((name) => /^[a-z]+([_-][a-z]+)*$/.test(name))).toBe(true);
    expect(plain).toContain('branch');
    expect(plain).not.toContain('lkg');
  });
});

describe('formatInstant', () => {
  it('writes UTC with seconds', () => {
    expect(formatInstant(0)).toBe('1970-01-01T00:00:00Z');
    expect(formatInstant(Date.UTC(2026, 10, 20, 9, 5, 7, 999))).toBe('2026-11-20T09:05:07Z');
  });

  it('refuses what is no instant', () => {
    expect(() => formatInstant(Number.NaN)).toThrow(RangeError);
  });
});
