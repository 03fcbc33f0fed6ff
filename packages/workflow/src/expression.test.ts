import { describe, expect, it } from '@jest/globals';
import { evaluateCondition } from './condition.ts';
import { evaluateExpression, evaluateText, type Scope } from './expression.ts';
import { splitTemplate } from './template-text.ts';
import type { Token } from './token.ts';

const contexts = {
  github: { ref: 'refs/heads/Main', event: { commits: [{ id: 'a' }, { id: 'b' }], empty: null } },
  needs: { a: { result: 'success', outputs: { list: '["x","y"]', 'with-hyphen': 'h' } } },
  env: { EMPTY: '', ZERO: '0' },
};

describe('evaluateExpression', () => {
  it.each([
    ["github.ref == 'REFS/HEADS/main'", true],
    ['env.EMPTY == 0', true],
    ['github.missing.deeper', null],
    ["github.missing == ''", true],
    ['fromJSON(needs.a.outputs.list)[1]', 'y'],
    ['needs.a.outputs.with-hyphen', 'h'],
    ["join(github.event.commits.*.id, '-')", 'a-b'],
    ["case(startsWith(github.ref, 'refs/heads/r'), 'test', 'dev')", 'dev'],
    ["github.missing && 'x' || 'fallback'", 'fallback'],
    ["'it''s ''quoted'''", "it's 'quoted'"],
    ["format('{{0}} {0}', 1)", '{0} 1'],
    ["contains(fromJSON('[\"a\"]'), 'A')", true],
    ['vars.nothing', null],
    ['toJSON(fromJSON(\'{"a":[1,true,null]}\'))', '{\n  "a": [\n    1,\n    true,\n    null\n  ]\n}'],
  ])('%s', (expression, value) => {
    expect(evaluateExpression(expression, { contexts })).toEqual(value);
  });

  it('gives hashFiles its patterns', () => {
    const scope: Scope = { contexts, functions: { hashFiles: (patterns) => patterns.join('+') } };
    expect(evaluateExpression("hashFiles('a', github.event.commits[0].id)", scope)).toBe('a+a');
  });

  it('names the expression and the place of a mistake', () => {
    const position = { file: 'w.yml', line: 3, column: 4 };
    expect(() => evaluateExpression('hashFiles(1)', { contexts }, position)).toThrow('w.yml:3:4: WORKFLOW_EXPRESSION');
    expect(() => evaluateExpression('nonsense.x', { contexts })).toThrow('nonsense');
    expect(() => evaluateExpression("fromJSON('{')", { contexts })).toThrow('fromJSON');
  });
});

describe('evaluateText', () => {
  const position = { file: 'w.yml', line: 1, column: 1 };
  it.each([
    [`a \${{ env.ZERO }} b`, 'a 0 b'],
    [`\${{ '}}' }}!`, '}}!'],
    [`\${{ true }} \${{ null }}|`, 'true |'],
    ['${{ open', '${{ open'],
  ])('%s', (text, value) => {
    const token: Token = { kind: 'template', ...splitTemplate(text), text, position };
    expect(evaluateText(token, { contexts })).toBe(value);
  });
});

describe('evaluateCondition', () => {
  const position = { file: 'w.yml', line: 1, column: 1 };
  const literal = (value: string | boolean): Token => ({ kind: 'literal', value, position });
  const scope = (success: boolean): Scope => ({
    contexts,
    functions: { success: () => success, failure: () => !success, always: () => true, cancelled: () => false },
  });

  it.each<[Token | undefined, boolean, boolean]>([
    [undefined, true, false],
    [literal(''), true, false],
    [literal('true'), true, false],
    [literal('false'), false, false],
    [literal('always()'), true, true],
    [literal('failure()'), false, true],
    [literal('!cancelled() && true'), true, true],
    [literal("'always()' != ''"), true, false],
    [{ kind: 'expression', expression: "needs.a.result == 'success'", text: '', position }, true, false],
    [{ kind: 'template', ...splitTemplate(`\${{ false }} text`), text: '', position }, true, false],
    [{ kind: 'template', ...splitTemplate(`\${{ always() }} text`), text: '', position }, true, true],
  ])('condition %# after success and after failure', (condition, afterSuccess, afterFailure) => {
    expect(evaluateCondition(condition, scope(true))).toBe(afterSuccess);
    expect(evaluateCondition(condition, scope(false))).toBe(afterFailure);
  });
});
