import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type CompileWarning, compileDocument } from '@switchyard/azureml-yaml';
import { type SourcePosition, SwitchyardError, SwitchyardErrors } from '@switchyard/domain';
import { isGitHubWorkflow } from '../environment.ts';
import type { CommandIo } from '../io.ts';
import { readDocument } from './compile.ts';

export const lintUsage = `switchyard lint FILE... [options]

  Finds what the service would refuse late, drop or misread in silence: unknown keys, conditions on steps, the version
  "latest", names over the limit, traffic that cannot be valid. Exit code 1 when there is any.
  In a GitHub workflow every finding is an annotation of the file.

  --set PATH=VALUE    as "az ml --set"; may be given more than once`;

interface Finding {
  readonly level: 'error' | 'warning' | 'notice';
  readonly code: string;
  readonly message: string;
  readonly position: SourcePosition;
}

const context = { subscriptionId: 'subscription', resourceGroup: 'resource-group', workspaceName: 'workspace' };

function ofError(error: SwitchyardError, file: string): Finding {
  const { code, seen, expected, next, position } = error;
  const message = [seen, expected && `expected ${expected}`, next].filter(Boolean).join('; ');
  // A kind that this suite does not compile is no mistake of the document.
  const level = code === 'YAML_KIND_UNSUPPORTED' ? 'notice' : 'error';
  return { level, code, message, position: position ?? { file, line: 1, column: 1 } };
}

function ofWarning({ code, message, position }: CompileWarning): Finding {
  return { level: code === 'YAML_NOTE' ? 'warning' : 'error', code, message, position };
}

function lintFile(file: string, set: readonly string[]): Finding[] {
  const text = readDocument(file);
  try {
    const readText = (path: string) => readFileSync(path, 'utf8');
    return compileDocument({ text, file, set, context, readText, assets: 'all' }).warnings.map(ofWarning);
  } catch (error) {
    if (!(error instanceof SwitchyardErrors)) throw error;
    return error.errors.map((mistake) => ofError(mistake, file));
  }
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** The workflow command that puts a finding on its line in the pull request. */
function annotation({ level, code, message, position: { file, line, column } }: Finding): string {
  return `::${level} file=${escapeProperty(file)},line=${line},col=${column},title=${code}::${escapeData(message)}`;
}

function plainLine({ level, code, message, position: { file, line, column } }: Finding): string {
  return `${file}:${line}:${column}: ${level} ${code}: ${message}`;
}

/** Exit code 0 when no file has an error. */
export async function lintCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      set: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
    allowPositionals: true,
  });
  if (values.help) {
    io.out(lintUsage);
    return 0;
  }
  if (positionals.length === 0) {
    throw new SwitchyardError({
      code: 'CLI_OPTION_INVALID',
      seen: 'no FILE was given',
      expected: 'one or more az ml documents',
      next: 'run "switchyard lint --help"',
    });
  }
  const findings = positionals.flatMap((file) => lintFile(file, values.set));
  const show = isGitHubWorkflow() ? annotation : plainLine;
  for (const finding of findings) io.out(show(finding));
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const errors = count('error');
  io.err(`${positionals.length} files: ${errors} errors, ${count('warning')} warnings`);
  return errors === 0 ? 0 : 1;
}
