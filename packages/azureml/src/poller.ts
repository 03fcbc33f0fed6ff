import type { Clock, Logger } from '@switchyard/domain';
import { AzureMlError } from './azure-ml-error.ts';
import { deploymentFailures } from './deployment-failure.ts';
import { serviceWords } from './failures.ts';
import { objectAt, textAt } from './json.ts';
import { parseRetryAfter } from './retry.ts';
import type { Answer, Transport } from './transport.ts';

export interface PollerSettings {
  /** Pause between two looks when the service names none. */
  readonly pollSeconds: number;
  /** Limit of one long operation. */
  readonly timeoutMinutes: number;
}

export interface PollerContext {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: PollerSettings;
}

export interface Operation {
  readonly started: Answer;
  readonly method: 'PUT' | 'PATCH' | 'DELETE' | 'POST';
  /** The resource itself: the final read, and the way out when the status may not be read. */
  readonly resourceUrl?: string;
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
  /** Another way to see that it is done, for a POST whose status may not be read. */
  readonly isDone?: () => Promise<boolean>;
}

interface Step {
  readonly done: boolean;
  /** The operation's result, when the last answer carried it. */
  readonly body?: unknown;
  /** The status URL cannot be used: go on by the resource. */
  readonly blind?: boolean;
  readonly retryAfter?: number | undefined;
}

type Look = () => Promise<Step>;

/** `Retry-After: 0` must not become a busy loop. */
const shortestWait = 50;

function failed(operation: Operation, body: unknown, state: string, requestId: string | undefined): AzureMlError {
  const { code, message } = serviceWords(body);
  const known = code === undefined ? undefined : deploymentFailures[code];
  const isCanceled = /^cancell?ed$/i.test(state);
  const said = [code, message].filter(Boolean).join(': ');
  const seen = `cannot ${operation.what}: the operation ended as ${state}${said ? ` (${said})` : ''}`;
  return new AzureMlError({
    code: isCanceled ? 'AZUREML_OPERATION_CANCELED' : 'AZUREML_OPERATION_FAILED',
    kind: 'failure',
    seen: known ? `${seen}: ${known.cause}` : seen,
    next: known?.next ?? 'read the message of the service and the log of the deployment',
    serviceCode: code,
    serviceMessage: message,
    requestId,
  });
}

/** Long operations of ARM; see `waitForOperation`. */
class Poller {
  readonly #context: PollerContext;
  readonly #operation: Operation;
  #missing = 0;

  constructor(context: PollerContext, operation: Operation) {
    this.#context = context;
    this.#operation = operation;
  }

