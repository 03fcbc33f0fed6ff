import type { BlobLocation, BlobStore } from './blob-store.ts';

const interval = 400;

/** A log file in the blob store that grows while a job runs: the whole text is written again when it has grown. */
export class JobLog {
  readonly #blobs: BlobStore;
  readonly #location: BlobLocation;
  readonly #parts: Buffer[] = [];
  #dirty: boolean = true;
  #writing: Promise<void> = Promise.resolve();
  readonly #timer: NodeJS.Timeout;

  constructor(blobs: BlobStore, location: BlobLocation) {
    this.#blobs = blobs;
    this.#location = location;
    this.#timer = setInterval(() => void this.#flush(), interval);
    // The file is there from the start, though empty: a reader need not expect that it is missing.
    void this.#flush();
  }

  add(part: Buffer | string): void {
    this.#parts.push(typeof part === 'string' ? Buffer.from(part) : part);
    this.#dirty = true;
  }

  #flush(): Promise<void> {
    if (!this.#dirty) {
      return this.#writing;
    }
    this.#dirty = false;
    const body = Buffer.concat(this.#parts);
    this.#writing = this.#writing.then(() => this.#blobs.write(this.#location, body)).catch(() => undefined);
    return this.#writing;
  }

  /** Write what is left and stop. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#flush();
  }
}
