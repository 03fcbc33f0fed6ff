import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { compileDocument } from './compile.ts';
import { resourceId } from './draft.ts';

const folder = join(import.meta.dirname, '../testdata/documents');
const context = {
  subscriptionId: '00000000-0000-0000-0000-000000000000',
  resourceGroup: 'group',
  workspaceName: 'workspace',
  location: 'westeurope',
};

/** A document of the folder as `<name>.json` records it: paths are seen from the folder. */
function record(file: string): unknown {
  const readText = (path: string) => readFileSync(join(folder, path), 'utf8');
  const compiled = compileDocument({ text: readText(file), file, context, readText, assets: 'all' });
  const { kind, body, uploads, references, inline, warnings } = compiled;
  return JSON.parse(
    JSON.stringify({
      kind,
      id: resourceId(compiled, context) ?? null,
      body,
      uploads: uploads.map(({ key, kind: what, path }) => ({ key, kind: what, path })),
      references: references.map(({ key, type, name, label, registry }) => ({ key, type, name, label, registry })),
      inline: inline.map(({ key, type, name, version, body: asset }) => ({ key, type, name, version, body: asset })),
      warnings: warnings.map(({ code, message, position: { line, column } }) => ({ code, message, line, column })),
    }),
  );
}

const documents = readdirSync(folder).filter((name) => name.endsWith('.yml') && name !== 'conda.yml');

describe('documents of every kind', () => {
  it('are there', () => {
    const kinds = new Set(documents.map((file) => (record(file) as { kind: string }).kind));
    expect(kinds.size).toBe(17);
  });

  // The recorded bodies were equal to those of azure-ai-ml: `node scripts/differential/run.mjs` asks it again.
  it.each(documents)('%s compiles to its recorded resource and stays as it is', (file) => {
    const path = join(folder, file);
    const before = readFileSync(path, 'utf8');
    const expected: unknown = JSON.parse(readFileSync(path.replace(/yml$/, 'json'), 'utf8'));
    expect(record(relative(folder, path))).toEqual(expected);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});
