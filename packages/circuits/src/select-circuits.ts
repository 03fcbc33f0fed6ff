import { type Circuit, nearestName } from '@switchyard/config';
import type { ChangedCircuit } from '@switchyard/documents';
import { SwitchyardError } from '@switchyard/domain';

/** Longest list of known names in a message. */
const NAMES_SHOWN = 20;

/**
 * Circuits that a person asked for, in the order of `circuits`.
 * @param request Names, or `ALL`.
 * @throws SwitchyardError `CIRCUIT_UNKNOWN`.
 */
export function selectCircuits(request: 'ALL' | readonly string[], circuits: readonly Circuit[]): Circuit[] {
  if (request === 'ALL') return [...circuits];
  const known = circuits.map((circuit) => circuit.name);
  const unknown = request.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw unknownCircuits(unknown, known);
  return circuits.filter((circuit) => request.includes(circuit.name));
}

/** The same selection as entries of a changed-circuits document, with the reason `requested`. */
export function requestedCircuits(request: 'ALL' | readonly string[], circuits: readonly Circuit[]): ChangedCircuit[] {
  const selected = selectCircuits(request, circuits);
  return selected.map(({ name, file }) => ({ circuit: name, file, reasons: ['requested'], paths: [] }));
}

function unknownCircuits(unknown: readonly string[], known: readonly string[]): SwitchyardError {
  const guesses = unknown.flatMap((name) => nearestName(name, known) ?? []);
  const shown = known.slice(0, NAMES_SHOWN).join(', ');
  const rest = known.length > NAMES_SHOWN ? ` and ${known.length - NAMES_SHOWN} more` : '';
  return new SwitchyardError({
    code: 'CIRCUIT_UNKNOWN',
    seen: `unknown circuit ${unknown.map((name) => `"${name}"`).join(', ')}`,
    expected: known.length === 0 ? 'a circuit, but the repository has none' : `ALL or one of ${shown}${rest}`,
    next: guesses.length > 0 ? `did you mean ${guesses.join(', ')}?` : 'correct the name, or add the circuit file',
  });
}
