import { type SourcePosition, SwitchyardError } from '@switchyard/domain';
import type { Value } from './expression.ts';

/** Values of one matrix job, by name. */
export type Combination = Readonly<Record<string, Value>>;

/** GitHub's limit of jobs from one matrix. */
const maxCombinations = 256;

/**
 * Expands an evaluated `matrix` by GitHub's rules: vectors multiply in the order written, `exclude` removes,
 * `include` extends the combinations it does not contradict and otherwise adds one of its own.
 */
export function expandMatrix(matrix: Value, position: SourcePosition): Combination[] {
  if (!isRecord(matrix)) throw invalid('`matrix` is not a mapping', position);
  const { include = [], exclude = [], ...vectors } = matrix;
  const included = records(include, 'include', position);
  const excluded = records(exclude, 'exclude', position);
  const originals = multiply(vectors, position).filter(
    (combination) => !excluded.some((pattern) => matches(pattern, combination)),
  );
  const combinations = addIncluded(originals, included, Object.keys(vectors));
  if (combinations.length > maxCombinations) {
    throw invalid(`\`matrix\` gives ${combinations.length} jobs; GitHub's limit is ${maxCombinations}`, position);
  }
  return combinations;
}

function addIncluded(originals: readonly Combination[], included: readonly Combination[], names: string[]) {
  const extended = originals.map((combination) => ({ ...combination }));
  const added: Combination[] = [];
  for (const entry of included) {
    // Matched against the original values: what an earlier `include` added may be overwritten.
    const fitting = extended.filter((_, index) => {
      const original = originals[index] ?? {};
      return names.every((name) => !(name in entry) || equal(entry[name], original[name]));
    });
    if (fitting.length === 0) added.push(entry);
    for (const combination of fitting) Object.assign(combination, entry);
  }
  return [...extended, ...added];
}

function multiply(vectors: Record<string, Value>, position: SourcePosition): Combination[] {
  const names = Object.keys(vectors);
  if (names.length === 0) return [];
  let combinations: Combination[] = [{}];
  for (const name of names) {
    const values = vectors[name];
    if (!Array.isArray(values)) throw invalid(`Matrix vector '${name}' is not a list`, position);
    if (values.length === 0) throw invalid(`Matrix vector '${name}' does not contain any values`, position);
    combinations = combinations.flatMap((each) => values.map((value) => ({ ...each, [name]: value })));
  }
  return combinations;
}

/** The name of a matrix job as GitHub shows it: `train (PLANT001, 3)`. */
export function matrixSuffix(combination: Combination): string {
  const texts = Object.values(combination).flatMap(leaves);
  return texts.length > 0 ? ` (${texts.join(', ')})` : '';
}

function leaves(value: Value): string[] {
  if (Array.isArray(value)) return value.flatMap(leaves);
  if (isRecord(value)) return Object.values(value).flatMap(leaves);
  return [value === null ? '' : String(value)];
}

function records(value: Value, name: string, position: SourcePosition): Combination[] {
  if (!Array.isArray(value)) throw invalid(`\`${name}\` of the matrix is not a list`, position);
  return value.map((item) => {
    if (!isRecord(item)) throw invalid(`\`${name}\` of the matrix holds something that is not a mapping`, position);
    return item;
  });
}

function matches(pattern: Combination, combination: Combination): boolean {
  return Object.entries(pattern).every(([name, value]) => equal(value, combination[name]));
}

function equal(left: Value | undefined, right: Value | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function isRecord(value: Value): value is { [key: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(seen: string, position: SourcePosition): SwitchyardError {
  return new SwitchyardError({ code: 'WORKFLOW_MATRIX_INVALID', seen, position });
}
