import { fileURLToPath } from 'node:url';

/** Root of the suite: where actions, dist and the reusable workflows are. */
export function suiteFolder(): string {
  return fileURLToPath(new URL('../../..', import.meta.url));
}
