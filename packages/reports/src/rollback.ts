import type { RollbackPlan } from '@switchyard/documents';
import { formatTraffic } from '@switchyard/domain';
import { code, escapeText, joinBlocks } from './markdown.ts';
import { renderTable } from './table.ts';

/** A rollback: why, from what to what, and each field that changes. */
export function renderRollback(plan: RollbackPlan): string {
  const { circuit, environment, current, target, changes, marks } = plan;
  const from = code(`${current.model.name}:${current.model.version}`);
  const to = code(`${target.model.name}:${target.model.version}`);
  return joinBlocks([
    `### Rollback of ${escapeText(circuit)} in ${escapeText(environment)}: ${escapeText(plan.status)}`,
    `${from} on ${code(current.slot)} → ${to} on ${code(target.slot)}, endpoint ${code(plan.endpoint)}, ${plan.path} path.`,
    `Reason: ${escapeText(plan.reason)}`,
    `Traffic ${code(formatTraffic(current.traffic))} → ${code(formatTraffic(target.traffic))}.`,
    renderTable(
      ['Field', 'Before', 'After'],
      changes.map(({ path, before, after }) => [path, valueText(before), valueText(after)]),
    ),
    renderTable(
      ['Mark', 'Time'],
      [
        ['decided', marks.decidedAt],
        ['switched', marks.switchedAt ?? '–'],
        ['verified', marks.verifiedAt ?? '–'],
      ],
    ),
    'Not restored: data that the version wrote, results of batch jobs, and what clients have cached.',
  ]);
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
