import { describe, expect, it } from '@jest/globals';
import { matchPatterns, whyNotTriggered } from './trigger.ts';

const position = { file: 'w.yml', line: 1, column: 1 };
const why = (event: string, filters: Record<string, string[]>, ref: string, changedFiles?: string[]) =>
  whyNotTriggered([{ event, position, filters }], { event, ref, activity: undefined, changedFiles });

describe('whyNotTriggered', () => {
  it.each<[Record<string, string[]>, string, boolean]>([
    [{}, 'refs/heads/x', true],
    [{ branches: ['main', 'release/**'] }, 'refs/heads/release/1/2', true],
    [{ branches: ['main'] }, 'refs/heads/develop', false],
    [{ branches: ['**', '!wip/**'] }, 'refs/heads/wip/a', false],
    [{ 'branches-ignore': ['wip/*'] }, 'refs/heads/wip/a', false],
    [{ branches: ['main'] }, 'refs/tags/v1', false],
    [{ tags: ['v*'] }, 'refs/tags/v1', true],
    [{ tags: ['v*'] }, 'refs/heads/main', false],
  ])('%j of %s', (filters, ref, starts) => {
    expect(why('push', filters, ref) === undefined).toBe(starts);
  });

  it('looks at changed paths, and lets unknown ones pass', () => {
    expect(why('push', { paths: ['src/**'] }, 'refs/heads/a', ['docs/x'])).toContain('paths');
    expect(why('push', { paths: ['src/**'] }, 'refs/heads/a', ['docs/x', 'src/y'])).toBeUndefined();
    expect(why('push', { 'paths-ignore': ['docs/**'] }, 'refs/heads/a', ['docs/x'])).toContain('paths-ignore');
    expect(why('push', { paths: ['src/**'] }, 'refs/heads/a')).toBeUndefined();
  });

  it('names the events there are when another one comes', () => {
    const event = { event: 'push', ref: 'refs/heads/a', activity: undefined, changedFiles: undefined };
    expect(whyNotTriggered([{ event: 'release', position, filters: {} }], event)).toContain('only release');
  });

  it('a closed pull request starts nothing unless it is asked for', () => {
    const event = { event: 'pull_request', ref: 'refs/heads/main', activity: 'closed', changedFiles: undefined };
    expect(whyNotTriggered([{ event: 'pull_request', position, filters: {} }], event)).toContain('closed');
    expect(
      whyNotTriggered([{ event: 'pull_request', position, filters: { types: ['closed'] } }], event),
    ).toBeUndefined();
  });
});

describe('matchPatterns', () => {
  it.each([
    ['*', 'a/b', false],
    ['**', 'a/b', true],
    ['**/x.yml', 'x.yml', true],
    ['v[0-9].*', 'v1.2', true],
    ['colou?r', 'color', true],
    ['a.b', 'axb', false],
    ['release/+(x)', 'release/+(x)', false],
  ])('%s and %s', (pattern, name, matches) => {
    expect(matchPatterns([pattern], name)).toBe(matches);
  });
});
