import { describe, expect, it } from '@jest/globals';
import { readActionFile } from './action-file.ts';

const node = (runs: string) =>
  `name: X\ndescription: d\ninputs:\n  a-b:\n    default: \${{ github.token }}\nruns:\n${runs}`;

describe('readActionFile', () => {
  it('reads a JavaScript action with its default expressions', () => {
    const file = readActionFile(
      node('  using: node24\n  main: ../../dist/x.js\n  post: p.js\n  post-if: failure()'),
      'action.yml',
    );
    expect(file.inputs).toMatchObject([{ name: 'a-b', default: { kind: 'expression', expression: 'github.token' } }]);
    expect(file.runs).toMatchObject({
      kind: 'node',
      main: '../../dist/x.js',
      post: 'p.js',
      postIf: { value: 'failure()' },
    });
  });

  it('reads a composite action with outputs', () => {
    const text = [
      'name: X',
      'description: d',
      `outputs: { o: { description: d, value: "\${{ steps.s.outputs.o }}" } }`,
      'runs: { using: composite, steps: [{ id: s, shell: bash, run: echo }] }',
    ].join('\n');
    const { runs } = readActionFile(text, 'action.yml');
    expect(runs).toMatchObject({ kind: 'composite', steps: [{ id: 's', kind: 'run' }], outputs: [{ name: 'o' }] });
  });

  it.each([
    ['action.yml:7:10: WORKFLOW_UNSUPPORTED: `using: docker`', node('  using: docker\n  image: alpine')],
    ['node99', node('  using: node99\n  main: x.js')],
    ['Expected a scalar value', ''],
    ['action.yml:', 'name: [\n'],
  ])('refuses: %s', (text, content) => {
    expect(() => readActionFile(content, 'action.yml')).toThrow(text);
  });
});
