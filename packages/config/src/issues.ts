import { SwitchyardError, SwitchyardErrors } from '@switchyard/domain';
import type { z } from 'zod';
import { nearestName } from './nearest-name.ts';
import type { PositionedYaml, YamlPath } from './positioned-yaml.ts';

type Issue = z.core.$ZodIssue;

/**
 * Checks a YAML file against a schema.
 * @throws SwitchyardErrors with every mistake, sorted by place.
 */
export function checkShape<S extends z.ZodType>(yaml: PositionedYaml, schema: S): z.output<S> {
  const result = schema.safeParse(yaml.value);
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) => errorsOf(issue, yaml, schema));
  throw new SwitchyardErrors(sortByPlace(errors));
}

export function sortByPlace(errors: readonly SwitchyardError[]): SwitchyardError[] {
  const line = (error: SwitchyardError): number => error.position?.line ?? 0;
  const column = (error: SwitchyardError): number => error.position?.column ?? 0;
  return [...errors].sort((a, b) => line(a) - line(b) || column(a) - column(b));
}

/** `gate.metrics[0].max-loss`, the way people write a place in YAML. */
export function formatYamlPath(path: YamlPath): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index ? '.' : ''}${String(key)}`))
    .join('');
}

function errorsOf(issue: Issue, yaml: PositionedYaml, schema: z.ZodType): SwitchyardError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey([...issue.path, key], yaml, knownKeysAt(schema, issue.path)));
  }
  if (issue.code === 'invalid_key') {
    const seen = `the name ${JSON.stringify(issue.path.at(-1))} in ${formatYamlPath(issue.path.slice(0, -1))}`;
    const expected = 'a name of lower-case letters, digits and dashes that starts with a letter';
    return [
      new SwitchyardError({ code: 'CONFIG_INVALID_VALUE', seen, expected, position: yaml.positionOfKey(issue.path) }),
    ];
  }
  const value = yaml.valueAt(issue.path);
  const name = formatYamlPath(issue.path) || 'the file';
  const position = yaml.positionOf(issue.path);
  if (value === undefined && issue.path.length > 0) return [missingKey(issue, yaml, schema)];
  return [
    new SwitchyardError({
      code: 'CONFIG_INVALID_VALUE',
      seen: `${name} is ${describeValue(value)}`,
      expected: describeExpected(issue),
      position,
    }),
  ];
}

function unknownKey(path: YamlPath, yaml: PositionedYaml, known: readonly string[]): SwitchyardError {
  const key = String(path.at(-1));
  const parent = formatYamlPath(path.slice(0, -1)) || 'the file';
  const nearest = nearestName(key, known);
  return new SwitchyardError({
    code: 'CONFIG_UNKNOWN_KEY',
    seen: `unknown key "${key}" in ${parent}`,
    expected: `one of ${known.join(', ')}`,
    next: nearest ? `did you mean "${nearest}"?` : 'remove it',
    position: yaml.positionOfKey(path),
  });
}

function missingKey(issue: Issue, yaml: PositionedYaml, schema: z.ZodType): SwitchyardError {
  const parentPath = issue.path.slice(0, -1);
  const key = String(issue.path.at(-1));
  const parent = yaml.valueAt(parentPath);
  const known = new Set(knownKeysAt(schema, parentPath));
  const others =
    parent !== null && typeof parent === 'object' ? Object.keys(parent).filter((name) => !known.has(name)) : [];
  const nearest = nearestName(key, others);
  return new SwitchyardError({
    code: 'CONFIG_MISSING_KEY',
    seen: `${formatYamlPath(parentPath) || 'the file'} has no "${key}"`,
    expected: describeExpected(issue),
    next: nearest ? `rename "${nearest}" to "${key}"` : `add "${key}"`,
    position: yaml.positionOf(parentPath),
  });
}

function describeValue(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

/** What the schema wanted, in words for people: zod's own sentences speak of arrays and strings. */
function describeExpected(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeWords[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      if (issue.origin === 'string') return 'text that is not empty';
      if (issue.origin === 'array') return 'at least one entry';
      return `${String(issue.minimum)} or more`;
    case 'too_big':
      return issue.origin === 'string'
        ? `at most ${String(issue.maximum)} characters`
        : `${String(issue.maximum)} or less`;
    case 'invalid_union':
      return 'text, a number, true or false';
    default:
      return issue.message;
  }
}

/** Names that a mapping at `path` may have; empty where the schema leaves them open. */
function knownKeysAt(schema: z.ZodType, path: YamlPath): string[] {
  let current: unknown = unwrap(schema);
  for (const key of path) current = unwrap(childSchema(current, key));
  return hasShape(current) ? Object.keys(current.shape) : [];
}

function childSchema(schema: unknown, key: PropertyKey): unknown {
  if (hasShape(schema)) return schema.shape[String(key)];
  const definition = definitionOf(schema);
  return definition?.element ?? definition?.valueType;
}

function unwrap(schema: unknown): unknown {
  let current = schema;
  for (let inner = definitionOf(current)?.innerType; inner !== undefined; inner = definitionOf(current)?.innerType) {
    current = inner;
  }
  return current;
}

function definitionOf(schema: unknown): Readonly<Record<string, unknown>> | undefined {
  if (schema === null || typeof schema !== 'object' || !('def' in schema)) return undefined;
  const { def } = schema;
  return def !== null && typeof def === 'object' ? { ...def } : undefined;
}

function hasShape(schema: unknown): schema is { shape: Record<string, unknown> } {
  return schema !== null && typeof schema === 'object' && 'shape' in schema && typeof schema.shape === 'object';
}
