import { describe, expect, it } from '@jest/globals';
import { Masker } from './masker.ts';

describe('Masker', () => {
  it('hides a value, each of its lines, and its encoded forms', () => {
    const masker = new Masker(['first line\nsecond "line"']);
    expect(masker.mask('a first line b')).toBe('a *** b');
    expect(masker.mask(JSON.stringify({ x: 'second "line"' }))).toBe('{"x":"***"}');
    expect(masker.mask(encodeURIComponent('second "line"'))).toBe('***');
  });

  it.each([0, 1, 2, 3, 4])('finds the base64 form after %i other bytes', (shift) => {
    const masker = new Masker(['hunter2-secret']);
    const encoded = Buffer.from(`${'x'.repeat(shift)}hunter2-secret and more`).toString('base64');
    expect(masker.mask(encoded)).toContain('***');
  });

  it('hides the longest of two values that overlap', () => {
    expect(new Masker(['token', 'token-long']).mask('token-long token')).toBe('*** ***');
  });

  it('ignores an empty value, and takes signs of patterns as they are', () => {
    expect(new Masker(['', ' ']).mask('a b')).toBe('a b');
    expect(new Masker(['a.b*']).mask('axb a.b*')).toBe('axb ***');
  });
});
