import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { suiteRoot } from '../support/suite.ts';

/** One call of a client, noted for the list that `npm run conformance` prints. */
interface Call {
  readonly group: string;
  readonly operation: string;
  readonly test: string;
}

/** What a test file did with one client. */
export interface Exercised {
  /** The client, with each call noted as `group.operation` under the test that made it. */
  watch<T extends object>(group: string, client: T): T;
  /** Writes the list below the folder in `CONFORMANCE_FOLDER`; does nothing without it. */
  save(): void;
}

/** Notes the calls of the npm package `name`, in the version that is installed. */
export function exercised(name: string): Exercised {
  const calls: Call[] = [];
  const note = (group: string, operation: string) =>
    calls.push({ group, operation, test: expect.getState().currentTestName ?? '' });
  return {
    watch: (group, client) => watched(group, client, note),
    save: () => {
      const { CONFORMANCE_FOLDER: folder } = process.env;
      if (folder === undefined) return;
      const manifest = join(suiteRoot, 'node_modules', name, 'package.json');
      const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
      const file = join(folder, `${name.replaceAll('/', '-')}.json`);
      writeFileSync(file, JSON.stringify({ client: name, version, calls }));
    },
  };
}

/** Functions are noted and called; objects below (the operation groups of an ARM client) are watched in turn. */
function watched<T extends object>(group: string, client: T, note: (group: string, operation: string) => void): T {
  return new Proxy(client, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (typeof key === 'symbol') return value;
      if (typeof value === 'function') {
        return (...args: unknown[]) => {
          note(group, key);
          return Reflect.apply(value, target, args) as unknown;
        };
      }
      const isGroup = typeof value === 'object' && value !== null && value.constructor.name.endsWith('Impl');
      return isGroup ? watched(key, value, note) : value;
    },
  });
}
