import { readFileSync } from 'node:fs';

/** Version of the suite, from the package that this file belongs to. */
export function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
