import { SwitchyardError } from '@switchyard/domain';
import type { ActionMetadata } from './action-metadata.ts';

const startMark = '<!-- api:start -->';
const endMark = '<!-- api:end -->';

/** The catalogue of all actions: one table, then each action with its inputs and outputs. Sorted by folder. */
export function renderCatalog(actions: readonly ActionMetadata[]): string {
  const sorted = [...actions].sort((a, b) => (a.folder < b.folder ? -1 : 1));
  const summary = renderRows(
    ['Action', 'What it does'],
    sorted.map((action) => [`[${action.folder}](#${action.folder})`, cell(action.description)]),
  );
  const parts = sorted.map((action) => {
    const links = `[README](actions/${action.folder}/README.md), [example](workflows-examples/${action.folder}.yml)`;
    return `## ${action.folder}\n\n${action.description}\n\n${links}\n\n${renderApiTables(action)}`;
  });
  return `${['# Action catalogue', summary, ...parts].join('\n\n')}\n`;
}

/** Tables of an action's inputs and outputs, in the order of the file. */
export function renderApiTables(action: ActionMetadata): string {
  const inputs = action.inputs.map((input) => [
    code(input.name),
    input.required ? 'yes' : 'no',
    input.default === undefined ? '' : code(input.default),
    cell(input.deprecationMessage === undefined ? input.description : `Deprecated: ${input.deprecationMessage}`),
  ]);
  const outputs = action.outputs.map((output) => [code(output.name), cell(output.description)]);
  return [
    '### Inputs',
    inputs.length === 0 ? 'None.' : renderRows(['Name', 'Required', 'Default', 'Description'], inputs),
    '### Outputs',
    outputs.length === 0 ? 'None.' : renderRows(['Name', 'Description'], outputs),
  ].join('\n\n');
}

/**
 * Puts the tables between the two marks of a README.
 * @throws SwitchyardError `CATALOG_MARKS_MISSING`.
 */
export function insertApiTables(readme: string, tables: string, path: string): string {
  const start = readme.indexOf(startMark);
  const end = readme.indexOf(endMark);
  if (start >= 0 && end > start) {
    return `${readme.slice(0, start + startMark.length)}\n\n${tables}\n\n${readme.slice(end)}`;
  }
  throw new SwitchyardError({
    code: 'CATALOG_MARKS_MISSING',
    seen: `${path} does not have both marks, in order`,
    expected: `${startMark} and ${endMark}, each once`,
    next: 'add the two comments where the tables belong',
    position: { file: path, line: 1, column: 1 },
  });
}

function renderRows(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.trim().replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('|', '\\|').replace(/\r?\n/g, ' ');
}

function code(text: string): string {
  return text === '' ? "`''`" : `\`${text.replaceAll('|', '\\|').replace(/\r?\n/g, ' ')}\``;
}
