import { escapeCell } from './markdown.ts';

/** A cell that is Markdown already; plain text is escaped. */
export interface MarkdownCell {
  readonly markdown: string;
}

/**
 * A Markdown table. Rows that are too short are filled with empty cells. Without rows, the empty text:
 * a table of nothing tells nothing.
 */
export function renderTable(header: readonly string[], rows: readonly (readonly (string | MarkdownCell)[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const body = rows.map((row) => line(header.map((_name, index) => renderCell(row[index] ?? ''))));
  return [line(header.map(escapeCell)), line(header.map(() => '---')), ...body].join('\n');
}

/** Marks a cell as Markdown. */
export function markdown(text: string): MarkdownCell {
  return { markdown: text };
}

function renderCell(cell: string | MarkdownCell): string {
  return typeof cell === 'string' ? escapeCell(cell) : cell.markdown;
}
