import { describe, expect, it } from '@jest/globals';
import { SwitchyardErrors } from '@switchyard/domain';
import { parseCircuit, parseEnvironmentFile } from './circuit.ts';

const valid = `# one circuit
plant_id: PLANT001
circuit_id: CIRCUIT01
model_name: plant001-circuit01
endpoint: plant001-c01
data: data/PLANT001_CIRCUIT01.csv
cutoff_date: 2024-06-30
training_days: 365
features: [lag_1, lag_24]
hyperparameters: { alpha: 0.1 }
`;

function mistakes(text: string): string[] {
  try {
    parseCircuit(text, 'c.yml');
  } catch (error) {
    if (error instanceof SwitchyardErrors) return error.errors.map((each) => each.message);
    throw error;
  }
  return [];
}

describe('parseCircuit', () => {
  it('names the circuit after plant and circuit, and keeps every field', () => {
    const circuit = parseCircuit(valid, 'config/circuits/PLANT001/CIRCUIT01.yml');
    expect(circuit).toMatchObject({
      name: 'PLANT001_CIRCUIT01',
      cutoff_date: '2024-06-30',
      position: { file: 'config/circuits/PLANT001/CIRCUIT01.yml', line: 2, column: 1 },
    });
    expect(circuit.fields).toMatchObject({ training_days: 365, hyperparameters: { alpha: 0.1 } });
  });

  it.each([
    ['circuit_id: CIRCUIT01', 'circuit_id: 01', 'c.yml:3:13: CONFIG_INVALID_VALUE: circuit_id is 1; expected text'],
    ['plant_id: PLANT001', 'plant_id: "PLANT 001"', 'c.yml:2:11: CONFIG_INVALID_VALUE: plant_id is "PLANT 001"'],
    [
      'model_name: plant001-circuit01',
      'model_name: plant/circuit',
      'model_name is "plant/circuit"; expected up to 255',
    ],
    ['endpoint: plant001-c01', 'endpoint: 1plant', 'endpoint is "1plant"; expected 3 to 32'],
    ['endpoint: plant001-c01', 'endpoint: ab', '3 to 32'],
    ['endpoint: plant001-c01', 'endpoint: plant--c01', 'single dashes'],
    ['endpoint: plant001-c01', 'endpoint: plant-', 'no dash at the end'],
    ['endpoint: plant001-c01', `endpoint: ${'a'.repeat(33)}`, '3 to 32'],
    ['cutoff_date: 2024-06-30', 'cutoff_date: 30.06.2024', 'expected a date as YYYY-MM-DD'],
    ['cutoff_date: 2024-06-30', 'cutoff_date: 2024-02-30', 'expected a date as YYYY-MM-DD'],
    [
      'data: data/PLANT001_CIRCUIT01.csv',
      'dat: x',
      'c.yml:2:1: CONFIG_MISSING_KEY: the file has no "data"; expected text; rename "dat" to "data"',
    ],
  ])('refuses %s as %s', (from, to, message) => {
    expect(mistakes(valid.replace(from, to))).toEqual([expect.stringContaining(message)]);
  });

  it('reports every missing key of an empty mapping', () => {
    expect(mistakes('{}')).toHaveLength(6);
  });
});

describe('parseEnvironmentFile', () => {
  it.each([
    ['name: sensors\nversion: 1.4.0\n', '1.4.0'],
    ['name: sensors\nversion: 7\nimage: x\n', '7'],
  ])('reads %j', (text, version) => {
    expect(parseEnvironmentFile(text, 'e.yml')).toEqual({ name: 'sensors', version });
  });

  it('refuses a version that YAML reads as a fraction, because 1.10 would become 1.1', () => {
    expect(() => parseEnvironmentFile('name: a\nversion: 1.10\n', 'e.yml')).toThrow(
      'e.yml:2:10: CONFIG_INVALID_VALUE: version is 1.1',
    );
  });
});
