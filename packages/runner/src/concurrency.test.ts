import { describe, expect, it } from '@jest/globals';
import { ConcurrencyGroups, type GroupRequest } from './concurrency.ts';
import { Limiter } from './limiter.ts';

const request = (given: Partial<GroupRequest> = {}): GroupRequest => ({
  group: 'g',
  cancelInProgress: false,
  queue: 'single',
  onReplaced: () => undefined,
  signal: new AbortController().signal,
  onWaiting: () => undefined,
  ...given,
});

function gate() {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { work: () => promise, open: resolve };
}

describe('ConcurrencyGroups', () => {
  it('a newer one takes the waiting place, not the running one', async () => {
    const groups = new ConcurrencyGroups();
    const first = gate();
    const running = groups.run(request(), first.work);
    const older = groups.run(request(), async () => 'older');
    const newer = groups.run(request({ group: 'G' }), async () => 'newer');
    first.open('first');
    expect(await Promise.all([running, older, newer])).toEqual(['first', undefined, 'newer']);
  });

  it('a queue lets all of them in, in order', async () => {
    const groups = new ConcurrencyGroups();
    const order: number[] = [];
    const works = [1, 2, 3].map((n) => groups.run(request({ queue: 'max' }), async () => order.push(n)));
    await Promise.all(works);
    expect(order).toEqual([1, 2, 3]);
  });

  it('cancel-in-progress tells the running one', async () => {
    const groups = new ConcurrencyGroups();
    const first = gate();
    const running = groups.run(request({ onReplaced: () => first.open('replaced') }), first.work);
    const newer = groups.run(request({ cancelInProgress: true }), async () => 'newer');
    expect(await Promise.all([running, newer])).toEqual(['replaced', 'newer']);
  });

  it('who stops waiting is out, and a failure frees the group', async () => {
    const groups = new ConcurrencyGroups();
    const first = gate();
    const controller = new AbortController();
    const running = groups.run(request(), async () => {
      await first.work();
      throw new Error('broken');
    });
    const waiting = groups.run(request({ signal: controller.signal }), async () => 'waiting');
    controller.abort();
    expect(await waiting).toBeUndefined();
    first.open('');
    await expect(running).rejects.toThrow('broken');
    expect(await groups.run(request(), async () => 'next')).toBe('next');
  });
});

describe('Limiter', () => {
  it('never runs more than its limit, and goes on after a failure', async () => {
    const limiter = new Limiter(2);
    let running = 0;
    let most = 0;
    const works = [1, 2, 3, 4, 5].map((n) =>
      limiter.run(async () => {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
        if (n === 2) throw new Error('two');
        return n;
      }),
    );
    const ends = await Promise.allSettled(works);
    expect(most).toBe(2);
    expect(ends.map((end) => end.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  });
});
