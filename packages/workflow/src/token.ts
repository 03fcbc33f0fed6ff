import type { SourcePosition } from '@switchyard/domain';
import { SwitchyardError } from '@switchyard/domain';
import type { TemplateParts } from './template-text.ts';

export type Scalar = string | number | boolean | null;

/** A value as it stands in the file; expressions are not evaluated yet. */
export type Token = LiteralToken | ExpressionToken | TemplateToken | SequenceToken | MappingToken;

export interface LiteralToken {
  readonly kind: 'literal';
  readonly value: Scalar;
  readonly position: SourcePosition;
}

/** `${{ x }}` and nothing else: its value keeps its type. */
export interface ExpressionToken {
  readonly kind: 'expression';
  readonly expression: string;
  /** As written in the file. */
  readonly text: string;
  readonly position: SourcePosition;
}

/** `a ${{ x }} b`: its value is a text. */
export interface TemplateToken extends TemplateParts {
  readonly kind: 'template';
  /** As written in the file. */
  readonly text: string;
  readonly position: SourcePosition;
}

export interface SequenceToken {
  readonly kind: 'sequence';
  readonly items: readonly Token[];
  readonly position: SourcePosition;
}

export interface MappingToken {
  readonly kind: 'mapping';
  readonly entries: readonly MappingEntry[];
  readonly position: SourcePosition;
}

export interface MappingEntry {
  readonly key: string;
  readonly position: SourcePosition;
  readonly value: Token;
}

/** The value under `key`; keys are compared as written. */
export function find(token: Token | undefined, key: string): Token | undefined {
  return token?.kind === 'mapping' ? token.entries.find((entry) => entry.key === key)?.value : undefined;
}

/** Entries of a mapping; none for nothing or null, an error for anything else. */
export function entriesOf(token: Token | undefined, what: string): readonly MappingEntry[] {
  if (token === undefined || (token.kind === 'literal' && token.value === null)) return [];
  if (token.kind === 'mapping') return token.entries;
  throw unexpected(token, what, 'a mapping');
}

/** The literal text of a token; numbers and booleans as they are written in YAML. */
export function literalText(token: Token | undefined, what: string): string | undefined {
  if (token === undefined) return undefined;
  if (token.kind === 'literal') return token.value === null ? '' : String(token.value);
  throw unexpected(token, what, 'plain text without an expression');
}

/** One text or a list of texts, as a list. */
export function literalList(token: Token | undefined, what: string): string[] {
  if (token === undefined) return [];
  const items = token.kind === 'sequence' ? token.items : [token];
  return items.map((item) => literalText(item, what) ?? '');
}

export function unexpected(token: Token, what: string, expected: string): SwitchyardError {
  return new SwitchyardError({
    code: 'WORKFLOW_UNEXPECTED_VALUE',
    seen: `${what} is ${token.kind === 'literal' ? JSON.stringify(token.value) : `an ${token.kind}`}`,
    expected,
    position: token.position,
  });
}
