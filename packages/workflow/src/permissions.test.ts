import { describe, expect, it } from '@jest/globals';
import { grantPermissions, type Permissions, readPermissions } from './permissions.ts';
import type { Token } from './token.ts';

const position = { file: 'caller.yml', line: 9, column: 5 };
const grant = (requested: Permissions | undefined, allowed: Permissions) =>
  grantPermissions({ uses: 'a/b/.github/workflows/x.yml@v1', jobId: 'deploy', requested, allowed, position });

describe('grantPermissions', () => {
  it('gives a called job what it asks for, and no more', () => {
    expect(grant({ contents: 'read' }, { contents: 'write', actions: 'read' })).toEqual({ contents: 'read' });
  });

  it('gives a called job that asks for nothing all of its caller', () => {
    expect(grant(undefined, { contents: 'write' })).toEqual({ contents: 'write' });
    expect(grant({}, { contents: 'write' })).toEqual({});
  });

  it('refuses more than the caller holds, in the words of GitHub', () => {
    expect(() =>
      grant({ contents: 'write', 'id-token': 'write', actions: 'read' }, { contents: 'read', actions: 'read' }),
    ).toThrow(
      "caller.yml:9:5: WORKFLOW_PERMISSIONS_EXCEEDED: Error calling workflow 'a/b/.github/workflows/x.yml@v1'. The nested job 'deploy' is requesting 'contents: write, id-token: write', but is only allowed 'contents: read, id-token: none'.",
    );
  });
});

describe('readPermissions', () => {
  const literal = (value: string): Token => ({ kind: 'literal', value, position });

  it('read-all leaves out id-token, write-all has it', () => {
    expect(readPermissions(literal('read-all'))).toMatchObject({ contents: 'read', issues: 'read' });
    expect(readPermissions(literal('read-all'))).not.toHaveProperty('id-token');
    expect(readPermissions(literal('write-all'))).toMatchObject({ 'id-token': 'write' });
  });

  it('tells an empty block from none', () => {
    expect(readPermissions({ kind: 'mapping', entries: [], position })).toEqual({});
    expect(readPermissions(undefined)).toBeUndefined();
  });

  it('refuses an unknown level', () => {
    const entries = [{ key: 'contents', position, value: literal('admin') }];
    expect(() => readPermissions({ kind: 'mapping', entries, position })).toThrow('`contents`');
  });
});
