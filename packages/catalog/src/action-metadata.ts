import { type SourcePosition, SwitchyardError, SwitchyardErrors } from '@switchyard/domain';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';

/** One input or output of an action. Text that the file does not have is empty. */
export interface ActionField {
  readonly name: string;
  readonly description: string;
  readonly position: SourcePosition;
}

export interface ActionInput extends ActionField {
  readonly required: boolean;
  /** Undefined when there is none; an empty text is a default. */
  readonly default: string | undefined;
  readonly deprecationMessage: string | undefined;
}

/** What an `action.yml` says. */
export interface ActionMetadata {
  /** Path of the file, for example `actions/train/action.yml`. */
  readonly path: string;
  /** Name of its folder: the name that the action has everywhere else. */
  readonly folder: string;
  readonly name: string;
  readonly description: string;
  readonly inputs: readonly ActionInput[];
  readonly outputs: readonly ActionField[];
  readonly runs: Readonly<Record<string, string>>;
  /** Where `name`, `description`, `runs`, `runs.using` and so on stand; line 1 for what is missing. */
  positionOf(...keys: readonly string[]): SourcePosition;
}

/**
 * Reads an `action.yml`. Content is not judged here; see `checkMetadata`.
 * @throws SwitchyardErrors with one `CATALOG_NOT_YAML`.
 */
export function parseAction(text: string, path: string): ActionMetadata {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const positionAt = (offset: number): SourcePosition => {
    const { line, col } = lines.linePos(offset);
    return { file: path, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const [error] = document.errors;
  if (error || !isMap(document.contents)) throw notAnAction(error?.message, positionAt(error?.pos[0] ?? 0));
  const positionOf = (...keys: readonly string[]): SourcePosition => positionAt(offsetOfKey(document, keys));
  const fields = (area: string): [string, ActionField][] =>
    keysAt(document, [area]).map((name) => {
      const description = textAt(document, [area, name, 'description']) ?? '';
      return [name, { name, description, position: positionOf(area, name) }];
    });
  return {
    path,
    folder: path.split('/').at(-2) ?? '',
    name: textAt(document, ['name']) ?? '',
    description: textAt(document, ['description']) ?? '',
    inputs: fields('inputs').map(([name, field]) => ({ ...field, ...inputAt(document, name) })),
    outputs: fields('outputs').map(([, field]) => field),
    runs: Object.fromEntries(keysAt(document, ['runs']).map((key) => [key, textAt(document, ['runs', key]) ?? ''])),
    positionOf,
  };
}

function inputAt(document: Document, name: string): Pick<ActionInput, 'required' | 'default' | 'deprecationMessage'> {
  const text = (key: string): string | undefined => textAt(document, ['inputs', name, key]);
  return {
    required: text('required') === 'true',
    default: text('default'),
    deprecationMessage: text('deprecationMessage'),
  };
}

function notAnAction(message: string | undefined, position: SourcePosition): SwitchyardErrors {
  const [seen = ''] = (message ?? 'the file is not a mapping').split('\n');
  return new SwitchyardErrors([
    new SwitchyardError({ code: 'CATALOG_NOT_YAML', seen, expected: 'the metadata of an action', position }),
  ]);
}

function textAt(document: Document, path: readonly string[]): string | undefined {
  const value: unknown = document.getIn(path);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

function keysAt(document: Document, path: readonly string[]): string[] {
  const node: unknown = document.getIn(path, true);
  return isMap(node) ? node.items.flatMap((item) => (isScalar(item.key) ? [String(item.key.value)] : [])) : [];
}

/** Where the last of the keys stands; where its nearest parent stands when it is missing. */
function offsetOfKey(document: Document, keys: readonly string[]): number {
  for (let length = keys.length; length > 0; length -= 1) {
    const parentPath = keys.slice(0, length - 1);
    const parent: unknown = parentPath.length === 0 ? document.contents : document.getIn(parentPath, true);
    const key = keys[length - 1];
    const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
    if (isNode(pair?.key)) return pair.key.range?.[0] ?? 0;
  }
  return 0;
}
