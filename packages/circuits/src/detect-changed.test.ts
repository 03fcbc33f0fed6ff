import { describe, expect, it } from '@jest/globals';
import { type Circuit, type Config, parseCircuit, parseConfig } from '@switchyard/config';
import { type DetectionRequest, detectChanged } from './detect-changed.ts';

const config: Config = parseConfig(
  `strategy: gitflow
circuits:
  files: config/circuits/*/*.yml
  shared: [src/train.py, src/forecasting/**, '!src/forecasting/*.md']
  environment: config/environment.yaml
training: { file: azureml/train.yml, model-output: model }
gate: { metrics: [{ name: mae, direction: lower, role: primary, max-loss: 0 }] }
environments: { dev: { resource-group: rg, workspace-name: ws } }
`,
  'switchyard.yml',
);

function aCircuit(plant: string, id: string, data = `data/${plant}_${id}.csv`): Circuit {
  const text = `plant_id: ${plant}\ncircuit_id: ${id}\nmodel_name: m\nendpoint: abc\ndata: ${data}\ncutoff_date: 2024-01-01\n`;
  return parseCircuit(text, `config/circuits/${plant}/${id}.yml`);
}

const circuits = [aCircuit('P2', 'C1'), aCircuit('P1', 'C1'), aCircuit('P1', 'C2')];
const allPaths = [
  ...circuits.flatMap((circuit) => [circuit.file, circuit.data]),
  'src/train.py',
  'src/forecasting/a.py',
  'azureml/train.yml',
  'config/environment.yaml',
  'README.md',
];

function detect(changedPaths: string[], request: Partial<DetectionRequest> = {}) {
  return detectChanged({
    changedPaths,
    allPaths,
    circuits,
    circuitsAtBase: circuits,
    config,
    environmentVersion: { base: '1', head: '1' },
    ...request,
  });
}

/** `P1_C1: circuit-config` for each circuit. */
function reasons(detection: ReturnType<typeof detect>): string[] {
  return detection.circuits.map((circuit) => `${circuit.circuit}: ${circuit.reasons.join(', ')}`);
}

