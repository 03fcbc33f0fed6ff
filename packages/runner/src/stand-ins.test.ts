import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestRepository, testRepository } from '../testdata/repository.ts';
import { jobOf, linesOf, start } from '../testdata/start.ts';

let repository: TestRepository;
beforeAll(() => {
  repository = testRepository();
  repository.git('tag', 'v1');
  repository.commit('second');
  repository.git('branch', 'other');
  repository.commit('third');
});
afterAll(() => repository[Symbol.dispose]());

/** Runs one job with these steps, and gives its log and its errors. */
async function steps(text: string, permissions = '{}') {
  const lines = [
    'on: push',
    `permissions: ${permissions}`,
    'jobs:',
    '  a:',
    '    runs-on: ubuntu-latest',
    '    steps:',
  ];
  repository.write(
    '.github/workflows/one.yml',
    [...lines, ...text.split('\n').map((line) => `      ${line}`)].join('\n'),
  );
  repository.git('add', '.github');
  repository.git('commit', '--quiet', '--amend', '--no-edit');
  const run = await start(repository, 'one');
  const errors = run.annotations.filter((each) => each.level === 'error').map((each) => each.message);
  return { result: jobOf(run, 'a').result, lines: linesOf(run, 'a'), errors: errors.join('\n') };
}

describe('actions/checkout', () => {
  it('is shallow unless everything is asked for, and stands on the branch', async () => {
    const { lines } = await steps(
      [
        '- uses: actions/checkout@v4',
        '- run: echo "$(git rev-list --count HEAD) $(git branch --show-current) $(git tag | xargs)"',
        '- uses: actions/checkout@v4',
        '  with: { fetch-depth: 0, path: all }',
        '- run: cd all && echo "$(git rev-list --count HEAD) $(git branch -r | xargs) $(git tag | xargs)"',
      ].join('\n'),
    );
    expect(lines).toContain('1 main ');
    expect(lines).toContain('3 origin/main origin/other v1');
  });

  it('takes a branch, a tag or a commit', async () => {
    const sha = repository.git('rev-parse', 'other');
    const { lines, result } = await steps(
      ['other', 'v1', sha]
        .flatMap((ref) => [`- uses: actions/checkout@v4`, `  with: { ref: ${ref} }`, '- run: git log -1 --format=%s'])
        .join('\n'),
    );
    expect(result).toBe('success');
    expect(lines.filter((line) => line === 'second' || line === 'first')).toEqual(['second', 'first', 'second']);
  });

  it.each([
    ['{ ref: nowhere }', "has no 'nowhere'"],
    ['{ path: ../outside }', "checkout path '../outside'"],
    ['{ submodules: true }', '`submodules: true` of actions/checkout is not supported'],
    ['{ fetch-depth: -1 }', "input 'fetch-depth' is '-1'"],
    ['{ repository: some/other }', 'checkout of some/other: it is not on this machine'],
    ['{ fetchdepth: 0 }', "does not know the input 'fetchdepth'"],
  ])('refuses %s', async (inputs, message) => {
    const { errors, result } = await steps(`- uses: actions/checkout@v4\n  with: ${inputs}`);
    expect(result).toBe('failure');
    expect(errors).toContain(message);
  });
});

describe('the other stand-ins', () => {
  it('setup-node refuses a Node this machine does not have', async () => {
    const major = process.versions.node.split('.')[0];
    const { result } = await steps(`- uses: actions/setup-node@v4\n  with: { node-version: '${major}.x' }`);
    const { errors } = await steps(`- uses: actions/setup-node@v4\n  with: { node-version: '1' }`);
    expect(result).toBe('success');
    expect(errors).toContain('RUN_NODE_MISSING');
  });

  it('azure/login wants its ids and the permission for an id-token', async () => {
    const login = (inputs: string) => `- uses: azure/login@v2\n  with: { ${inputs} }`;
    const complete = login('client-id: abcdefgh, tenant-id: t, subscription-id: s');
    expect((await steps(complete, '{ id-token: write }')).result).toBe('success');
    expect((await steps(complete)).errors).toContain('add `id-token: write`');
    expect((await steps(login('client-id: c'), '{ id-token: write }')).errors).toContain('tenant-id, subscription-id');
  });
});
