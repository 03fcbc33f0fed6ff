import { SwitchyardError } from '@switchyard/domain';

/** Turns the text of one input into a value; `text` is trimmed, and empty when the input was not given. */
export interface InputParser<T> {
  readonly required: boolean;
  /** Text used when the input is empty; the same as `default` in action.yml. */
  readonly fallback: string | undefined;
  parse(name: string, text: string): T;
}

interface Options {
  /** The `default` of action.yml. */
  readonly fallback?: string;
}

function wrong(name: string, text: string, expected: string): SwitchyardError {
  return new SwitchyardError({
    code: 'INPUT_INVALID',
    seen: `input "${name}" is ${JSON.stringify(text)}`,
    expected,
    next: `correct "${name}" under "with:"`,
  });
}

function parser<T>(required: boolean, options: Options, parse: (name: string, text: string) => T): InputParser<T> {
  return { required, fallback: options.fallback, parse };
}

/** Declares the inputs of an action. Parsers never cast and never put a default over garbage. */
export const input = {
  /** Text that must be given. */
  required: (): InputParser<string> =>
    parser(true, {}, (name, text) => {
      if (text !== '') return text;
      throw new SwitchyardError({
        code: 'INPUT_MISSING',
        seen: `input "${name}" is empty`,
        expected: 'a value',
        next: `set "${name}" under "with:"`,
      });
    }),
  /** Text, or undefined when not given. */
  optional: (): InputParser<string | undefined> => parser(false, {}, (_name, text) => (text === '' ? undefined : text)),
  /** Text with a default. */
  text: (fallback: string): InputParser<string> => parser(false, { fallback }, (_name, text) => text),
  /** `true` or `false`, in the three spellings that GitHub accepts. */
  boolean: (fallback: 'true' | 'false'): InputParser<boolean> =>
    parser(false, { fallback }, (name, text) => {
      if (['true', 'True', 'TRUE'].includes(text)) return true;
      if (['false', 'False', 'FALSE'].includes(text)) return false;
      throw wrong(name, text, '"true" or "false"');
    }),
  wholeNumber: (range: { min: number; max: number; fallback: string }): InputParser<number> =>
    parser(false, range, (name, text) => {
      const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      if (number >= range.min && number <= range.max) return number;
      throw wrong(name, text, `a whole number from ${range.min} to ${range.max}`);
    }),
  oneOf: <const T extends string>(values: readonly T[], fallback?: T): InputParser<T> =>
    parser(fallback === undefined, fallback === undefined ? {} : { fallback }, (name, text) => {
      const found = values.find((value) => value === text);
      if (found !== undefined) return found;
      throw wrong(name, text, `one of ${values.map((value) => `"${value}"`).join(', ')}`);
    }),
  /** Items separated by commas or line ends; empty items are dropped. */
  list: (): InputParser<readonly string[]> => parser(false, {}, (_name, text) => splitItems(text, /[,\n]/)),
  /** One item a line; for values that may hold commas, such as az's `--set`. */
  lines: (): InputParser<readonly string[]> => parser(false, {}, (_name, text) => splitItems(text, /\n/)),
} as const;

function splitItems(text: string, separator: RegExp): string[] {
  return text
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
