import { evaluateText, type Scope, type Token } from '@switchyard/workflow';

/** Evaluates an `env` mapping to text. */
export function evaluateEnv(env: Token | undefined, scope: Scope): Record<string, string> {
  if (env?.kind !== 'mapping') return {};
  return Object.fromEntries(env.entries.map((entry) => [entry.key, evaluateText(entry.value, scope)]));
}
