import { SwitchyardError } from '@switchyard/domain';

/**
 * Reads `GITHUB_OUTPUT`, `GITHUB_ENV` or `GITHUB_STATE`: `NAME=value` lines and `NAME<<DELIMITER` blocks.
 *
 * @throws SwitchyardError when a line is neither, or a block is not closed.
 */
export function parseFileCommand(text: string, file: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (heredoc > 0 && (equals < 0 || heredoc < equals)) {
      const delimiter = line.slice(heredoc + 2);
      const end = lines.indexOf(delimiter, index + 1);
      if (delimiter === '' || end < 0) throw invalid(file, `no line '${delimiter}' closes '${line}'`);
      values.set(line.slice(0, heredoc), lines.slice(index + 1, end).join('\n'));
      index = end;
    } else if (equals > 0) {
      values.set(line.slice(0, equals), line.slice(equals + 1));
    } else {
      throw invalid(file, `invalid line '${line}'`);
    }
  }
  return values;
}

function invalid(file: string, seen: string): SwitchyardError {
  return new SwitchyardError({
    code: 'RUN_FILE_COMMAND_INVALID',
    seen: `${file}: ${seen}`,
    expected: '`NAME=value` or a `NAME<<DELIMITER` block',
  });
}
