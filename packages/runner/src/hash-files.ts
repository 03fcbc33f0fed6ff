import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import picomatch from 'picomatch';

/**
 * `hashFiles(...)`: SHA-256 over the SHA-256 of every matching file below `folder`; empty when nothing matches.
 * A pattern with `!` in front takes files out again.
 */
export function hashFiles(folder: string, patterns: readonly string[]): string {
  if (!existsSync(folder)) return '';
  const lines = patterns.flatMap((pattern) => pattern.split('\n')).map((line) => line.trim());
  const rules = lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const take = !line.startsWith('!');
      const glob = (take ? line : line.slice(1)).replace(/^\.\//, '').replace(`${folder}/`, '');
      return { take, matches: picomatch(glob, { dot: true }) };
    });
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile())
    .filter((file) => {
      const path = relative(folder, file);
      return rules.reduce((taken, rule) => (rule.matches(path) ? rule.take : taken), false);
    })
    .sort();
  if (files.length === 0) return '';
  const hash = createHash('sha256');
  for (const file of files) hash.update(createHash('sha256').update(readFileSync(file)).digest());
  return hash.digest('hex');
}
