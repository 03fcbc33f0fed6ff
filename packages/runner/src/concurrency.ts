export interface GroupRequest {
  readonly group: string;
  readonly cancelInProgress: boolean;
  readonly queue: 'single' | 'max';
  /** Called when a newer one takes over while this one runs. */
  readonly onReplaced: () => void;
  /** Stops the waiting. */
  readonly signal: AbortSignal;
  readonly onWaiting: () => void;
}

interface Member {
  readonly onReplaced: () => void;
}

interface Waiter {
  readonly member: Member;
  readonly resolve: (entered: boolean) => void;
}

interface Group {
  running: Member | undefined;
  waiting: Waiter[];
}

/** GitHub keeps this many waiting with `queue: max`. */
const maxWaiting = 100;

/**
 * Concurrency groups, by name without regard to case. One member runs; by default one waits, and a newer one
 * takes its place; with `queue: max` they wait in line.
 */
export class ConcurrencyGroups {
  readonly #groups = new Map<string, Group>();

  /** Runs `work` inside the group; undefined when it was cancelled while it waited. */
  async run<T>(request: GroupRequest, work: () => Promise<T>): Promise<T | undefined> {
    const key = request.group.toLowerCase();
    const group = this.#groups.get(key) ?? { running: undefined, waiting: [] };
    this.#groups.set(key, group);
    const member: Member = { onReplaced: request.onReplaced };
    if (!(await enter(group, member, request))) return undefined;
    try {
      return await work();
    } finally {
      const next = group.waiting.shift();
      group.running = next?.member;
      if (next) next.resolve(true);
      else this.#groups.delete(key);
    }
  }
}

async function enter(group: Group, member: Member, request: GroupRequest): Promise<boolean> {
  if (!group.running) {
    group.running = member;
    return true;
  }
  if (request.queue === 'single') for (const older of group.waiting.splice(0)) older.resolve(false);
  if (group.waiting.length >= maxWaiting) return false;
  if (request.cancelInProgress) group.running.onReplaced();
  request.onWaiting();
  return new Promise<boolean>((resolve) => {
    const waiter: Waiter = { member, resolve };
    group.waiting.push(waiter);
    const leave = () => {
      const at = group.waiting.indexOf(waiter);
      if (at >= 0) group.waiting.splice(at, 1);
      resolve(false);
    };
    if (request.signal.aborted) leave();
    else request.signal.addEventListener('abort', leave, { once: true });
  });
}
