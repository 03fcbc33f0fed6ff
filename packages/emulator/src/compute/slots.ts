/** A bounded number of places, given in the order of asking. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Wait for a place; the returned function gives it back (once).
   * Errors: rejects when the signal is aborted while waiting.
   */
  async take(signal?: AbortSignal): Promise<() => void> {
    if (this.#free > 0) {
      this.#free -= 1;
    } else {
      await this.#wait(signal);
    }
    let given = false;
    return () => {
      if (!given) {
        given = true;
        this.#give();
      }
    };
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const granted = () => {
        signal?.removeEventListener('abort', abandoned);
        resolve();
      };
      const abandoned = () => {
        this.#waiting.splice(this.#waiting.indexOf(granted), 1);
        reject(new Error('The wait for a place was given up.'));
      };
      this.#waiting.push(granted);
      signal?.addEventListener('abort', abandoned, { once: true });
    });
  }

  #give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#free += 1;
    } else {
      next();
    }
  }
}
