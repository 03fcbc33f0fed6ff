/**
 * Text that a table cell shows as it is: `|` would end the cell, a line break the row, `<` would begin HTML,
 * and a backslash would take the escape away from a `|` behind it.
 */
export function escapeCell(text: string): string {
  return escapeText(text)
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replace(/\r\n|\r|\n/g, '<br>');
}

/** Text outside a table that must not become HTML. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Text in code style. Backticks inside would end it, so they are left out. */
export function code(text: string): string {
  return `\`${text
    .replaceAll('`', '')
    .replace(/\r\n|\r|\n/g, ' ')
    .replaceAll('|', '\\|')}\``;
}

/** A list in one cell: at most `limit` entries, then how many more. */
export function listCell(entries: readonly string[], limit: number): string {
  const shown = entries.slice(0, limit).map(code).join('<br>');
  return entries.length > limit ? `${shown}<br>and ${entries.length - limit} more` : shown;
}

/** Joins paragraphs and tables with one empty line, and ends with a line break. */
export function joinBlocks(blocks: readonly (string | null)[]): string {
  return `${blocks.filter((block) => block !== null && block !== '').join('\n\n')}\n`;
}

/** A metric for people: six significant digits; a dash where there is none. */
export function formatNumber(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : String(Number(value.toPrecision(6)));
}

/** `sha256:` and eight digits: enough to compare by eye. */
export function shortDigest(digest: string): string {
  return digest.replace(/^(sha256:[0-9a-f]{8})[0-9a-f]+$/, '$1…');
}
