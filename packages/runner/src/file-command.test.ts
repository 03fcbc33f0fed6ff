import { describe, expect, it } from '@jest/globals';
import { parseFileCommand } from './file-command.ts';

const parse = (text: string) => Object.fromEntries(parseFileCommand(text, 'GITHUB_OUTPUT'));

describe('parseFileCommand', () => {
  it.each<[string, Record<string, string>]>([
    ['', {}],
    ['a=1\nb=x=y\n', { a: '1', b: 'x=y' }],
    ['a=\n', { a: '' }],
    ['a<<END\nline 1\n\nb=2\nEND\nc=3', { a: 'line 1\n\nb=2', c: '3' }],
    ['a<<END\nEND\n', { a: '' }],
    ['a=1<<2\n', { a: '1<<2' }],
    ['a=1\r\na=2\r\n', { a: '2' }],
    ['a<<X=Y\n1\nX=Y\n', { a: '1' }],
  ])('%j', (text, values) => {
    expect(parse(text)).toEqual(values);
  });

  it.each([
    ['a<<END\nnever closed', "no line 'END' closes 'a<<END'"],
    ['a<<\nx\n', 'closes'],
    ['just text', "invalid line 'just text'"],
    ['=1', "invalid line '=1'"],
  ])('refuses %j', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});
