import type { CompileWarning } from '@switchyard/azureml-yaml';

/** A warning as a compiler prints it. */
export function warningLine({ code, message, position: { file, line, column } }: CompileWarning): string {
  return `${file}:${line}:${column}: warning ${code}: ${message}`;
}
