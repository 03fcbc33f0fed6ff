import type { HttpsClient } from './https.ts';

export interface LoadResult {
  readonly sent: number;
  readonly failed: number;
  /** Answers by the digest of the model that gave them, in order of first appearance. */
  readonly byModel: Readonly<Record<string, number>>;
  /** The first few failures, for people. */
  readonly failures: readonly string[];
}

export interface Load {
  /** Sends no more, waits for what is under way. */
  stop(): Promise<LoadResult>;
}

/** Calls an endpoint at a constant rate, whether or not earlier answers are back (open loop). */
export function startLoad(options: {
  readonly http: HttpsClient;
  readonly url: string;
  readonly key: string;
  readonly body: string;
  readonly perSecond: number;
}): Load {
  const { http, url, key, body, perSecond } = options;
  const byModel: Record<string, number> = {};
  const failures: string[] = [];
  const pending = new Set<Promise<void>>();
  let sent = 0;
  let failed = 0;
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const fail = (why: string) => {
    failed += 1;
    if (failures.length < 5) failures.push(why);
  };
  const sendOne = async () => {
    try {
      const answer = await http.send('POST', url, { headers, body });
      if (answer.status !== 200) return fail(`${answer.status} ${answer.body.slice(0, 200)}`);
      const digest = (JSON.parse(answer.body) as { model: { digest: string } }).model.digest;
      byModel[digest] = (byModel[digest] ?? 0) + 1;
    } catch (error) {
      fail(String(error));
    }
  };
  const timer = setInterval(() => {
    sent += 1;
    const call = sendOne().finally(() => pending.delete(call));
    pending.add(call);
  }, 1000 / perSecond);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(pending);
      return { sent, failed, byModel, failures };
    },
  };
}
