import { describe, expect, it } from '@jest/globals';
import { listFiles, listFolders, readSuiteFile } from '../support/suite.ts';

/** Layer of each package: imports go down only. docs/layout.md explains the table. */
const layers: Readonly<Record<string, number>> = {
  domain: 0,
  documents: 1,
  config: 1,
  circuits: 1,
  gates: 1,
  rollout: 1,
  reports: 1,
  workflow: 1,
  catalog: 1,
  'azureml-yaml': 1,
  git: 2,
  github: 2,
  azureml: 2,
  'action-kit': 3,
  project: 3,
  actions: 4,
  runner: 5,
  cli: 5,
};

/** Edges inside a layer that are wanted, one reason each. */
const sideways = new Set([
  'config->documents',
  'circuits->documents',
  'circuits->config',
  'gates->documents',
  'gates->config',
  'rollout->documents',
  'reports->documents',
  'runner->workflow',
  'cli->runner',
  'project->action-kit',
]);

const pure = [
  'domain',
  'documents',
  'config',
  'circuits',
  'gates',
  'rollout',
  'reports',
  'workflow',
  'catalog',
  'azureml-yaml',
];

interface Import {
  readonly file: string;
  readonly owner: string;
  readonly target: string;
}

function ownerOf(file: string): string {
  const [top = '', name = ''] = file.split('/');
  return top === 'packages' ? name : top;
}

function importsOf(file: string): Import[] {
  const text = readSuiteFile(file);
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s*['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => ({
    file,
    owner: ownerOf(file),
    target: match[1] ?? match[2] ?? match[3] ?? '',
  }));
}

const sources = [
  ...listFiles('packages', (path) => /\/src\/.*\.ts$/.test(path)),
  ...listFiles('actions', (path) => path.endsWith('.ts')),
];
const productSources = sources.filter((path) => !path.endsWith('.test.ts'));
const imports = productSources.flatMap(importsOf);

describe('imports', () => {
  it('are found at all', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  it('know the layer of every package', () => {
    const known = [...Object.keys(layers), 'emulator'];
    expect(listFolders('packages', 'package.json').filter((name) => !known.includes(name))).toEqual([]);
  });

  it('point downward, or along a named edge', () => {
    const wrong = imports
      .filter(({ target, owner }) => target.startsWith('@switchyard/') && owner !== 'emulator')
      .filter(({ owner, target }) => {
        const name = target.split('/')[1] ?? '';
        if (name === 'emulator') return owner !== 'cli';
        if (sideways.has(`${owner}->${name}`)) return false;
        return (layers[name] ?? 99) >= (layers[owner] ?? -1);
      })
      .filter(({ owner, target }) => !(owner === 'azureml' && target === '@switchyard/azureml-yaml'));
    expect(
      wrong.map(
        ({ file, target }) => `${file} imports ${target}: move the code down, or declare a port in the consumer`,
      ),
    ).toEqual([]);
  });

  it('reach other packages by name, never by path', () => {
    const wrong = imports.filter(
      ({ target }) =>
        /^@switchyard\/[^/]+\/(?!json-imports)/.test(target) || /^\.\.\/.*(packages|actions)\//.test(target),
    );
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  it('leave the emulator alone with itself', () => {
    const wrong = imports.filter(({ owner, target }) => owner === 'emulator' && target.startsWith('@switchyard/'));
    expect(
      wrong.map(
        ({ file, target }) => `${file} imports ${target}: client and emulator must not share a misunderstanding`,
      ),
    ).toEqual([]);
  });

  it('keep @actions/core inside action-kit', () => {
    const wrong = imports.filter(({ owner, target }) => target.startsWith('@actions/core') && owner !== 'action-kit');
    expect(wrong.map(({ file }) => file)).toEqual([]);
  });

  it('never lead from one action to another', () => {
    const wrong = imports.filter(({ owner, target }) => owner === 'actions' && target.startsWith('../../'));
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  it('are declared in the package.json of their package, and nothing else is', () => {
    const wrong: string[] = [];
    for (const folder of [...listFolders('packages', 'package.json').map((name) => `packages/${name}`), 'actions']) {
      const manifest = JSON.parse(readSuiteFile(`${folder}/package.json`)) as Record<string, Record<string, string>>;
      const declared = Object.keys(manifest.dependencies ?? {});
      const used = new Set(
        imports
          .filter(({ file }) => file.startsWith(`${folder}/`))
          .map(({ target }) => target)
          .filter((target) => !target.startsWith('.') && !target.startsWith('node:'))
          .map((target) =>
            target
              .split('/')
              .slice(0, target.startsWith('@') ? 2 : 1)
              .join('/'),
          ),
      );
      for (const name of used)
        if (!declared.includes(name)) wrong.push(`${folder} uses ${name}, which its package.json does not declare`);
      // azurite runs as a process of its own; the emulator never imports it.
      for (const name of declared)
        if (!used.has(name) && name !== 'azurite') wrong.push(`${folder} declares ${name} and does not use it`);
    }
    expect(wrong).toEqual([]);
  });
});

describe('pure packages', () => {
  const pureSources = productSources.filter((path) => pure.includes(ownerOf(path)));

  it('do no input or output', () => {
    const modules = /^node:(fs|net|http|https|child_process|os|process|timers|worker_threads|tls|dns|cluster)/;
    const wrong = imports.filter(
      ({ owner, target }) =>
        pure.includes(owner) && (modules.test(target) || /^@azure\/|^@actions\/(core|github|exec)/.test(target)),
    );
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  it.each(['process.', 'Date.now(', 'Math.random(', 'new Date()', 'console.'])('do not use %s', (word) => {
    const wrong = pureSources.filter((path) =>
      new RegExp(`(^|[^.\\w'"\`])${word.replace(/[.()]/g, '\\$&')}`).test(withoutComments(readSuiteFile(path))),
    );
    expect(wrong).toEqual([]);
  });
});

describe('the environment', () => {
  it('is read in action-kit, and in one file of each program that starts others', () => {
    const allowed = /^packages\/(action-kit|runner|emulator|cli)\/src\/environment\.ts$/;
    const wrong = productSources.filter(
      (path) => !allowed.test(path) && /process\.env\b/.test(withoutComments(readSuiteFile(path))),
    );
    expect(wrong).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}
