import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { code, escapeCell } from './markdown.ts';
import { markdown, renderTable } from './table.ts';
import { renderTrafficBars } from './traffic-bars.ts';
import { truncateMiddle } from './truncate.ts';

describe('renderTable', () => {
  it('is nothing without rows', () => {
    expect(renderTable(['a'], [])).toBe('');
  });

  it('fills short rows and drops what goes beyond the header', () => {
    expect(renderTable(['a', 'b'], [['1'], ['1', '2', '3']])).toBe('| a | b |\n| --- | --- |\n| 1 |  |\n| 1 | 2 |');
  });

  it('keeps one row on one line, whatever a cell holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const table = renderTable(['a', 'b'], [[text, 'x']]);
        expect(table.split(/\r|\n/)).toHaveLength(3);
        expect(table.endsWith(' | x |')).toBe(true);
      }),
    );
  });

  it('escapes text and leaves Markdown alone', () => {
    expect(renderTable(['a'], [['`a|b` <b>&'], [markdown('**x**')]])).toContain(
      '| `a\\|b` &lt;b&gt;&amp; |\n| **x** |',
    );
  });
});

describe('escapeCell', () => {
  it.each([
    ['a|b', 'a\\|b'],
    ['a\\|b', 'a\\\\\\|b'],
    ['a\r\nb\nc', 'a<br>b<br>c'],
    ['<img src=x onerror=y>', '&lt;img src=x onerror=y&gt;'],
    ['', ''],
  ])('makes %j to %j', (text, escaped) => {
    expect(escapeCell(text)).toBe(escaped);
  });
});

describe('code', () => {
  it('cannot be ended from inside', () => {
    expect(code('a`b\nc|d')).toBe('`ab c\\|d`');
  });
});

describe('renderTrafficBars', () => {
  it.each([
    [{}, 'no live traffic'],
    [{ blue: 0 }, 'no live traffic'],
    [{ blue: 100 }, 'blue ████████████████████ 100 %'],
    [{ a: 99, bcd: 1 }, 'a   ████████████████████  99 %\nbcd █░░░░░░░░░░░░░░░░░░░   1 %'],
  ])('draws %j', (traffic, text) => {
    expect(renderTrafficBars(traffic)).toBe(text);
  });
});

describe('truncateMiddle', () => {
  const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

  it('leaves a text that fits as it is', () => {
    expect(truncateMiddle('short')).toBe('short');
    expect(truncateMiddle('a'.repeat(900_000))).toHaveLength(900_000);
  });

  it('keeps the beginning and the end of a longer one', () => {
    const text = truncateMiddle(`begin${'x'.repeat(1_000_000)}end`);
    expect(bytesOf(text)).toBeLessThanOrEqual(900_000);
    expect(text.startsWith('beginx')).toBe(true);
    expect(text.endsWith('xend')).toBe(true);
    expect(text).toContain('… 1000008 bytes, cut to 900000 …');
  });

  it('never splits a character and never passes the limit', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 100, maxLength: 400 }),
        fc.integer({ min: 60, max: 300 }),
        (text, limit) => {
          const cut = truncateMiddle(text, limit);
          expect(bytesOf(cut)).toBeLessThanOrEqual(Math.max(limit, 60));
          const [head = '', tail = ''] = cut.split(/\n\n… \d+ bytes, cut to \d+ …\n\n/);
          expect(text.startsWith(head) && text.endsWith(tail)).toBe(true);
        },
      ),
    );
  });
});
