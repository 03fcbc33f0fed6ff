import { type SourcePosition, SwitchyardError, SwitchyardErrors } from '@switchyard/domain';
import { type Document, isAlias, isMap, isNode, isScalar, LineCounter, parseDocument, visit, type YAMLMap } from 'yaml';
import { indentQuoted } from './indent-quoted.ts';
import type { Problems } from './problems.ts';
import { applySets } from './set.ts';

/** A parsed document that can say where each of its nodes stands. */
export interface Source {
  readonly file: string;
  readonly document: Document;
  readonly root: YAMLMap;
  /** Dotted path to the `path=value` that put the value there. */
  readonly sets: ReadonlyMap<string, string>;
  positionOf(node: unknown, fallback: SourcePosition): SourcePosition;
}

// `${{ inputs.x }}` belongs to the service; `{{NAME}}` is a template that somebody still has to fill.
const templatePattern = /(?<!\$)\{\{\s*([A-Z][A-Z0-9_]*)\s*\}\}/g;

function assertFilled(text: string, file: string): void {
  const names: string[] = [];
  let position: SourcePosition | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trimStart().startsWith('#')) continue;
    for (const match of line.matchAll(templatePattern)) {
      if (match[1] && !names.includes(match[1])) names.push(match[1]);
      position ??= { file, line: index + 1, column: match.index + 1 };
    }
  }
  if (!position) return;
  throw new SwitchyardErrors([
    new SwitchyardError({
      code: 'YAML_TEMPLATE_UNFILLED',
      seen: `the template is not filled: ${names.map((name) => `{{${name}}}`).join(', ')}`,
      expected: 'a finished az ml document',
      next: 'put the values in, or write the keys plainly and give them with "set"',
      position,
    }),
  ]);
}

// `<NAME>` as a whole value is left for people to fill in.
const blankPattern = /:\s+["']?<[A-Za-z][^<>\n]*>["']?\s*$/m;

/** After the `set` list, which may have filled them. */
function assertNoBlanks(document: Document, file: string, lines: LineCounter): void {
  const found: { readonly text: string; readonly at: number }[] = [];
  visit(document, {
    Pair: (_, { value }) => {
      const text = isScalar(value) && typeof value.value === 'string' ? value.value.trim() : '';
      if (isScalar(value) && value.range && /^<[A-Za-z][^<>\n]*>$/.test(text)) found.push({ text, at: value.range[0] });
    },
  });
  const [first] = found;
  if (!first) return;
  const { line, col } = lines.linePos(first.at);
  throw new SwitchyardErrors([
    new SwitchyardError({
      code: 'YAML_TEMPLATE_UNFILLED',
      seen: `the template is not filled: ${[...new Set(found.map(({ text }) => text))].join(', ')}`,
      expected: 'a finished az ml document',
      next: 'put the values in, or give them with "set"',
      position: { file, line, column: col },
    }),
  ]);
}

function mistakesOf(document: Document, file: string, lines: LineCounter): SwitchyardError[] {
  return document.errors.map((error) => {
    const { line, col } = lines.linePos(error.pos[0]);
    return new SwitchyardError({
      code: 'YAML_SYNTAX',
      seen: error.message.split(/ at line \d+/)[0] ?? error.message,
      expected: 'YAML 1.2',
      position: { file, line, column: col },
      cause: error,
    });
  });
}

export interface SourceText {
  readonly text: string;
  readonly file: string;
  readonly set: readonly string[];
  /** Blanks that are not filled yet are no mistakes. */
  readonly isTemplate?: boolean;
}

/** Parses as YAML 1.2, and where that fails as the more lenient Python does. The first try's mistakes are the ones shown. */
function parse(text: string, file: string): { readonly document: Document; readonly lines: LineCounter } {
  const attempt = (one: string) => {
    const lines = new LineCounter();
    return { document: parseDocument(one, { lineCounter: lines, prettyErrors: true }), lines };
  };
  const first = attempt(text);
  if (first.document.errors.length === 0) return first;
  const second = first.document.errors.some(({ code }) => code === 'MISSING_CHAR')
    ? attempt(indentQuoted(text))
    : first;
  if (second.document.errors.length === 0) return second;
  throw new SwitchyardErrors(mistakesOf(first.document, file, first.lines));
}

/**
 * Parses the text and applies the `set` list.
 * @throws SwitchyardErrors `YAML_TEMPLATE_UNFILLED`, `YAML_SYNTAX`, `YAML_EMPTY`.
 */
export function readSource({ text, file, set, isTemplate = false }: SourceText, problems: Problems): Source {
  if (!isTemplate) assertFilled(text, file);
  const { document, lines } = parse(text, file);
  const root = document.contents;
  if (!isMap(root)) {
    throw new SwitchyardErrors([
      new SwitchyardError({
        code: 'YAML_EMPTY',
        seen: root === null ? 'the document is empty' : 'the document is not a map of keys',
        expected: 'an az ml document',
        position: { file, line: 1, column: 1 },
      }),
    ]);
  }
  const sets = applySets({ document, root, set, file }, problems);
  if (!isTemplate && blankPattern.test(text)) assertNoBlanks(document, file, lines);
  const positionOf = (node: unknown, fallback: SourcePosition) => {
    const start = isNode(node) ? node.range?.[0] : undefined;
    if (start === undefined) return fallback;
    const { line, col } = lines.linePos(start);
    return { file, line, column: col };
  };
  return { file, document, root, sets, positionOf };
}

/** Follows an alias to what it stands for. */
export function followAlias(source: Source, node: unknown): unknown {
  return isAlias(node) ? node.resolve(source.document) : node;
}
