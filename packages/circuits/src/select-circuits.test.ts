import { describe, expect, it } from '@jest/globals';
import { parseCircuit, parseConfig } from '@switchyard/config';
import { SwitchyardErrors } from '@switchyard/domain';
import { assertDistinct, findCircuits } from './find-circuits.ts';
import { requestedCircuits, selectCircuits } from './select-circuits.ts';
import { fingerprintInputs, fingerprintOf } from './training-inputs.ts';

const config = parseConfig(
  `strategy: gitflow
circuits: { files: 'config/circuits/*/*.yml', shared: [src/train.py] }
training: { file: azureml/train.yml, model-output: model }
gate: { metrics: [{ name: mae, direction: lower, role: primary, max-loss: 0 }] }
environments: { dev: { resource-group: rg, workspace-name: ws } }
`,
  'switchyard.yml',
);

function aCircuit(id: string, file = `config/circuits/P1/${id}.yml`) {
  const text = `circuit_id: ${id}\nplant_id: P1\nmodel_name: m\nendpoint: abc\ndata: data/${id}.csv\ncutoff_date: 2024-01-01\n`;
  return parseCircuit(text, file);
}
const circuits = [aCircuit('CIRCUIT01'), aCircuit('CIRCUIT02'), aCircuit('CIRCUIT03')];

describe('findCircuits', () => {
  it('keeps the files of the glob, sorted', () => {
    const paths = [
      'config/circuits/P2/A.yml',
      'config/circuits/P1/B.yml',
      'config/circuits/P1/B.yaml',
      'config/circuits/C.yml',
      'README.md',
    ];
    expect(findCircuits(paths, config)).toEqual(['config/circuits/P1/B.yml', 'config/circuits/P2/A.yml']);
    expect(findCircuits([], config)).toEqual([]);
  });
});

describe('assertDistinct', () => {
  it('accepts circuits with different names', () => {
    expect(() => assertDistinct(circuits)).not.toThrow();
    expect(() => assertDistinct([])).not.toThrow();
  });

  it('names both places of each duplicate', () => {
    const twice = [
      ...circuits,
      aCircuit('CIRCUIT01', 'config/circuits/P9/X.yml'),
      aCircuit('CIRCUIT01', 'config/circuits/P9/Y.yml'),
    ];
    const check = () => assertDistinct(twice);
    expect(check).toThrow(SwitchyardErrors);
    expect(check).toThrow(
      'config/circuits/P9/X.yml:2:1: CIRCUIT_DUPLICATE: circuit "P1_CIRCUIT01" is described here and in config/circuits/P1/CIRCUIT01.yml:2:1',
    );
    expect(check).toThrow('config/circuits/P9/Y.yml:2:1');
  });
});

describe('selectCircuits', () => {
  it.each([
    ['ALL' as const, ['P1_CIRCUIT01', 'P1_CIRCUIT02', 'P1_CIRCUIT03']],
    [
      ['P1_CIRCUIT03', 'P1_CIRCUIT01', 'P1_CIRCUIT03'],
      ['P1_CIRCUIT01', 'P1_CIRCUIT03'],
    ],
    [[], []],
  ])('selects %j', (request, names) => {
    expect(selectCircuits(request, circuits).map((circuit) => circuit.name)).toEqual(names);
  });

  it('refuses an unknown name with the nearest and the known ones', () => {
    expect(() => selectCircuits(['P1_CIRCIUT02'], circuits)).toThrow(
      'CIRCUIT_UNKNOWN: unknown circuit "P1_CIRCIUT02"; expected ALL or one of P1_CIRCUIT01, P1_CIRCUIT02, P1_CIRCUIT03; did you mean P1_CIRCUIT02?',
    );
  });

  it('shows 20 of many names', () => {
    const many = Array.from({ length: 30 }, (_, index) => aCircuit(`C${index}`));
    expect(() => selectCircuits(['nothing-like-it'], many)).toThrow('P1_C19 and 10 more');
  });

  it('says when there is no circuit at all', () => {
    expect(() => selectCircuits(['X'], [])).toThrow('the repository has none');
    expect(selectCircuits('ALL', [])).toEqual([]);
  });

  it('gives entries for the document', () => {
    expect(requestedCircuits(['P1_CIRCUIT02'], circuits)).toEqual([
      { circuit: 'P1_CIRCUIT02', file: 'config/circuits/P1/CIRCUIT02.yml', reasons: ['requested'], paths: [] },
    ]);
  });
});

describe('fingerprint', () => {
  const allPaths = [
    'src/train.py',
    'src/score.py',
    'azureml/train.yml',
    'data/CIRCUIT01.csv',
    'data/CIRCUIT02.csv',
    'config/circuits/P1/CIRCUIT01.yml',
  ];
  const [circuit = aCircuit('X')] = circuits;

  it('reads the own file, the own data, shared code and the job file', () => {
    expect(fingerprintInputs({ circuit, config, allPaths })).toEqual([
      'azureml/train.yml',
      'config/circuits/P1/CIRCUIT01.yml',
      'data/CIRCUIT01.csv',
      'src/train.py',
    ]);
  });

  it('adds the code folder when it is named', () => {
    expect(fingerprintInputs({ circuit, config, allPaths, code: './src' })).toContain('src/score.py');
  });

  const entries = [
    { path: 'a', blob: '1' },
    { path: 'b', blob: '2' },
  ];

  it('does not depend on the order of the paths', () => {
    expect(fingerprintOf([...entries].reverse(), '1')).toBe(fingerprintOf(entries, '1'));
    expect(fingerprintOf(entries, '1')).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it.each([
    ['a content', [{ path: 'a', blob: '9' }, ...entries.slice(1)], '1'],
    ['a path', [{ path: 'c', blob: '1' }, ...entries.slice(1)], '1'],
    ['a missing path', entries.slice(1), '1'],
    ['the version', entries, '2'],
    ['no version', entries, null],
  ])('changes with %s', (_what, other, version) => {
    expect(fingerprintOf(other, version)).not.toBe(fingerprintOf(entries, '1'));
  });
});
