import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '@switchyard/domain';

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => wait(milliseconds, undefined, signal ? { signal } : undefined),
};
