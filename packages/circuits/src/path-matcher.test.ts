import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import picomatch from 'picomatch';
import { createPathMatcher } from './path-matcher.ts';

const part = fc.constantFrom('a', 'b', '.c', 'd.yml', 'ü');
const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const globPart = fc.oneof(part, fc.constantFrom('*', '**', '*.yml', '{a,b}', '[ab]', '?'));
const glob = fc.array(globPart, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

describe('createPathMatcher', () => {
  it('finds the same hits as trying every glob on every path', () => {
    fc.assert(
      fc.property(fc.array(glob, { maxLength: 5 }), path, (globs, text) => {
        const matcher = createPathMatcher(globs.map((pattern, owner) => ({ pattern, owner })));
        const expected = globs.flatMap((pattern, owner) => {
          const literal = !picomatch.scan(pattern).isGlob;
          const hit = literal
            ? text === pattern || text.startsWith(`${pattern}/`)
            : picomatch(pattern, { dot: true })(text);
          return hit ? [owner] : [];
        });
        expect(matcher.match(text)).toEqual(expected);
      }),
    );
  });

  it.each([
    ['./data/', 'data/x.csv', true],
    ['data', 'database/x.csv', false],
    ['data', 'data', true],
    ['**/x.csv', 'deep/down/x.csv', true],
    ['**/x.csv', 'x.csv', true],
    ['a.b', 'aXb', false],
  ])('%s on %s: %s', (pattern, text, hit) => {
    expect(createPathMatcher([{ pattern, owner: 1 }]).match(text)).toEqual(hit ? [1] : []);
  });

  it('names an owner once, however many of its patterns match', () => {
    const patterns = ['a/*', 'a', 'a/b'].map((pattern) => ({ pattern, owner: 'x' }));
    expect(createPathMatcher(patterns).match('a/b')).toEqual(['x']);
  });

  it('takes an exception only from its own owner', () => {
    const matcher = createPathMatcher([
      { pattern: 'a/**', owner: 'x' },
      { pattern: '!a/b', owner: 'x' },
      { pattern: 'a/**', owner: 'y' },
    ]);
    expect(matcher.match('a/b')).toEqual(['y']);
    expect(matcher.match('a/c')).toEqual(['x', 'y']);
  });

  it('matches nothing without patterns', () => {
    expect(createPathMatcher([]).match('a')).toEqual([]);
  });
});
