import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { coverage, renderCoverage } from './coverage.ts';
import { registryPath, workspacePath } from './request.ts';
import { routes } from './routes.ts';

/** A route's path in the words of the coverage list. */
function written(path: string): string {
  return path
    .replace(workspacePath, '{W}')
    .replace(registryPath, '{R}')
    .replaceAll(/:(\w+)/g, '{$1}')
    .replace(
      /^((?:\/mferp\/managementfrontend)?\{[WR]\})\/(?:codes|models|data|environments|components)(?=$|\/\{name\}(?!.*startpendingupload))/,
      '$1/{asset}',
    );
}

describe('coverage', () => {
  it('lists exactly the operations that are served', () => {
    const served = new Set(routes.map(({ method, path }) => `${method} ${written(path)}`));
    const listed = coverage
      .filter((one) => one.coverage !== 'planned')
      .flatMap(({ methods, path }) => methods.split(' ').map((method) => `${method} ${path}`));
    expect([...served].sort()).toEqual([...new Set(listed)].sort());
  });

  it('what is planned is not served', () => {
    const served = new Set(routes.map(({ method, path }) => `${method} ${written(path)}`));
    for (const { methods, path } of coverage.filter((one) => one.coverage === 'planned')) {
      expect(
        methods.split(' ').filter((method) => served.has(`${method} ${path.trim()}`) && path.trim() === path),
      ).toEqual([]);
    }
  });

  it('the README has the table of this list', () => {
    const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
    expect(readme).toContain(renderCoverage());
  });
});
