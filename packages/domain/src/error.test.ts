import { describe, expect, it } from '@jest/globals';
import { assertNever, errorText, isSwitchyardError, SwitchyardError, SwitchyardErrors } from './error.ts';

const full = {
  code: 'CONFIG_UNKNOWN_KEY',
  seen: 'unknown key "gaet"',
  expected: '"gate"',
  next: 'rename it',
  position: { file: 'switchyard.yml', line: 5, column: 3 },
};

describe('the message of an error', () => {
  it('has place, code, what was seen, what was expected and the next step', () => {
    expect(new SwitchyardError(full).message).toBe(
      'switchyard.yml:5:3: CONFIG_UNKNOWN_KEY: unknown key "gaet"; expected "gate"; rename it',
    );
  });

  it.each([
    [{}, 'A_B: seen'],
    [{ expected: 'x' }, 'A_B: seen; expected x'],
    [{ next: 'do y' }, 'A_B: seen; do y'],
    [{ expected: '', next: '' }, 'A_B: seen'],
  ])('leaves out what %j does not say', (given, message) => {
    expect(new SwitchyardError({ code: 'A_B', seen: 'seen', ...given }).message).toBe(message);
  });
});

describe('an error', () => {
  it('keeps its parts', () => {
    const error = new SwitchyardError(full);
    expect(error).toMatchObject({ ...full, name: 'SwitchyardError', kind: 'user' });
    expect(error.cause).toBeUndefined();
    expect('cause' in error).toBe(false);
  });

  it('keeps its cause and says when the user cannot mend it', () => {
    const cause = new Error('503');
    const error = new SwitchyardError({ code: 'AZURE_FAILED', seen: 'no answer', kind: 'failure', cause });
    expect(error.cause).toBe(cause);
    expect(error.kind).toBe('failure');
  });

  it('is known by its code', () => {
    const error = new SwitchyardError(full);
    expect(isSwitchyardError(error)).toBe(true);
    expect(isSwitchyardError(error, 'CONFIG_UNKNOWN_KEY')).toBe(true);
    expect(isSwitchyardError(error, 'CONFIG_OTHER')).toBe(false);
    expect(isSwitchyardError(new Error('CONFIG_UNKNOWN_KEY'))).toBe(false);
    expect(isSwitchyardError(undefined)).toBe(false);
  });
});

describe('several errors', () => {
  it('show one line each, in the order found', () => {
    const errors = ['ONE_WRONG', 'TWO_WRONG'].map((code) => new SwitchyardError({ code, seen: 'bad' }));
    const together = new SwitchyardErrors(errors);
    expect(together.message).toBe('ONE_WRONG: bad\nTWO_WRONG: bad');
    expect(together.errors).toEqual(errors);
    expect(isSwitchyardError(together)).toBe(false);
  });
});

describe('errorText', () => {
  it.each([
    [new Error('broken'), 'broken'],
    ['plain text', 'plain text'],
    [undefined, 'undefined'],
    [['a', 1], 'a,1'],
  ])('reads anything that was thrown: %p', (thrown, text) => {
    expect(errorText(thrown)).toBe(text);
  });
});

describe('assertNever', () => {
  it('names the value that no branch took', () => {
    const value: unknown = 'maybe';
    expect(() => assertNever(value as never)).toThrow('INTERNAL_UNEXPECTED_VALUE: unexpected value "maybe"');
  });
});
