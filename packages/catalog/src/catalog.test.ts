import { describe, expect, it } from '@jest/globals';
import { parseAction } from './action-metadata.ts';
import { checkMetadata } from './check-metadata.ts';
import { insertApiTables, renderApiTables, renderCatalog } from './render-catalog.ts';

const valid = `name: Switchyard train
description: Trains one circuit.
inputs:
  circuit:
    description: Name of the circuit, such as P1_C1.
    required: true
  mode:
    description: One of a | b.
    default: a
  file:
    description: Path of the job; absent, the value in switchyard.yml.
outputs:
  status:
    description: How it ended.
runs:
  using: node24
  main: ../../dist/train/index.js
`;
const path = 'actions/train/action.yml';
const files = new Set(['actions/train/README.md', 'workflows-examples/train.yml', 'test/actions/train.test.ts']);

function faults(text: string, present: ReadonlySet<string> = files): string[] {
  return checkMetadata({ actions: [parseAction(text, path)], files: present }).map((error) => error.message);
}

describe('parseAction', () => {
  it('reads inputs, outputs and what it runs', () => {
    const action = parseAction(valid, path);
    expect(action).toMatchObject({ folder: 'train', name: 'Switchyard train', runs: { using: 'node24' } });
    expect(action.inputs.map(({ name, required, default: value }) => [name, required, value])).toEqual([
      ['circuit', true, undefined],
      ['mode', false, 'a'],
      ['file', false, undefined],
    ]);
    expect(action.inputs[1]?.position).toEqual({ file: path, line: 7, column: 3 });
  });

  it('tells an empty default from none', () => {
    const action = parseAction(valid.replace('default: a', "default: ''"), path);
    expect(action.inputs.map((input) => input.default)).toEqual([undefined, '', undefined]);
  });

  it.each([
    ['', 'CATALOG_NOT_YAML'],
    ['- a', 'CATALOG_NOT_YAML: the file is not a mapping'],
    ['name: a\nname: b', `${path}:2:1: CATALOG_NOT_YAML`],
  ])('refuses %j', (text, message) => {
    expect(() => parseAction(text, path)).toThrow(message);
  });
});

describe('checkMetadata', () => {
  it('finds nothing wrong with a complete action', () => {
    expect(faults(valid)).toEqual([]);
    expect(checkMetadata({ actions: [], files })).toEqual([]);
  });

  it.each([
    ['Trains one circuit.', 'Trains', ':2:1: CATALOG_DESCRIPTION: the action is described by one word, "Trains"'],
    [
      'Trains one circuit.',
      'Trains one circuit',
      ':2:1: CATALOG_DESCRIPTION: the action has a description without a full stop',
    ],
    [
      '    description: How it ended.',
      '    value: x',
      ':13:3: CATALOG_DESCRIPTION: output "status" has no description',
    ],
    ['; absent, the value in switchyard.yml', '', ':10:3: CATALOG_INPUT_ABSENT: input "file" is not required'],
    ['  mode:', '  runMode:', ':7:3: CATALOG_NAME: input "runMode"; expected kebab-case'],
    ['required: true', 'required: true\n    default: x', ':4:3: CATALOG_INPUT_DEFAULT: input "circuit"'],
    ['node24', 'node20', ':16:3: CATALOG_RUNS: runs.using is "node20"; expected "node24"'],
    [
      '../../dist/train/index.js',
      'dist/index.js',
      ':17:3: CATALOG_RUNS: runs.main is "dist/index.js"; expected "../../dist/train/index.js"',
    ],
    ['  main: ../../dist/train/index.js\n', '', ':15:1: CATALOG_RUNS: runs.main is ""'],
    ['name: Switchyard train\n', '', ':1:1: CATALOG_NAME: the action has no name'],
  ])('refuses %j as %j', (from, to, message) => {
    expect(valid).toContain(from);
    expect(faults(valid.replace(from, to))).toEqual([expect.stringContaining(`${path}${message}`)]);
  });

  it('reports all faults together', () => {
    expect(faults('name: x\nruns: {}\n')).toHaveLength(3);
  });

  it('names each file that is missing', () => {
    expect(faults(valid, new Set(['actions/train/README.md']))).toEqual([
      `${path}:1:1: CATALOG_FILE_MISSING: action "train" has no workflows-examples/train.yml; write workflows-examples/train.yml`,
      `${path}:1:1: CATALOG_FILE_MISSING: action "train" has no test/actions/train.test.ts; write test/actions/train.test.ts`,
    ]);
  });

  it('accepts an input without a word on absence when it is deprecated', () => {
    const text = valid.replace('; absent, the value in switchyard.yml.', '.\n    deprecationMessage: use mode');
    expect(faults(text)).toEqual([]);
  });
});

const tables = `### Inputs

| Name | Required | Default | Description |
| --- | --- | --- | --- |
| \`circuit\` | yes |  | Name of the circuit, such as P1_C1. |
| \`mode\` | no | \`a\` | One of a \\| b. |
| \`file\` | no |  | Path of the job; absent, the value in switchyard.yml. |

### Outputs

| Name | Description |
| --- | --- |
| \`status\` | How it ended. |`;

describe('renderApiTables', () => {
  it('keeps the order of the file', () => {
    expect(renderApiTables(parseAction(valid, path))).toBe(tables);
  });

  it('says none', () => {
    expect(renderApiTables(parseAction('name: x', path))).toBe('### Inputs\n\nNone.\n\n### Outputs\n\nNone.');
  });
});

describe('insertApiTables', () => {
  it('replaces what stands between the marks, and a second time changes nothing', () => {
    const readme = '# train\n\n<!-- api:start -->\nold\n<!-- api:end -->\n\nMore.\n';
    const once = insertApiTables(readme, tables, 'README.md');
    expect(once).toBe(`# train\n\n<!-- api:start -->\n\n${tables}\n\n<!-- api:end -->\n\nMore.\n`);
    expect(insertApiTables(once, tables, 'README.md')).toBe(once);
  });

  it.each(['', '<!-- api:start -->', '<!-- api:end --> <!-- api:start -->'])('refuses the marks in %j', (readme) => {
    expect(() => insertApiTables(readme, tables, 'README.md')).toThrow('README.md:1:1: CATALOG_MARKS_MISSING');
  });
});

describe('renderCatalog', () => {
  it('lists the actions by folder, whatever their order', () => {
    const train = parseAction(valid, path);
    const detect = parseAction(valid.replace('Trains one', 'Finds a'), 'actions/detect/action.yml');
    const text = renderCatalog([train, detect]);
    expect(text).toBe(renderCatalog([detect, train]));
    expect(
      text.startsWith(`# Action catalogue

| Action | What it does |
| --- | --- |
| [detect](#detect) | Finds a circuit. |
| [train](#train) | Trains one circuit. |

## detect

Finds a circuit.

[README](actions/detect/README.md), [example](workflows-examples/detect.yml)

### Inputs
`),
    ).toBe(true);
  });
});
