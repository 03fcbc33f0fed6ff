/** One scoring request as the metrics see it. `at` in milliseconds since 1970. */
export interface ScoredRequest {
  at: number;
  milliseconds: number;
  statusCode: number;
  /** Status of the user's code; 0 when the request never reached it. */
  modelStatusCode: number;
}

const minute = 60_000;
const keptMinutes = 180;
const keptPerMinute = 50_000;

/** Requests of each deployment, by minute. Kept in memory only: a restart starts from nothing. */
export class ScoringMetrics {
  readonly #minutes = new Map<string, Map<number, ScoredRequest[]>>();
  readonly #totals = new Map<string, number>();

  /** Note a request of a deployment; the key is the endpoint's guid and the deployment's name. */
  add(deployment: string, request: ScoredRequest): void {
    this.#totals.set(deployment, this.total(deployment) + 1);
    const minutes = this.#minutes.get(deployment) ?? new Map<number, ScoredRequest[]>();
    this.#minutes.set(deployment, minutes);
    const start = Math.floor(request.at / minute) * minute;
    const requests = minutes.get(start) ?? [];
    minutes.set(start, requests);
    if (requests.length < keptPerMinute) {
      requests.push(request);
    }
    const oldest = minutes.keys().next().value;
    if (minutes.size > keptMinutes && oldest !== undefined) {
      minutes.delete(oldest);
    }
  }

  /** Number of requests since the start. */
  total(deployment: string): number {
    return this.#totals.get(deployment) ?? 0;
  }

  /** The minutes of a deployment that had traffic, from (inclusive) to (exclusive), oldest first. */
  minutes(deployment: string, from: number, to: number): { start: number; requests: ScoredRequest[] }[] {
    return [...(this.#minutes.get(deployment) ?? [])]
      .filter(([start]) => start + minute > from && start < to)
      .map(([start, requests]) => ({ start, requests }))
      .sort((a, b) => a.start - b.start);
  }
}

/** Nearest-rank percentile of numbers; `share` between 0 and 1. Zero for no numbers. */
export function percentile(numbers: number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
