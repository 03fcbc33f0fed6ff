import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import { errorText, type SourcePosition, SwitchyardError } from '@switchyard/domain';
import type { Scalar, TemplateToken, Token } from './token.ts';

/** What an expression may give: plain JSON. */
export type Value = Scalar | Value[] | { [key: string]: Value };

/** Values and functions that an expression may use. Contexts that are not given are empty. */
export interface Scope {
  readonly contexts: Readonly<Record<string, unknown>>;
  readonly functions?: ScopeFunctions;
}

/** Functions whose answer only the caller knows; using one that is not given is an error. */
export interface ScopeFunctions {
  readonly success?: () => boolean;
  readonly failure?: () => boolean;
  readonly always?: () => boolean;
  readonly cancelled?: () => boolean;
  readonly hashFiles?: (patterns: readonly string[]) => string;
}

/** Every context GitHub knows; the evaluator needs all of them present. */
const contextNames = [
  'github',
  'env',
  'vars',
  'secrets',
  'inputs',
  'needs',
  'strategy',
  'matrix',
  'steps',
  'job',
  'jobs',
  'runner',
];

/**
 * Evaluates one expression, without `${{ }}`. Rules are GitHub's own: comparison of text ignores case, missing
 * properties are null.
 */
export function evaluateExpression(expression: string, scope: Scope, position?: SourcePosition): Value {
  try {
    const functions = functionDefinitions(scope.functions ?? {});
    const tree = new Parser(lex(expression), contextNames, functions).parse();
    const pairs = contextNames.map((key) => ({ key, value: toData(scope.contexts[key] ?? {}) }));
    const byName = new Map(functions.map((each) => [each.name.toLowerCase(), each]));
    return fromData(new Evaluator(tree, new data.Dictionary(...pairs), byName).evaluate());
  } catch (error) {
    if (error instanceof SwitchyardError) throw error;
    throw new SwitchyardError({
      code: 'WORKFLOW_EXPRESSION_INVALID',
      seen: `expression \`${expression}\`: ${errorText(error)}`,
      ...(position ? { position } : {}),
      cause: error,
    });
  }
}

/** Evaluates every expression in a token and returns plain values. */
export function evaluateToken(token: Token, scope: Scope): Value {
  switch (token.kind) {
    case 'literal':
      return token.value;
    case 'expression':
      return evaluateExpression(token.expression, scope, token.position);
    case 'template':
      return token.texts.reduce((text, next, index) => text + evaluatePart(token, index - 1, scope) + next);
    case 'sequence':
      return token.items.map((item) => evaluateToken(item, scope));
    case 'mapping':
      return Object.fromEntries(token.entries.map((entry) => [entry.key, evaluateToken(entry.value, scope)]));
  }
}

function evaluatePart(token: TemplateToken, index: number, scope: Scope): string {
  return valueText(evaluateExpression(token.expressions[index] ?? '', scope, token.position));
}

/** The token's value as text, as GitHub turns values into text: null is empty, an object is `Object`. */
export function evaluateText(token: Token, scope: Scope): string {
  return valueText(evaluateToken(token, scope));
}

/** Text of a value by GitHub's rules. */
export function valueText(value: Value): string {
  return toData(value).coerceString();
}

/** True where GitHub's `if` is true: everything but false, 0, '' and null. */
export function isTruthy(value: Value): boolean {
  return !(value === false || value === 0 || value === '' || value === null || Number.isNaN(value));
}

/** The library's lexer turns only the first `''` of a text into a quote. */
function lex(expression: string) {
  return new Lexer(expression)
    .lex()
    .tokens.map((token) =>
      token.lexeme.startsWith("'") ? { ...token, value: token.lexeme.slice(1, -1).replaceAll("''", "'") } : token,
    );
}

function toData(value: unknown): data.ExpressionData {
  if (value === null || value === undefined) return new data.Null();
  if (typeof value === 'string') return new data.StringData(value);
  if (typeof value === 'number') return new data.NumberData(value);
  if (typeof value === 'boolean') return new data.BooleanData(value);
  if (Array.isArray(value)) return new data.Array(...value.map(toData));
  const pairs = Object.entries(value).filter(([, item]) => item !== undefined);
  return new data.Dictionary(...pairs.map(([key, item]) => ({ key, value: toData(item) })));
}

function fromData(value: data.ExpressionData): Value {
  switch (value.kind) {
    case data.Kind.String:
    case data.Kind.Number:
    case data.Kind.Boolean:
      return value.value;
    case data.Kind.Null:
      return null;
    case data.Kind.Array:
      return value.values().map(fromData);
    case data.Kind.Dictionary:
      return Object.fromEntries(value.pairs().map((pair) => [pair.key, fromData(pair.value)]));
  }
}

interface FunctionDefinition {
  readonly name: string;
  readonly minArgs: number;
  readonly maxArgs: number;
  readonly call: (...args: data.ExpressionData[]) => data.ExpressionData;
}

function functionDefinitions(given: ScopeFunctions): FunctionDefinition[] {
  const status = (['success', 'failure', 'always', 'cancelled'] as const).flatMap((name) => {
    const answer = given[name];
    if (!answer) return [];
    return [{ name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(answer()) }];
  });
  const { hashFiles } = given;
  if (!hashFiles) return status;
  const call = (...args: data.ExpressionData[]) =>
    new data.StringData(hashFiles(args.map((arg) => arg.coerceString())));
  return [...status, { name: 'hashFiles', minArgs: 1, maxArgs: 255, call }];
}
