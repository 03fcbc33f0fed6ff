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

/** The requests served so far, oldest first; the oldest are dropped beyond 20,000. */
export class Journal {
  readonly #records: RequestRecord[] = [];

  add(record: RequestRecord): void {
    this.#records.push(record);
    if (this.#records.length > limit) {
      this.#records.splice(0, this.#records.length - limit);
    }
  }

  all(): RequestRecord[] {
    return [...this.#records];
  }
}
