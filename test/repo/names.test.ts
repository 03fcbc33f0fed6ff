import { describe, expect, it } from '@jest/globals';
import { listFiles, listFolders, readSuiteFile } from '../support/suite.ts';

const sources = [
  ...listFiles('packages', (path) => /\/src\/.*\.ts$/.test(path)),
  ...listFiles('actions', (path) => path.endsWith('.ts')),
];

describe('files', () => {
  it('are not drawers', () => {
    const drawer = /\/(utils?|helpers?|common|misc|shared|types|constants|interfaces)(\/|\.ts$)/;
    expect(sources.filter((path) => drawer.test(path))).toEqual([]);
  });

  it('named index.ts only re-export', () => {
    const wrong = sources
      .filter((path) => path.startsWith('packages/') && path.endsWith('/src/index.ts'))
      .filter(
        (path) => !/^(\s*(export\b[^;]*\bfrom\s*'[^']+';|\/\/.*|\/\*[\s\S]*?\*\/))*\s*$/.test(readSuiteFile(path)),
      );
    expect(wrong).toEqual([]);
  });

  it('carry no stub and no silenced type', () => {
    const words = /\b(TODO|FIXME|XXX)\b|@ts-(ignore|nocheck|expect-error)|not implemented/;
    expect(sources.filter((path) => words.test(readSuiteFile(path)))).toEqual([]);
  });

  it('skip or focus no test', () => {
    const tests = [...sources, ...listFiles('test')].filter((path) => path.endsWith('.test.ts'));
    expect(tests.filter((path) => /\b(it|test|describe)\.(skip|only|todo)\(/.test(readSuiteFile(path)))).toEqual([]);
  });
});

describe('error codes', () => {
  it('are upper case words that begin with their area', () => {
    const codes = sources.flatMap((path) =>
      [...readSuiteFile(path).matchAll(/\bcode: '([^']+)'/g)].map((match) => ({ path, code: match[1] ?? '' })),
    );
    const own = codes.filter(({ path }) => !path.startsWith('packages/emulator/') && !path.endsWith('.test.ts'));
    expect(own.length).toBeGreaterThan(20);
    expect(own.filter(({ code }) => !/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(code))).toEqual([]);
  });
});

describe('an action', () => {
  it.each(listFolders('actions', 'action.yml'))('%s has its five places', (name) => {
    const places = [
      `actions/${name}/README.md`,
      `actions/${name}/src/index.ts`,
      `actions/${name}/src/main.ts`,
      `test/actions/${name}.test.ts`,
    ];
    expect(places.filter((path) => listFiles(path.split('/')[0] ?? '').includes(path))).toEqual(places);
    expect(readSuiteFile(`dist/${name}/index.js`).length).toBeGreaterThan(1000);
  });
});
