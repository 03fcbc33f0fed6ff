/** One fact that the demo promises, and what was found. */
export interface Expectation {
  readonly step: string;
  readonly what: string;
  readonly expected: string;
  readonly seen: string;
  readonly ok: boolean;
}

/** Collects what was expected and what was seen; a difference never stops the story. */
export interface Expectations {
  /** Compares as text: JSON for anything but strings. */
  expect(step: string, what: string, expected: unknown, seen: unknown): void;
  /** For what is not one value: `ok` decides, `expected` says it in words. */
  check(step: string, what: string, expected: string, seen: unknown, ok: boolean): void;
  readonly all: readonly Expectation[];
}

export function createExpectations(onResult: (result: Expectation) => void): Expectations {
  const all: Expectation[] = [];
  const add = (result: Expectation) => {
    all.push(result);
    onResult(result);
  };
  return {
    all,
    expect: (step, what, expected, seen) => {
      const [left, right] = [text(expected), text(seen)];
      add({ step, what, expected: left, seen: right, ok: left === right });
    },
    check: (step, what, expected, seen, ok) => add({ step, what, expected, seen: text(seen), ok }),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
}
