import { delimiter, dirname } from 'node:path';

/** Environment for a child process: this one's, with `extra` on top; `undefined` removes a variable. */
export function childEnvironment(extra: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const merged = { ...process.env, ...extra };
  return Object.fromEntries(
    Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** True in a step of a GitHub workflow. */
export function isGitHubWorkflow(): boolean {
  return process.env.GITHUB_ACTIONS === 'true';
}

/** `PATH` with the folder of the running Node first, so that child processes use the same one. */
export function pathWithThisNode(): string {
  return [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter);
}
