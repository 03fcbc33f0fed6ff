import { describe, expect, it } from '@jest/globals';
import { TokenCache } from './token-cache.ts';

const minute = 60_000;

function setUp(lifeMinutes: number) {
  const time = { now: 0 };
  const asked: string[] = [];
  const credential = {
    getToken: async (scope: string | string[]) => {
      asked.push(String(scope));
      return { token: `${String(scope)}-${asked.length}`, expiresOnTimestamp: time.now + lifeMinutes * minute };
    },
  };
  const clock = { now: () => time.now, sleep: async () => undefined };
  return { cache: new TokenCache(credential, clock), asked, time };
}

describe('TokenCache', () => {
  it('signs in once for many requests of one scope', async () => {
    const { cache, asked } = setUp(60);
    const tokens = await Promise.all([cache.bearer('a'), cache.bearer('a'), cache.bearer('b')]);
    expect(await cache.bearer('a')).toBe('a-1');
    expect({ tokens, asked }).toEqual({ tokens: ['a-1', 'a-1', 'b-2'], asked: ['a', 'b'] });
  });

  it('renews five minutes before the end', async () => {
    const { cache, time } = setUp(60);
    await cache.bearer('a');
    time.now = 54 * minute;
    expect(await cache.bearer('a')).toBe('a-1');
    time.now = 55 * minute;
    expect(await cache.bearer('a')).toBe('a-2');
  });

  it('asks again after a refused token', async () => {
    const { cache } = setUp(60);
    await cache.bearer('a');
    cache.forget('a');
    expect(await cache.bearer('a')).toBe('a-2');
  });

  it('does not keep a failed sign-in', async () => {
    let count = 0;
    const getToken = async () => {
      count += 1;
      if (count === 1) throw new Error('refused');
      return { token: 'second', expiresOnTimestamp: 100 * minute };
    };
    const cache = new TokenCache({ getToken }, { now: () => 0, sleep: async () => undefined });
    await expect(cache.bearer('a')).rejects.toThrow('refused');
    expect(await cache.bearer('a')).toBe('second');
  });
});
