import type { Circuit, Config } from '@switchyard/config';
import { SwitchyardError, SwitchyardErrors } from '@switchyard/domain';
import { createPathMatcher } from './path-matcher.ts';

/** Circuit files among `paths` (relative to the repository, with `/`), sorted. */
export function findCircuits(paths: readonly string[], config: Config): string[] {
  const matcher = createPathMatcher([{ pattern: config.circuits.files, owner: true }]);
  return paths.filter((path) => matcher.match(path).length > 0).sort();
}

/**
 * Refuses two files that describe the same circuit: they would train into one model and deploy over each other.
 * @throws SwitchyardErrors with one `CIRCUIT_DUPLICATE` for each extra file.
 */
export function assertDistinct(circuits: readonly Circuit[]): void {
  const first = new Map<string, Circuit>();
  const errors: SwitchyardError[] = [];
  for (const circuit of circuits) {
    const earlier = first.get(circuit.name);
    if (earlier) errors.push(duplicate(circuit, earlier));
    else first.set(circuit.name, circuit);
  }
  if (errors.length > 0) throw new SwitchyardErrors(errors);
}

function duplicate(circuit: Circuit, earlier: Circuit): SwitchyardError {
  const { file, line, column } = earlier.position;
  return new SwitchyardError({
    code: 'CIRCUIT_DUPLICATE',
    seen: `circuit "${circuit.name}" is described here and in ${file}:${line}:${column}`,
    expected: 'one file a circuit',
    next: 'change plant_id or circuit_id in one of them, or delete it',
    position: circuit.position,
  });
}
