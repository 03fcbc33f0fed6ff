/** A text with `${{ }}` in it, taken apart: there is always one text more than there are expressions. */
export interface TemplateParts {
  readonly texts: readonly string[];
  readonly expressions: readonly string[];
}

/** Takes a text apart. Expressions come without `${{ }}`; `}}` inside quotes does not end one. */
export function splitTemplate(text: string): TemplateParts {
  const texts: string[] = [];
  const expressions: string[] = [];
  let from = 0;
  for (;;) {
    const open = text.indexOf('${{', from);
    const close = open < 0 ? -1 : endOfExpression(text, open + 3);
    if (close < 0) {
      texts.push(text.slice(from));
      return { texts, expressions };
    }
    texts.push(text.slice(from, open));
    expressions.push(text.slice(open + 3, close).trim());
    from = close + 2;
  }
}

function endOfExpression(text: string, start: number): number {
  let quoted = false;
  for (let index = start; index < text.length; index += 1) {
    if (text[index] === "'") quoted = !quoted;
    else if (!quoted && text.startsWith('}}', index)) return index;
  }
  return -1;
}
