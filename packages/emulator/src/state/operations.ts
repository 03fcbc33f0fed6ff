import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { ServiceError } from '../errors.ts';
import type { OperationFault } from '../faults.ts';
import type { Reply } from '../request.ts';
import type { Operation } from './records.ts';
import type { State } from './state.ts';

/** One long-running piece of work. */
export interface Work {
  /** Short word before the operation's id, such as `oe` for an online endpoint. */
  prefix: string;
  location: string;
  apiVersion: string;
  /** The slow part. It may take longer than the configured latency; it never makes the operation shorter. */
  prepare?: () => Promise<void>;
  /** Makes the result visible, at the very end. */
  commit: () => void | Promise<void>;
  /** Called instead of `commit` when the work failed. */
  fail?: (error: { code: string; message: string }) => void;
  /** The body that the `Location` URL gives back when the work is done; without it the answer is 204. */
  result?: () => object;
}

/** Failure of the work itself, reported through the operation's status. */
export class OperationFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'OperationFailure';
    this.code = code;
  }
}

const keptOperations = 1000;

/** Starts long-running operations and answers for them. */
export class Operations {
  readonly #state: State;
  readonly #clock: Clock;
  readonly #latency: number;
  readonly #retryAfterSeconds: number | undefined;
  /** The injected fault of the request that is being answered; requests that run at the same time have their own. */
  readonly #fault = new AsyncLocalStorage<OperationFault>();
  readonly #running = new Set<Promise<void>>();
  readonly #results = new Map<string, () => object>();

  constructor(state: State, clock: Clock, options: { latency: number; retryAfterSeconds: number | undefined }) {
    this.#state = state;
    this.#clock = clock;
    this.#latency = options.latency;
    this.#retryAfterSeconds = options.retryAfterSeconds;
  }

  /** Begin work; it runs on after this call. Returns the operation's status and result URLs. */
  begin(work: Work): { operation: Operation; statusUrl: string; resultUrl: string } {
    const operation: Operation = {
      id: `${work.prefix}:${randomUUID()}:${randomUUID()}`,
      status: 'InProgress',
      startTime: this.#clock.now().toISOString(),
      endTime: null,
      error: null,
    };
    this.#state.data.operations.set(operation.id, operation);
    this.#forgetOldest();
    if (work.result !== undefined) {
      this.#results.set(operation.id, work.result);
    }
    const running = this.#run(operation, work, this.#fault.getStore());
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
    const { url, subscriptionId } = this.#state.data;
    const base = `${url}/subscriptions/${subscriptionId}/providers/Microsoft.MachineLearningServices/locations/${work.location}`;
    const tail = `${operation.id}?api-version=${work.apiVersion}`;
    return {
      operation,
      statusUrl: `${base}/mfeOperationsStatus/${tail}`,
      resultUrl: `${base}/mfeOperationResults/${tail}`,
    };
  }

  /** Status documents are kept for the last thousand operations. */
  #forgetOldest(): void {
    const { operations } = this.#state.data;
    const oldest = operations.keys().next().value;
    if (operations.size > keptOperations && oldest !== undefined) {
      operations.delete(oldest);
      this.#results.delete(oldest);
    }
  }

  /** Answer a request whose operation shall go wrong. */
  withFault<Value>(fault: OperationFault, answer: () => Value): Value {
    return this.#fault.run(fault, answer);
  }

  async #run(operation: Operation, work: Work, injected: OperationFault | undefined): Promise<void> {
    try {
      if (injected?.kind === 'hang') {
        return;
      }
      await Promise.all([injected === undefined ? work.prepare?.() : undefined, this.#clock.wait(this.#latency)]);
      if (injected !== undefined) {
        throw new OperationFailure(injected.code, injected.message);
      }
      await work.commit();
      operation.status = 'Succeeded';
    } catch (error) {
      const code =
        error instanceof OperationFailure || error instanceof ServiceError ? error.code : 'InternalServerError';
      operation.error = { code, message: error instanceof Error ? error.message : String(error) };
      operation.status = 'Failed';
      work.fail?.(operation.error);
    }
    operation.endTime = this.#clock.now().toISOString();
    this.#state.changed();
  }

  /** 201 (new) or 200 with `Azure-AsyncOperation`: the answer of a PUT. */
  created(statusUrl: string, status: 200 | 201, body: object): Reply {
    return {
      status,
      body,
      headers: { 'azure-asyncoperation': statusUrl, 'x-ms-async-operation-timeout': 'PT1H', ...this.#retryAfter() },
    };
  }

  /** 202 with `Location`: the answer of a POST, PATCH or DELETE. */
  accepted(resultUrl: string): Reply {
    return {
      status: 202,
      headers: { location: resultUrl, 'x-ms-async-operation-timeout': 'PT1H', ...this.#retryAfter() },
    };
  }

  #retryAfter(): Record<string, string> {
    return this.#retryAfterSeconds === undefined ? {} : { 'retry-after': String(this.#retryAfterSeconds) };
  }

  /** The result of an operation; undefined when it has none (or when the emulator was restarted since). */
  result(id: string): object | undefined {
    return this.#results.get(id)?.();
  }

  /** Headers of an answer that says "still running". */
  pending(): Record<string, string> {
    return this.#retryAfter();
  }

  /** Wait for everything that has begun. */
  async settle(): Promise<void> {
    await Promise.allSettled([...this.#running]);
  }
}
