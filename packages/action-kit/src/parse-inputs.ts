import { isSwitchyardError, SwitchyardError, SwitchyardErrors } from '@switchyard/domain';
import type { InputParsers, InputValues } from './define-action.ts';

/**
 * Parses all inputs and reports all mistakes at once.
 * @param read Text of an input as the runner passes it, empty when absent.
 * @throws SwitchyardErrors with `INPUT_MISSING`, `INPUT_INVALID` or `INPUT_RENAMED`.
 */
export function parseInputs<I extends InputParsers>(
  parsers: I,
  read: (name: string) => string,
  renamed: Readonly<Record<string, string>> = {},
): InputValues<I> {
  const mistakes = renamedInputs(read, renamed);
  const values: Record<string, unknown> = {};
  for (const [name, parser] of Object.entries(parsers)) {
    const text = read(name).trim();
    try {
      values[name] = parser.parse(name, text === '' ? (parser.fallback ?? '') : text);
    } catch (error) {
      if (!isSwitchyardError(error)) throw error;
      mistakes.push(error);
    }
  }
  if (mistakes.length > 0) throw new SwitchyardErrors(mistakes);
  return values as InputValues<I>;
}

function renamedInputs(read: (name: string) => string, renamed: Readonly<Record<string, string>>): SwitchyardError[] {
  return Object.entries(renamed)
    .filter(([old]) => read(old).trim() !== '')
    .map(
      ([old, current]) =>
        new SwitchyardError({
          code: 'INPUT_RENAMED',
          seen: `input "${old}" is set`,
          expected: `its present name "${current}"`,
          next: `rename "${old}" to "${current}" under "with:"`,
        }),
    );
}
