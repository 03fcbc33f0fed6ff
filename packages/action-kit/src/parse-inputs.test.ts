import { describe, expect, it } from '@jest/globals';
import { SwitchyardErrors } from '@switchyard/domain';
import { type InputParser, input } from './input.ts';
import { parseInputs } from './parse-inputs.ts';

const parsers = {
  circuit: input.required(),
  config: input.text('switchyard.yml'),
  'min-rows': input.wholeNumber({ min: 1, max: 1000, fallback: '100' }),
  'dry-run': input.boolean('false'),
  circuits: input.list(),
  'run-name': input.optional(),
};

function reader(given: Readonly<Record<string, string>>): (name: string) => string {
  return (name) => given[name] ?? '';
}

/** The messages of all mistakes; fails when there was none. */
function mistakes(given: Readonly<Record<string, string>>, renamed: Readonly<Record<string, string>> = {}): string[] {
  try {
    parseInputs(parsers, reader(given), renamed);
  } catch (error) {
    if (error instanceof SwitchyardErrors) return error.errors.map(({ code, seen }) => `${code} ${seen}`);
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('parseInputs', () => {
  it('uses the defaults for what is not given', () => {
    expect(parseInputs(parsers, reader({ circuit: 'PLANT001_CIRCUIT01' }))).toEqual({
      circuit: 'PLANT001_CIRCUIT01',
      config: 'switchyard.yml',
      'min-rows': 100,
      'dry-run': false,
      circuits: [],
      'run-name': undefined,
    });
  });

  it('trims what is given, and takes blanks for absent', () => {
    const values = parseInputs(
      parsers,
      reader({ circuit: ' C \n', config: '  ', 'min-rows': ' 7 ', 'run-name': '\t' }),
    );
    expect(values).toMatchObject({ circuit: 'C', config: 'switchyard.yml', 'min-rows': 7, 'run-name': undefined });
  });

  it('reports every mistake at once, in the order of the inputs', () => {
    expect(mistakes({ 'dry-run': 'perhaps', 'min-rows': 'many' })).toEqual([
      'INPUT_MISSING input "circuit" is empty',
      'INPUT_INVALID input "min-rows" is "many"',
      'INPUT_INVALID input "dry-run" is "perhaps"',
    ]);
  });

  it('does not put a default over garbage', () => {
    expect(mistakes({ circuit: 'C', 'min-rows': '0' })).toEqual(['INPUT_INVALID input "min-rows" is "0"']);
  });

  it('refuses a renamed input with its present name, beside the other mistakes', () => {
    const renamed = { env: 'environment', rows: 'min-rows' };
    expect(mistakes({ env: 'test' }, renamed)).toEqual([
      'INPUT_RENAMED input "env" is set',
      'INPUT_MISSING input "circuit" is empty',
    ]);
    expect(() => parseInputs(parsers, reader({ circuit: 'C', rows: '5' }), renamed)).toThrow(
      'INPUT_RENAMED: input "rows" is set; expected its present name "min-rows"; rename "rows" to "min-rows" under "with:"',
    );
  });

  it('does not mind a renamed input that is not set', () => {
    expect(parseInputs(parsers, reader({ circuit: 'C', env: ' ' }), { env: 'environment' }).circuit).toBe('C');
  });

  it('passes on a defect of a parser as it is', () => {
    const broken: InputParser<string> = {
      required: false,
      fallback: undefined,
      parse: () => {
        throw new RangeError('defect');
      },
    };
    expect(() => parseInputs({ broken, circuit: input.required() }, reader({}))).toThrow(RangeError);
  });
});