  async #get(url: string, accept: readonly number[] = []): Promise<Answer> {
    const { what, signal } = this.#operation;
    return this.#context.transport.send({ method: 'GET', url, what: `follow: ${what}`, accept, signal });
  }

  #retryAfter(answer: Answer): number | undefined {
    return parseRetryAfter(answer.header('retry-after'), this.#context.clock.now());
  }

  /** True when a status URL cannot be used: no right to read it, or still unknown after some looks. */
  #isUnusable(answer: Answer): boolean {
    if (answer.status === 403 || answer.status === 401) {
      this.#context.logger.debug(
        `the status of "${this.#operation.what}" may not be read; following the resource itself`,
      );
      return true;
    }
    this.#missing = answer.status === 404 ? this.#missing + 1 : 0;
    return this.#missing > 3;
  }

  async #byStatus(url: string): Promise<Step> {
    const answer = await this.#get(url, [401, 403, 404]);
    if (this.#isUnusable(answer)) return { done: false, blind: true };
    const status = textAt(answer.body, 'status') ?? textAt(objectAt(answer.body, 'properties'), 'provisioningState');
    const retryAfter = this.#retryAfter(answer);
    if (status === undefined || answer.status === 404) return { done: false, retryAfter };
    if (/^(failed|cancell?ed)$/i.test(status)) throw await this.#withResource(answer, status);
    // Every other word, known or not, means that it still runs.
    if (!/^succeeded$/i.test(status)) return { done: false, retryAfter };
    return this.#final();
  }

  /** The status body's error, or the resource's state when that says nothing. */
  async #withResource(answer: Answer, status: string): Promise<AzureMlError> {
    const { code, message } = serviceWords(answer.body);
    const { resourceUrl } = this.#operation;
    if (code !== undefined || message !== undefined || resourceUrl === undefined) {
      return failed(this.#operation, answer.body, status, answer.requestId);
    }
    const resource = await this.#get(resourceUrl, [403, 404]);
    const state = textAt(objectAt(resource.body, 'properties'), 'provisioningState') ?? status;
    return failed(this.#operation, resource.body, state, answer.requestId);
  }

  /** The resource after success; ARM gives the result of a PUT by a last GET. */
  async #final(): Promise<Step> {
    const { method, resourceUrl } = this.#operation;
    if (resourceUrl === undefined || method === 'POST' || method === 'DELETE') return { done: true };
    const answer = await this.#get(resourceUrl);
    return { done: true, body: answer.body };
  }

  async #byLocation(url: string): Promise<Step> {
    const answer = await this.#get(url, [401, 403, 404]);
    if (this.#isUnusable(answer)) return { done: false, blind: true };
    if (answer.status === 202 || answer.status === 404) return { done: false, retryAfter: this.#retryAfter(answer) };
    const status = textAt(answer.body, 'status');
    if (status && /^(failed|cancell?ed)$/i.test(status))
      throw failed(this.#operation, answer.body, status, answer.requestId);
    return answer.body === undefined ? this.#final() : { done: true, body: answer.body };
  }

  async #byResource(url: string): Promise<Step> {
    const answer = await this.#get(url, [404]);
    const isDelete = this.#operation.method === 'DELETE';
    if (answer.status === 404) return { done: isDelete };
    const state = textAt(objectAt(answer.body, 'properties'), 'provisioningState');
    const retryAfter = this.#retryAfter(answer);
    if (state && /^(failed|cancell?ed)$/i.test(state))
      throw failed(this.#operation, answer.body, state, answer.requestId);
    if (isDelete || (state && !/^succeeded$/i.test(state))) return { done: false, retryAfter };
    return { done: true, body: answer.body };
  }

  #blindLook(): Look {
    const { resourceUrl, isDone, what } = this.#operation;
    if (isDone) return async () => ({ done: await isDone() });
    if (resourceUrl !== undefined) return () => this.#byResource(resourceUrl);
    throw new AzureMlError({
      code: 'AZUREML_FORBIDDEN',
      seen: `cannot follow: ${what}: its status may not be read`,
      expected: 'read access to the resource group',
      next: 'ask for "Reader" on the resource group for the identity that signs in',
      status: 403,
    });
  }

  #firstLook(): Look | undefined {
    const { started, method, resourceUrl } = this.#operation;
    const statusUrl = started.header('azure-asyncoperation');
    if (statusUrl) return () => this.#byStatus(statusUrl);
    const location = started.header('location');
    if (location && started.status === 202) return () => this.#byLocation(location);
    if (started.status === 202) return this.#blindLook();
    const state = textAt(objectAt(started.body, 'properties'), 'provisioningState');
    const isRunning = state !== undefined && !/^succeeded$/i.test(state);
    if (!isRunning || method === 'DELETE' || resourceUrl === undefined) return undefined;
    return () => this.#byResource(resourceUrl);
  }

  async run(): Promise<unknown> {
    const { clock, settings } = this.#context;
    const { started, what, signal } = this.#operation;
    let look = this.#firstLook();
    if (look === undefined) return started.body;
    const deadline = clock.now() + settings.timeoutMinutes * 60_000;
    let wait = this.#retryAfter(started);
    for (;;) {
      await clock.sleep(Math.max(wait ?? settings.pollSeconds * 1000, shortestWait), signal);
      const step = await look();
      if (step.done) return step.body;
      if (step.blind) look = this.#blindLook();
      wait = step.blind ? 0 : step.retryAfter;
      if (clock.now() >= deadline) {
        throw new AzureMlError({
          code: 'AZUREML_OPERATION_TIMEOUT',
          kind: 'failure',
          seen: `cannot ${what}: it still runs after ${settings.timeoutMinutes} minutes`,
          next: 'it goes on in the service: look at it in the studio, then run again with a longer limit',
        });
      }
    }
  }
}

/**
 * Follows a long operation to its end: `Azure-AsyncOperation` first, else `Location`, else the `provisioningState` of
 * the resource. Reading a status needs rights on the resource group; without them the resource itself is followed.
 * @returns The last body: the resource for PUT and PATCH, undefined for DELETE.
 * @throws AzureMlError `AZUREML_OPERATION_FAILED`, `AZUREML_OPERATION_CANCELED`, `AZUREML_OPERATION_TIMEOUT`.
 */
export async function waitForOperation(context: PollerContext, operation: Operation): Promise<unknown> {
  return new Poller(context, operation).run();
}
