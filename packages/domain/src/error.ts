/** Who can fix it: `user` (input, config, rights) or `failure` (a service or this product). */
export type ErrorKind = 'user' | 'failure';

/** A place in a file; line and column count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface SwitchyardErrorInit {
  /** `AREA_WHAT_HAPPENED`. */
  readonly code: string;
  /** What was seen, with the value. */
  readonly seen: string;
  /** What was expected instead. */
  readonly expected?: string;
  /** What the reader can do now. */
  readonly next?: string;
  readonly kind?: ErrorKind;
  readonly position?: SourcePosition;
  readonly cause?: unknown;
}

/**
 * The one error class of the suite. Its message reads `CODE: seen; expected ...; next step`,
 * with `file:line:column: ` in front where the cause lies in a file.
 */
export class SwitchyardError extends Error {
  override readonly name = 'SwitchyardError';
  readonly code: string;
  readonly kind: ErrorKind;
  readonly seen: string;
  readonly expected: string | undefined;
  readonly next: string | undefined;
  readonly position: SourcePosition | undefined;

  constructor(init: SwitchyardErrorInit) {
    super(formatMessage(init), init.cause === undefined ? undefined : { cause: init.cause });
    this.code = init.code;
    this.kind = init.kind ?? 'user';
    this.seen = init.seen;
    this.expected = init.expected;
    this.next = init.next;
    this.position = init.position;
  }
}

function formatMessage(init: SwitchyardErrorInit): string {
  const { position } = init;
  const where = position ? `${position.file}:${position.line}:${position.column}: ` : '';
  const parts = [init.seen, init.expected && `expected ${init.expected}`, init.next].filter(Boolean);
  return `${where}${init.code}: ${parts.join('; ')}`;
}

/** True when `error` is a SwitchyardError, of `code` when one is given. */
export function isSwitchyardError(error: unknown, code?: string): error is SwitchyardError {
  return error instanceof SwitchyardError && (code === undefined || error.code === code);
}

/** Several mistakes found in one reading, thrown together so that one run shows them all. */
export class SwitchyardErrors extends Error {
  override readonly name = 'SwitchyardErrors';
  readonly errors: readonly SwitchyardError[];

  constructor(errors: readonly SwitchyardError[]) {
    super(errors.map((error) => error.message).join('\n'));
    this.errors = errors;
  }
}

/** Ends a `switch` over a closed set; a new member becomes a type error here. */
export function assertNever(value: never): never {
  throw new SwitchyardError({
    code: 'INTERNAL_UNEXPECTED_VALUE',
    kind: 'failure',
    seen: `unexpected value ${JSON.stringify(value)}`,
  });
}

/** Text of anything that was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
