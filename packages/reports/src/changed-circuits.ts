import type { ChangedCircuits, ChangeReason } from '@switchyard/documents';
import { code, joinBlocks, listCell } from './markdown.ts';
import { markdown, renderTable } from './table.ts';

const reasonText: Readonly<Record<ChangeReason, string>> = {
  'circuit-config': 'its configuration changed',
  'circuit-data': 'its data changed',
  'shared-code': 'shared code changed',
  'environment-change': 'the package version changed',
  requested: 'asked for',
  'new-circuit': 'it is new',
};

const sourceText: Readonly<Record<ChangedCircuits['source'], string>> = {
  'git-diff': 'from the Git history',
  'compare-api': "from GitHub's compare API",
  'all-circuits': 'all circuits, because there was nothing to compare with',
  requested: 'as requested',
};

/** Paths shown for a circuit. */
const PATHS_SHOWN = 5;

/** The circuits that a change affects, with the reasons. */
export function renderChangedCircuits(document: ChangedCircuits): string {
  const { circuits, unchanged, removed, base, head, source } = document;
  const range = base === null ? code(head.slice(0, 12)) : `${code(base.slice(0, 12))} → ${code(head.slice(0, 12))}`;
  const rows = circuits.map(({ circuit, reasons, paths }) => [
    circuit,
    reasons.map((reason) => reasonText[reason]).join(', '),
    markdown(listCell(paths, PATHS_SHOWN)),
  ]);
  return joinBlocks([
    `### Circuits: ${circuits.length} affected, ${unchanged.length} not, ${removed.length} removed`,
    `${range}, ${sourceText[source]}.`,
    renderTable(['Circuit', 'Why', 'Paths'], rows),
    circuits.length === 0 ? 'Nothing to train.' : null,
    removed.length > 0
      ? `Removed: ${removed.map(code).join(', ')}. Their endpoints and models are left as they are.`
      : null,
  ]);
}
