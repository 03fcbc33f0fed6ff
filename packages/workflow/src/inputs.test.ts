import { describe, expect, it } from '@jest/globals';
import type { Value } from './expression.ts';
import { resolveInputs } from './inputs.ts';
import type { InputDefinition } from './workflow.ts';

const position = { file: 'w.yml', line: 1, column: 1 };
const input = (definition: Partial<InputDefinition> & { name: string }): InputDefinition => ({
  type: 'string',
  required: false,
  default: undefined,
  options: [],
  position,
  ...definition,
});
const resolve = (definitions: InputDefinition[], given: Record<string, Value>) =>
  resolveInputs({ definitions, given, what: 'x.yml', scope: { contexts: { github: { ref: 'r' } } }, position });

describe('resolveInputs', () => {
  it('types what is given as text', () => {
    const definitions = [input({ name: 'n', type: 'number' }), input({ name: 'b', type: 'boolean' })];
    expect(resolve(definitions, { n: '4', b: 'true' })).toEqual({ n: 4, b: true });
  });

  it('fills in defaults, which may be expressions, and else empty values', () => {
    const definitions = [
      input({ name: 'ref', default: { kind: 'expression', expression: 'github.ref', text: '', position } }),
      input({ name: 's' }),
      input({ name: 'n', type: 'number' }),
      input({ name: 'b', type: 'boolean' }),
    ];
    expect(resolve(definitions, {})).toEqual({ ref: 'r', s: '', n: 0, b: false });
  });

  it('an empty text is given, and not the default', () => {
    const definitions = [input({ name: 's', default: { kind: 'literal', value: 'd', position } })];
    expect(resolve(definitions, { s: '' })).toEqual({ s: '' });
  });

  it.each<[string, InputDefinition, Record<string, Value>]>([
    ['WORKFLOW_INPUT_UNKNOWN', input({ name: 'a' }), { b: '1' }],
    ['WORKFLOW_INPUT_MISSING', input({ name: 'a', required: true }), {}],
    ['WORKFLOW_INPUT_INVALID', input({ name: 'a', type: 'number' }), { a: 'four' }],
    ['WORKFLOW_INPUT_INVALID', input({ name: 'a', type: 'number' }), { a: ' ' }],
    ['WORKFLOW_INPUT_INVALID', input({ name: 'a', type: 'boolean' }), { a: 'yes' }],
    ['WORKFLOW_INPUT_INVALID', input({ name: 'a', type: 'choice', options: ['x'] }), { a: 'y' }],
  ])('%s', (code, definition, given) => {
    expect(() => resolve([definition], given)).toThrow(`w.yml:1:1: ${code}`);
  });
});
