import { Lexer } from '@actions/expressions';
import { evaluateExpression, evaluateToken, isTruthy, type Scope } from './expression.ts';
import type { TemplateToken, Token } from './token.ts';

const statusFunctions = new Set(['success', 'failure', 'always', 'cancelled']);

/**
 * Evaluates an `if`. Nothing given means `success()`; a condition without a status function gets `success() && (...)`
 * around it, as GitHub adds it.
 */
export function evaluateCondition(condition: Token | undefined, scope: Scope): boolean {
  if (condition?.kind === 'template') return evaluateTemplate(condition, scope);
  const text = conditionText(condition);
  if (text === '') return isTruthy(evaluateExpression('success()', scope, condition?.position));
  const complete = usesStatusFunction(text) ? text : `success() && (${text})`;
  return isTruthy(evaluateExpression(complete, scope, condition?.position));
}

/** A text with expressions in it is true unless it is empty: a trap, and GitHub's too. */
function evaluateTemplate(condition: TemplateToken, scope: Scope): boolean {
  const value = evaluateToken(condition, scope);
  const decides = condition.expressions.some(usesStatusFunction);
  return isTruthy(value) && (decides || isTruthy(evaluateExpression('success()', scope, condition.position)));
}

/** Evaluates a `pre-if` or `post-if`, which GitHub takes as written; nothing given means `always()`. */
export function evaluateBareCondition(condition: Token | undefined, scope: Scope): boolean {
  if (condition?.kind === 'template') return isTruthy(evaluateToken(condition, scope));
  const text = conditionText(condition);
  return text === '' || isTruthy(evaluateExpression(text, scope, condition?.position));
}

function conditionText(condition: Token | undefined): string {
  if (condition?.kind === 'expression') return condition.expression;
  if (condition?.kind === 'literal' && condition.value !== null) return String(condition.value).trim();
  return '';
}

function usesStatusFunction(expression: string): boolean {
  const { tokens } = new Lexer(expression).lex();
  return tokens.some(
    (token, index) => statusFunctions.has(token.lexeme.toLowerCase()) && tokens[index + 1]?.lexeme === '(',
  );
}