describe('detectChanged', () => {
  it('finds nothing in an empty change', () => {
    expect(detect([])).toEqual({ circuits: [], unchanged: ['P1_C1', 'P1_C2', 'P2_C1'], removed: [] });
  });

  it('finds nothing in a change outside of every circuit', () => {
    expect(detect(['README.md', 'src/score/score.py', 'config/circuits/P1/C1.yml.bak']).circuits).toEqual([]);
  });

  it.each([
    [['config/circuits/P1/C1.yml'], ['P1_C1: circuit-config']],
    [['data/P1_C2.csv'], ['P1_C2: circuit-data']],
    [['data/P1_C2.csv', 'config/circuits/P1/C2.yml'], ['P1_C2: circuit-config, circuit-data']],
    [
      ['config/circuits/P2/C1.yml', 'config/circuits/P1/C1.yml'],
      ['P1_C1: circuit-config', 'P2_C1: circuit-config'],
    ],
  ])('gives the reasons for %j', (paths, found) => {
    expect(reasons(detect(paths))).toEqual(found);
  });

  it.each(['src/train.py', 'src/forecasting/a.py', 'src/forecasting/deep/.hidden', 'azureml/train.yml'])(
    'selects every circuit when %s changes',
    (path) => {
      expect(reasons(detect([path]))).toEqual(['P1_C1: shared-code', 'P1_C2: shared-code', 'P2_C1: shared-code']);
    },
  );

  it('does not select for a path that a shared pattern excludes', () => {
    expect(detect(['src/forecasting/notes.md']).circuits).toEqual([]);
  });

  it('selects every circuit when the version of the environment changes, and not for another change of that file', () => {
    const version = { base: '1', head: '2' };
    expect(reasons(detect(['config/environment.yaml'], { environmentVersion: version }))).toEqual([
      'P1_C1: environment-change',
      'P1_C2: environment-change',
      'P2_C1: environment-change',
    ]);
    expect(detect(['config/environment.yaml']).circuits).toEqual([]);
  });

  it('goes by the path of the environment file when base was not read', () => {
    const unread = { circuitsAtBase: null, environmentVersion: { base: null, head: '1' } };
    expect(detect(['README.md'], unread).circuits).toEqual([]);
    expect(detect(['config/environment.yaml'], unread).circuits).toHaveLength(3);
  });

  it('selects every circuit when the environment file is new', () => {
    expect(
      detect(['config/environment.yaml'], { environmentVersion: { base: null, head: '1' } }).circuits,
    ).toHaveLength(3);
  });

  it('names a circuit that base did not have', () => {
    const detection = detect(['config/circuits/P2/C1.yml'], { circuitsAtBase: circuits.slice(1) });
    expect(reasons(detection)).toEqual(['P2_C1: new-circuit, circuit-config']);
  });

  it('names a circuit that head does not have any more', () => {
    const gone = { name: 'P9_C9', file: 'config/circuits/P9/C9.yml' };
    const detection = detect(['config/circuits/P9/C9.yml'], { circuitsAtBase: [...circuits, gone] });
    expect(detection).toMatchObject({ circuits: [], removed: ['P9_C9'] });
  });

  it('gives the path of a removed circuit when base was not read', () => {
    const detection = detect(['config/circuits/P9/C9.yml', 'config/circuits/P1/C1.yml'], { circuitsAtBase: null });
    expect(detection.removed).toEqual(['config/circuits/P9/C9.yml']);
    expect(reasons(detection)).toEqual(['P1_C1: circuit-config']);
  });

  it('takes a circuit whose file moved for changed, not for new', () => {
    const before = { name: 'P1_C1', file: 'config/circuits/OLD/C1.yml' };
    const detection = detect(['config/circuits/OLD/C1.yml', 'config/circuits/P1/C1.yml'], {
      circuitsAtBase: [before, ...circuits.filter((circuit) => circuit.name !== 'P1_C1')],
    });
    expect(detection.removed).toEqual([]);
    expect(reasons(detection)).toEqual(['P1_C1: circuit-config']);
  });

  it('reads data as a folder and as a glob, and leaves references to the cloud alone', () => {
    const own = [
      aCircuit('P1', 'F', 'data/folder/'),
      aCircuit('P1', 'G', 'data/g/*.csv'),
      aCircuit('P1', 'R', 'azureml:set:1'),
    ];
    const detection = detect(['data/folder/2024/a.csv', 'data/g/a.csv', 'data/g/deep/a.csv', 'azureml:set:1'], {
      circuits: own,
      circuitsAtBase: own,
    });
    expect(detection.circuits.map(({ circuit, paths }) => [circuit, paths])).toEqual([
      ['P1_F', ['data/folder/2024/a.csv']],
      ['P1_G', ['data/g/a.csv']],
    ]);
  });

  it('selects two circuits that share their data', () => {
    const own = [aCircuit('P1', 'A', 'data/one.csv'), aCircuit('P1', 'B', 'data/one.csv')];
    expect(reasons(detect(['data/one.csv'], { circuits: own, circuitsAtBase: own }))).toEqual([
      'P1_A: circuit-data',
      'P1_B: circuit-data',
    ]);
  });

  it('matches names with spaces, umlauts and dots in front', () => {
    const own = [aCircuit('P1', 'A', 'data/.hidden/Größe 1.csv')];
    expect(reasons(detect(['data/.hidden/Größe 1.csv'], { circuits: own, circuitsAtBase: own }))).toEqual([
      'P1_A: circuit-data',
    ]);
  });

  it('keeps 20 paths, the own ones first', () => {
    const shared = Array.from({ length: 30 }, (_, index) => `src/forecasting/${index}.py`);
    const [first] = detect([...shared, 'data/P1_C1.csv']).circuits;
    expect(first?.paths).toHaveLength(20);
    expect(first?.paths[0]).toBe('data/P1_C1.csv');
  });

  it('selects for the code folder when it is named', () => {
    expect(detect(['src/score/score.py'], { code: 'src' }).circuits).toHaveLength(3);
    expect(detect(['src2/score.py'], { code: 'src' }).circuits).toHaveLength(0);
  });
});
