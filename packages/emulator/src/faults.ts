import { ServiceError } from './errors.ts';
import { isObject, type JsonObject, numberMember, stringMap, textMember } from './fields.ts';

/** What an injected fault does to the operation that a request starts: fail with this error, or never end. */
export type OperationFault = { kind: 'fail'; code: string; message: string } | { kind: 'hang' };

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
  /** Reset the connection without an answer. */
  reset: boolean;
  /** Answer a GET as it was answered before the last write. */
  stale: boolean;
  /** What becomes of the long-running operation that the request starts. */
  operation: OperationFault | undefined;
}

const members = [
  'method',
  'path',
  'count',
  'skip',
  'status',
  'body',
  'headers',
  'delayMs',
  'drop',
  'reset',
  'stale',
  'failOperation',
  'hangOperation',
];

function operationFault(body: JsonObject): OperationFault | undefined {
  if (body.hangOperation === true) {
    return { kind: 'hang' };
  }
  const failure = body.failOperation;
  return isObject(failure)
    ? {
        kind: 'fail',
        code: textMember(failure, 'code') ?? 'InternalServerError',
        message: textMember(failure, 'message') ?? 'An injected fault.',
      }
    : undefined;
}

/** Faults that tests and demonstrations put in. */
export class Faults {
  readonly #faults: Fault[] = [];
  #nextId = 1;

  /** Add a fault from its JSON form. Errors: 400 for members that do not exist and for a path that is no regular expression. */
  add(body: JsonObject): Fault {
    const unknown = Object.keys(body).find((name) => !members.includes(name));
    if (unknown !== undefined) {
      throw new ServiceError(400, `A fault has no member "${unknown}". It may have: ${members.join(', ')}.`);
    }
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
      status: numberMember(body, 'status'),
      body: isObject(body.body) ? body.body : undefined,
      headers: stringMap(body.headers),
      delayMs: numberMember(body, 'delayMs') ?? 0,
      drop: body.drop === true,
      reset: body.reset === true,
      stale: body.stale === true,
      operation: operationFault(body),
    };
    this.#nextId += 1;
    this.#faults.push(fault);
    return fault;
  }

  /** Add the faults of a file: a JSON list. Errors: throws with the entry at fault. */
  addAll(text: string): void {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list)) {
      throw new Error('The faults must be a JSON list.');
    }
    list.forEach((entry: unknown, index) => {
      if (!isObject(entry)) {
        throw new Error(`The entry ${index} of the faults is not an object.`);
      }
      try {
        this.add(entry);
      } catch (error) {
        throw new Error(`The entry ${index} of the faults: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
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
