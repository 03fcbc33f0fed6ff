import { describe, expect, it } from '@jest/globals';
import type { Value } from './expression.ts';
import { expandMatrix, matrixSuffix } from './matrix.ts';

const position = { file: 'w.yml', line: 2, column: 3 };
const expand = (matrix: Value) => expandMatrix(matrix, position);

describe('expandMatrix', () => {
  it('multiplies the vectors, the first one changing slowest', () => {
    expect(expand({ a: [1, 2], b: ['x', 'y'] })).toEqual([
      { a: 1, b: 'x' },
      { a: 1, b: 'y' },
      { a: 2, b: 'x' },
      { a: 2, b: 'y' },
    ]);
  });

  it('an exclude removes every combination it fits', () => {
    expect(expand({ a: [1, 2], b: ['x', 'y'], exclude: [{ a: 1 }, { a: 2, b: 'y' }] })).toEqual([{ a: 2, b: 'x' }]);
  });

  it('an include extends what it does not contradict, and may overwrite what an include added', () => {
    const include = [
      { colour: 'green' },
      { colour: 'pink', animal: 'cat' },
      { fruit: 'apple', shape: 'circle' },
      { fruit: 'banana' },
      { fruit: 'banana', animal: 'cat' },
    ];
    expect(expand({ fruit: ['apple', 'pear'], animal: ['cat', 'dog'], include })).toEqual([
      { fruit: 'apple', animal: 'cat', colour: 'pink', shape: 'circle' },
      { fruit: 'apple', animal: 'dog', colour: 'green', shape: 'circle' },
      { fruit: 'pear', animal: 'cat', colour: 'pink' },
      { fruit: 'pear', animal: 'dog', colour: 'green' },
      { fruit: 'banana' },
      { fruit: 'banana', animal: 'cat' },
    ]);
  });

  it('takes a list of includes alone', () => {
    expect(expand({ include: [{ circuit: 'A' }, { circuit: 'B' }] })).toEqual([{ circuit: 'A' }, { circuit: 'B' }]);
  });

  it.each<[string, Value]>([
    ["vector 'a' does not contain any values", { a: [] }],
    ["vector 'a' is not a list", { a: 'x' }],
    ['is not a mapping', 'x'],
    ['257 jobs', { a: Array.from({ length: 257 }, (_, index) => index) }],
    ['`include` of the matrix is not a list', { a: [1], include: { a: 2 } }],
  ])('refuses a matrix: %s', (text, matrix) => {
    expect(() => expand(matrix)).toThrow(text);
    expect(() => expand(matrix)).toThrow('w.yml:2:3: WORKFLOW_MATRIX_INVALID');
  });
});

describe('matrixSuffix', () => {
  it('lists the values, also inside objects', () => {
    expect(matrixSuffix({ a: 1, b: { c: 'x', d: ['y', true] } })).toBe(' (1, x, y, true)');
    expect(matrixSuffix({})).toBe('');
  });
});
