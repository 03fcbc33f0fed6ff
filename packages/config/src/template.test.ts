// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of switchyard.yml look like this
import { describe, expect, it } from '@jest/globals';
import { parseCircuit } from './circuit.ts';
import { fillSet, fillTemplate } from './template.ts';

const circuit = parseCircuit(
  `plant_id: P1
circuit_id: C1
model_name: m
endpoint: p1-c1
data: data/p1.csv
cutoff_date: 2024-01-01
training_days: 30
file: odd.txt
features: [a]
`,
  'config/c.yml',
);
const values = { circuit, environment: 'test' };

describe('fillTemplate', () => {
  it.each([
    ['plain', 'plain'],
    ['${circuit}', 'P1_C1'],
    ['${circuit.file}', 'config/c.yml'],
    ['${circuit.endpoint}-${environment}', 'p1-c1-test'],
    ['${ circuit.training_days } days', '30 days'],
    ['${{ inputs.data }}', '${{ inputs.data }}'],
    ['', ''],
  ])('fills %j', (template, text) => {
    expect(fillTemplate(template, values)).toBe(text);
  });

  it.each([
    ['${circuit.endpiont}', 'did you mean ${circuit.endpoint}?'],
    ['${env}', 'CONFIG_TEMPLATE_UNKNOWN: unknown field ${env}'],
    ['${}', 'CONFIG_TEMPLATE_UNKNOWN'],
    ['${circuit.toString}', 'CONFIG_TEMPLATE_UNKNOWN'],
    [
      '${circuit.features}',
      'CONFIG_TEMPLATE_NOT_TEXT: ${circuit.features} in "${circuit.features}" is a list or a mapping in config/c.yml',
    ],
  ])('refuses %j', (template, message) => {
    expect(() => fillTemplate(template, values)).toThrow(message);
  });
});

describe('fillSet', () => {
  it('gives text for every value', () => {
    expect(fillSet({ 'inputs.data.path': '${circuit.data}', limit: 3, debug: false }, values)).toEqual({
      'inputs.data.path': 'data/p1.csv',
      limit: '3',
      debug: 'false',
    });
  });
});
