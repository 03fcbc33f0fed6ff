import { describe, expect, it } from '@jest/globals';
import { isSwitchyardError } from '@switchyard/domain';
import { type InputParser, input } from './input.ts';

/** Code and message of the refusal; fails when the text was taken. */
function refusal(parser: InputParser<unknown>, text: string): { code: string; message: string } {
  try {
    parser.parse('the-input', text);
  } catch (error) {
    if (isSwitchyardError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error(`"${text}" was taken`);
}

describe('input.required', () => {
  it('takes any text and refuses none', () => {
    expect(input.required().parse('the-input', 'x')).toBe('x');
    expect(input.required().required).toBe(true);
    expect(refusal(input.required(), '')).toEqual({
      code: 'INPUT_MISSING',
      message: 'INPUT_MISSING: input "the-input" is empty; expected a value; set "the-input" under "with:"',
    });
  });
});

describe('input.optional', () => {
  it('tells absent from given', () => {
    expect(input.optional().parse('the-input', '')).toBeUndefined();
    expect(input.optional().parse('the-input', '0')).toBe('0');
  });
});

describe('input.text', () => {
  it('carries the default of action.yml', () => {
    expect(input.text('switchyard.yml')).toMatchObject({ required: false, fallback: 'switchyard.yml' });
    expect(input.text('switchyard.yml').parse('the-input', 'other.yml')).toBe('other.yml');
  });
});

describe('input.boolean', () => {
  const parser = input.boolean('false');

  it.each([
    ['true', true],
    ['True', true],
    ['TRUE', true],
    ['false', false],
    ['False', false],
    ['FALSE', false],
  ])('reads %s', (text, value) => {
    expect(parser.parse('the-input', text)).toBe(value);
  });

  it.each(['yes', 'no', '1', '0', 'tRUE', 'true false', ''])('refuses %j', (text) => {
    expect(refusal(parser, text)).toEqual({
      code: 'INPUT_INVALID',
      message: `INPUT_INVALID: input "the-input" is ${JSON.stringify(text)}; expected "true" or "false"; correct "the-input" under "with:"`,
    });
  });
});

describe('input.wholeNumber', () => {
  const parser = input.wholeNumber({ min: 1, max: 100, fallback: '10' });

  it.each([
    ['1', 1],
    ['100', 100],
    ['007', 7],
  ])('reads %s', (text, value) => {
    expect(parser.parse('the-input', text)).toBe(value);
  });

  it.each(['0', '101', '-1', '+1', '1.5', '1e2', '0x10', 'ten', '1 2', '', '١'])('refuses %j', (text) => {
    const { code, message } = refusal(parser, text);
    expect(code).toBe('INPUT_INVALID');
    expect(message).toContain('expected a whole number from 1 to 100');
  });
});

describe('input.oneOf', () => {
  it('takes a word of the list as it is written', () => {
    expect(input.oneOf(['git', 'api']).parse('the-input', 'api')).toBe('api');
  });

  it.each(['API', 'ap', '', 'git,api'])('refuses %j and lists the words', (text) => {
    expect(refusal(input.oneOf(['git', 'api']), text).message).toContain('expected one of "git", "api"');
  });

  it('must be given when it has no default', () => {
    expect(input.oneOf(['git', 'api'])).toMatchObject({ required: true, fallback: undefined });
    expect(input.oneOf(['git', 'api'], 'git')).toMatchObject({ required: false, fallback: 'git' });
  });
});

describe('input.list and input.lines', () => {
  it.each([
    ['', []],
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    [' a ,\n b ,, \n', ['a', 'b']],
    ['a\r\nb', ['a', 'b']],
    ['a,a', ['a', 'a']],
  ])('a list %j has the items %j', (text, items) => {
    expect(input.list().parse('the-input', text)).toEqual(items);
  });

  it('lines keep their commas', () => {
    expect(input.lines().parse('the-input', 'inputs.x=1,2\n\n inputs.y=3 ')).toEqual(['inputs.x=1,2', 'inputs.y=3']);
    expect(input.lines().parse('the-input', '')).toEqual([]);
  });
});
