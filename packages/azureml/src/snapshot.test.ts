import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { codeOf } from '../test-support/scripted-http.ts';
import { splitBlobUrl } from './blob-container.ts';
import { isSameUri, parseDatastoreUri } from './datastore-uri.ts';
import { digestOfFiles, digestOfJson } from './digest.ts';
import { takeSnapshot } from './folder-snapshot.ts';
import { parseIgnoreRules } from './ignore-rules.ts';

const folders: string[] = [];

function folderOf(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'snapshot-'));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('ignore rules', () => {
  it.each([
    ['*.log', 'a/b.log', false, true],
    ['*.log', 'a/b.txt', false, false],
    ['/a', 'a', false, true],
    ['/a', 'b/a', false, false],
    ['build/', 'build', true, true],
    ['build/', 'build', false, false],
    ['a/*.txt', 'a/b.txt', false, true],
    ['a/*.txt', 'a/b/c.txt', false, false],
    ['a/**/c', 'a/c', false, true],
    ['a/**/c', 'a/x/y/c', false, true],
    ['a/**', 'a/x/y', false, true],
    ['*.log\n!keep.log', 'keep.log', false, false],
    ['# note', '# note', false, false],
    ['[ab].py', 'b.py', false, true],
    ['[!ab].py', 'b.py', false, false],
    ['a+b?', 'a+bc', false, true],
    ['\\!x', '!x', false, true],
    ['', '__pycache__', true, true],
  ])('%j on %s (folder: %s) gives %s', (text, path, isFolder, ignored) => {
    expect(parseIgnoreRules(text)(path, isFolder)).toBe(ignored);
  });
});

describe('a snapshot', () => {
  it('holds what .amlignore lets through, and .gitignore is read only without one', async () => {
    const both = folderOf({ 'a.py': '1', 'b.log': '2', 'c.txt': '3', '.amlignore': '*.log', '.gitignore': '*.txt' });
    expect((await takeSnapshot(both)).files.map(({ path }) => path)).toEqual(['.gitignore', 'a.py', 'c.txt']);
    const git = folderOf({ 'a.py': '1', 'x/b.log': '2', '.gitignore': 'x/' });
    expect((await takeSnapshot(git)).files.map(({ path }) => path)).toEqual(['.gitignore', 'a.py']);
  });

  it('has the hash of names and contents, not of place or ignored files', async () => {
    const one = await takeSnapshot(folderOf({ 'a.py': '1', 'd/b.py': '2' }));
    const two = await takeSnapshot(folderOf({ 'd/b.py': '2', 'a.py': '1', '__pycache__/a.pyc': 'x' }));
    const renamed = await takeSnapshot(folderOf({ 'a.py': '1', 'd/c.py': '2' }));
    expect(one.hash).toBe(two.hash);
    expect(one.hash).not.toBe(renamed.hash);
  });

  it('of a link back to its own folder ends', async () => {
    const root = folderOf({ 'a.py': '1' });
    symlinkSync(root, join(root, 'self'));
    expect((await takeSnapshot(root)).files.map(({ path }) => path)).toEqual(['a.py']);
  });

  it('of a file is that file; of nothing it is an error', async () => {
    const root = folderOf({ 'a.py': '1' });
    expect(await takeSnapshot(join(root, 'a.py'))).toMatchObject({ isFile: true, name: 'a.py' });
    expect(await codeOf(takeSnapshot(join(root, 'none')))).toBe('AZUREML_UPLOAD_FAILED');
    expect(await codeOf(takeSnapshot(folderOf({ '__pycache__/x.pyc': '' })))).toBe('AZUREML_UPLOAD_FAILED');
  });
});

describe('digests', () => {
  it('do not depend on order', () => {
    const a = { path: 'a', sha256: '1' };
    const b = { path: 'b', sha256: '2' };
    expect(digestOfFiles([a, b])).toBe(digestOfFiles([b, a]));
    expect(digestOfFiles([a])).not.toBe(digestOfFiles([a, b]));
    expect(digestOfJson({ x: 1, y: [{ a: 1, b: undefined }] })).toBe(digestOfJson({ y: [{ a: 1 }], x: 1 }));
  });
});

describe('addresses of files', () => {
  it.each([
    ['azureml://datastores/d/paths/a/b', { datastore: 'd', path: 'a/b' }],
    ['azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/d/paths/a/', { datastore: 'd', path: 'a/' }],
    ['azureml://datastores/d', { datastore: 'd', path: '' }],
    ['azureml://jobs/j/outputs/o', undefined],
    ['https://x', undefined],
  ])('%s', (uri, place) => {
    expect(parseDatastoreUri(uri)).toEqual(place);
  });

  it('are the same in short and long form, with and without the last slash', () => {
    expect(
      isSameUri(
        'azureml://datastores/d/paths/a/',
        'azureml://subscriptions/s/resourceGroups/g/workspaces/w/datastores/d/paths/a',
      ),
    ).toBe(true);
    expect(isSameUri('azureml://datastores/d/paths/a', 'azureml://datastores/d/paths/b')).toBe(false);
  });

  it('have their container after the host, or after the account when the host is an address', () => {
    expect(splitBlobUrl('https://acc.blob.core.windows.net/c/f/x%20y')).toEqual({
      containerUrl: 'https://acc.blob.core.windows.net/c',
      prefix: 'f/x y',
    });
    expect(splitBlobUrl('https://127.0.0.1:10/acc/c')).toEqual({
      containerUrl: 'https://127.0.0.1:10/acc/c',
      prefix: '',
    });
  });
});
