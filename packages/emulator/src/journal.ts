/** One request as the journal keeps it: no bodies, no queries, no secrets. */
export interface RequestRecord {
  time: string;
  method: string;
  path: string;
  status: number;
  /** Client id of the caller; empty when the request carried no valid token. */
  identity: string;
  requestId: string;
  milliseconds: number;
}

const limit = 20000;
const block = 2000;

/** The requests served so far, oldest first; the oldest are dropped beyond 20,000. */
export class Journal {
  readonly #records: RequestRecord[] = [];

  add(record: RequestRecord): void {
    this.#records.push(record);
    // Dropped in blocks: to move the whole list for every request would cost more than the request.
    if (this.#records.length >= limit + block) {
      this.#records.splice(0, block);
    }
  }

  all(): RequestRecord[] {
    return this.#records.slice(-limit);
  }
}
