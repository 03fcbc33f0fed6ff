import { randomBytes } from 'node:crypto';
import type { JobIdentity } from '../local-github.ts';

/** The running jobs by their tokens, and what is known of runs and pull requests through them. */
export class JobRegistry {
  readonly #byToken = new Map<string, JobIdentity>();
  readonly #byRequestToken = new Map<string, JobIdentity>();
  readonly #runs = new Map<string, JobIdentity>();
  readonly #pulls = new Map<number, JobIdentity>();

  add(job: JobIdentity): { token: string; requestToken: string } {
    const token = `ghs_${randomBytes(18).toString('hex')}`;
    const requestToken = randomBytes(24).toString('hex');
    this.#byToken.set(token, job);
    this.#byRequestToken.set(requestToken, job);
    this.#runs.set(job.runId, job);
    const number = /^refs\/pull\/(\d+)\//.exec(job.ref)?.[1];
    if (number !== undefined) this.#pulls.set(Number(number), job);
    return { token, requestToken };
  }

  /** Both tokens of the job end with it. */
  remove(token: string): void {
    const job = this.#byToken.get(token);
    this.#byToken.delete(token);
    for (const [key, value] of this.#byRequestToken) if (value === job) this.#byRequestToken.delete(key);
  }

  byToken(token: string): JobIdentity | undefined {
    return this.#byToken.get(token);
  }

  byRequestToken(token: string): JobIdentity | undefined {
    return this.#byRequestToken.get(token);
  }

  run(id: string): JobIdentity | undefined {
    return this.#runs.get(id);
  }

  pull(number: number): JobIdentity | undefined {
    return this.#pulls.get(number);
  }
}
