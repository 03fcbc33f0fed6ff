import { type SourcePosition, SwitchyardError } from '@switchyard/domain';
import { entriesOf, find, literalText, type Token, unexpected } from './token.ts';
import type { Step } from './workflow.ts';

/** Reads the `steps` of a job or of a composite action. */
export function readSteps(token: Token | undefined): Step[] {
  if (token === undefined) return [];
  if (token.kind !== 'sequence') throw unexpected(token, '`steps`', 'a list of steps');
  const steps = token.items.map(readStep);
  const seen = new Set<string>();
  for (const { id, position } of steps) {
    if (id !== undefined && seen.has(id)) {
      throw new SwitchyardError({ code: 'WORKFLOW_STEP_ID_TWICE', seen: `step id '${id}' is used twice`, position });
    }
    if (id !== undefined) seen.add(id);
  }
  return steps;
}

/** Keys of steps that run side by side with others. */
const unsupportedStepKeys = new Set(['background', 'wait', 'wait-all', 'cancel', 'parallel']);

function readStep(token: Token): Step {
  for (const each of entriesOf(token, 'step')) {
    if (unsupportedStepKeys.has(each.key)) {
      throw unsupported(`\`${each.key}\` of a step`, each.position, 'use separate jobs');
    }
  }
  const base = {
    id: literalText(find(token, 'id'), 'step id'),
    name: find(token, 'name'),
    condition: find(token, 'if'),
    env: find(token, 'env'),
    continueOnError: find(token, 'continue-on-error'),
    timeoutMinutes: find(token, 'timeout-minutes'),
    position: token.position,
  };
  const run = find(token, 'run');
  if (run) {
    const shell = find(token, 'shell');
    if (shell?.kind === 'literal') checkShell(String(shell.value), shell.position);
    return { ...base, kind: 'run', run, shell, workingDirectory: find(token, 'working-directory') };
  }
  const usesToken = find(token, 'uses');
  const uses = literalText(usesToken, '`uses`');
  if (uses === undefined) throw unexpected(token, 'step', 'a step with `run` or `uses`');
  if (uses.startsWith('docker://')) throw unsupported(`\`uses: ${uses}\``, usesToken?.position ?? token.position);
  return { ...base, kind: 'uses', uses, with: entriesOf(find(token, 'with'), '`with`') };
}

/** Refuses shells this runner does not start. A command with `{0}` in it is taken as it is. */
export function checkShell(shell: string, position: SourcePosition | undefined): void {
  if (shell === 'bash' || shell === 'sh' || shell === 'python') return;
  if (shell.includes('{0}') && !/^(pwsh|powershell|cmd)\b/.test(shell)) return;
  throw new SwitchyardError({
    code: 'WORKFLOW_UNSUPPORTED',
    seen: `\`shell: ${shell}\``,
    expected: '`bash`, `sh`, `python` or a command with `{0}` for the script',
    ...(position ? { position } : {}),
  });
}

/** The error for a key or value that GitHub has and this runner does not. */
export function unsupported(what: string, position: SourcePosition, next?: string): SwitchyardError {
  return new SwitchyardError({
    code: 'WORKFLOW_UNSUPPORTED',
    seen: `${what} is not supported by this runner`,
    next: next ?? 'remove it, or run this workflow on GitHub',
    position,
  });
}
