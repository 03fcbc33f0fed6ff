import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { readTextFile, writeJsonFile } from './files.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-files-'));
});

describe('readTextFile', () => {
  it('reads a relative path below the folder, and an absolute one as it is', async () => {
    writeFileSync(join(folder, 'a.yml'), 'größe: 1\n');
    expect(await readTextFile(folder, 'a.yml')).toBe('größe: 1\n');
    expect(await readTextFile('/nowhere', join(folder, 'a.yml'))).toBe('größe: 1\n');
  });

  it('says which file is missing, where it looked, and what to check', async () => {
    await expect(readTextFile(folder, 'switchyard.yml')).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: `FILE_NOT_FOUND: there is no file "switchyard.yml"; expected a readable file below ${folder}; check the path, and that the job runs actions/checkout first`,
    });
  });

  it('tells a folder from a missing file', async () => {
    await expect(readTextFile(folder, '.')).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});

describe('writeJsonFile', () => {
  it('makes the folders, ends with a newline, and leaves no draft', async () => {
    const path = join(folder, 'deep/er/report.json');
    await writeJsonFile(path, { a: [1] });
    expect(readFileSync(path, 'utf8')).toBe('{\n  "a": [\n    1\n  ]\n}\n');
    expect(readdirSync(join(folder, 'deep/er'))).toEqual(['report.json']);
  });

  it('replaces what was there', async () => {
    const path = join(folder, 'report.json');
    await writeJsonFile(path, { long: 'x'.repeat(1000) });
    await writeJsonFile(path, {});
    expect(readFileSync(path, 'utf8')).toBe('{}\n');
  });

  it('leaves the old file whole when the document cannot be written', async () => {
    const path = join(folder, 'report.json');
    await writeJsonFile(path, { version: 1 });
    await expect(writeJsonFile(path, { version: 2n })).rejects.toThrow(TypeError);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ version: 1 });
  });
});
