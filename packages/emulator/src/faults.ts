import { ServiceError } from './errors.ts';
import { isObject, type JsonObject, numberMember, stringMap, textMember } from './fields.ts';

/** What an injected fault does to the requests it matches. */
export interface Fault {
  id: number;
  /** HTTP method; undefined matches all. */
  method: string | undefined;
  /** Matched anywhere in the path, without letter case. */
  path: RegExp;
  /** How many requests are still to be hit. */
  remaining: number;
  /** How many matching requests pass untouched before. */
  skip: number;
  status: number | undefined;
  body: JsonObject | undefined;
  headers: Record<string, string>;
  delayMs: number;
  /** Close the connection without an answer. */
  drop: boolean;
  /** Answer a GET as it was answered before the last write. */
  stale: boolean;
  /** Let the long-running operation that the request starts end as Failed. */
  failOperation: { code: string; message: string } | undefined;
}

/** Faults that tests and demonstrations put in. */
export class Faults {
  readonly #faults: Fault[] = [];
  #nextId = 1;

  /** Add a fault from its JSON form. Errors: a path that is not a regular expression is refused with 400. */
  add(body: JsonObject): Fault {
    const failure = body.failOperation;
    const status = numberMember(body, 'status');
    let path: RegExp;
    try {
      path = new RegExp(textMember(body, 'path') ?? '.*', 'i');
    } catch {
      throw new ServiceError(400, 'The path of a fault must be a regular expression.');
    }
    const fault: Fault = {
      id: this.#nextId,
      method: textMember(body, 'method')?.toUpperCase(),
      path,
      remaining: numberMember(body, 'count') ?? 1,
      skip: numberMember(body, 'skip') ?? 0,
      status,
      body: isObject(body.body) ? body.body : undefined,
      headers: stringMap(body.headers),
      delayMs: numberMember(body, 'delayMs') ?? 0,
      drop: body.drop === true,
      stale: body.stale === true,
      failOperation: isObject(failure)
        ? {
            code: textMember(failure, 'code') ?? 'InternalServerError',
            message: textMember(failure, 'message') ?? 'An injected fault.',
          }
        : undefined,
    };
    this.#nextId += 1;
    this.#faults.push(fault);
    return fault;
  }

  /** Remove one fault, or all. */
  remove(id: number | undefined): void {
    const kept = id === undefined ? [] : this.#faults.filter((fault) => fault.id !== id);
    this.#faults.splice(0, this.#faults.length, ...kept);
  }

  /** The first fault that hits this request; it counts down. */
  take(method: string, path: string): Fault | undefined {
    if (this.#faults.length === 0) {
      return undefined;
    }
    for (const fault of this.#faults) {
      const matches = (fault.method ?? method) === method && fault.path.test(path) && fault.remaining > 0;
      if (matches && (!fault.stale || method === 'GET')) {
        if (fault.skip > 0) {
          fault.skip -= 1;
          continue;
        }
        fault.remaining -= 1;
        return fault;
      }
    }
    return undefined;
  }

  /** All faults, with the requests they still wait for. */
  all(): object[] {
    return this.#faults.map((fault) => ({ ...fault, path: fault.path.source }));
  }
}
