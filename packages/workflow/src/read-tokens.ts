import { isBasicExpression, isLiteral, isMapping, isSequence, isString } from '@actions/workflow-parser';
import type { TemplateContext } from '@actions/workflow-parser/templates/template-context';
import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/template-token';
import { YamlObjectReader } from '@actions/workflow-parser/workflows/yaml-object-reader';
import { type SourcePosition, SwitchyardError } from '@switchyard/domain';
import { splitTemplate } from './template-text.ts';
import type { Scalar, Token } from './token.ts';

/** Throws the first mistake the parser found; the later ones are mostly consequences of it. */
export function throwFirstError(context: TemplateContext, file: string): void {
  const [first] = context.errors.getErrors();
  if (!first) return;
  const start = first.range?.start;
  throw new SwitchyardError({
    code: 'WORKFLOW_SYNTAX_INVALID',
    seen: first.rawMessage,
    position: { file, line: start?.line ?? 1, column: start?.column ?? 1 },
    next: unsupportedHint(first.rawMessage),
  });
}

function unsupportedHint(message: string): string {
  const key = /^Unexpected value '(background|wait|wait-all|cancel|parallel)'$/.exec(message)?.[1];
  return key
    ? `steps that run side by side (\`${key}\`) are not supported here; use separate jobs`
    : 'correct the file; later mistakes show after this one';
}

/** Turns the library's validated tree into ours. `content` is the text the tree was read from. */
export function readTokens(root: TemplateToken, file: string, content: string): Token {
  return new TokenReader(file, scalarTexts(content)).read(root);
}

class TokenReader {
  readonly #file: string;
  readonly #texts: ReadonlyMap<string, string>;

  constructor(file: string, texts: ReadonlyMap<string, string>) {
    this.#file = file;
    this.#texts = texts;
  }

  read(token: TemplateToken): Token {
    const position = this.#position(token);
    if (isMapping(token)) {
      const entries = [...token].map(({ key, value }) => {
        if (!isString(key)) throw this.#unsupportedKey(key);
        return { key: key.value, position: this.#position(key), value: this.read(value) };
      });
      return { kind: 'mapping', entries, position };
    }
    if (isSequence(token)) return { kind: 'sequence', items: [...token].map((item) => this.read(item)), position };
    if (isBasicExpression(token)) {
      return this.#template(this.#texts.get(key(token)) ?? `\${{ ${token.expression} }}`, position);
    }
    if (isLiteral(token)) return { kind: 'literal', value: scalar(token), position };
    throw this.#unsupportedKey(token);
  }

  /**
   * Taken from the text itself: the parser joins several parts into one `format(...)`, and loses indentation and
   * quotes on the way.
   */
  #template(text: string, position: SourcePosition): Token {
    const { texts, expressions } = splitTemplate(text);
    const [expression] = expressions;
    if (expression !== undefined && expressions.length === 1 && texts.every((each) => each === '')) {
      return { kind: 'expression', expression, text, position };
    }
    return { kind: 'template', texts, expressions, text, position };
  }

  #position(token: TemplateToken): SourcePosition {
    return { file: this.#file, line: token.line ?? 1, column: token.col ?? 1 };
  }

  #unsupportedKey(token: TemplateToken): SwitchyardError {
    return new SwitchyardError({
      code: 'WORKFLOW_UNSUPPORTED',
      seen: 'an expression stands where a key belongs',
      expected: 'a plain key',
      position: this.#position(token),
    });
  }
}

function scalar(token: TemplateToken): Scalar {
  if ('value' in token) {
    const { value } = token;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  }
  return null;
}

function key(token: TemplateToken): string {
  return `${token.range?.start.line}:${token.range?.start.column}`;
}

/** Every text of the file as YAML reads it, by where it starts. */
function scalarTexts(content: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const reader = new YamlObjectReader(0, content);
  const walk = (): boolean => {
    const literal = reader.allowLiteral();
    if (literal) {
      if (isString(literal)) texts.set(key(literal), literal.value);
      return true;
    }
    if (reader.allowSequenceStart()) {
      while (!reader.allowSequenceEnd()) walk();
      return true;
    }
    if (reader.allowMappingStart()) {
      while (!reader.allowMappingEnd()) walk();
      return true;
    }
    return false;
  };
  reader.validateStart();
  walk();
  return texts;
}
