/** True when a double-quoted text that is open at the start of `rest` is still open at its end. */
function staysOpen(rest: string): boolean {
  return !/^(?:[^"\\]|\\.|\\$)*"/.test(rest);
}

/**
 * Indents the later lines of double-quoted values that stand no deeper than their key. YAML 1.2 forbids that and the
 * Python that az ml runs on reads it; such lines are folded, so their indentation is no part of the value.
 * Lines keep their numbers.
 */
export function indentQuoted(text: string): string {
  let indent: number | undefined;
  const lines = text.split('\n').map((line) => {
    if (indent !== undefined) {
      const missing = Math.max(0, indent + 1 - (/\S/.exec(line)?.index ?? line.length));
      const indented = line.trim() === '' ? line : `${' '.repeat(missing)}${line}`;
      if (!staysOpen(line)) indent = undefined;
      return indented;
    }
    const [, lead = '', rest] = /^(\s*)[^\s#"'][^"'#]*:\s+"(.*)$/.exec(line) ?? [];
    if (rest !== undefined && staysOpen(rest)) indent = lead.length;
    return line;
  });
  return lines.join('\n');
}
