// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of switchyard.yml look like this
import { describe, expect, it } from '@jest/globals';
import { SwitchyardErrors } from '@switchyard/domain';
import { parseCircuit } from './circuit.ts';
import { endpointNameOf, parseConfig } from './config.ts';
import { environmentSettings } from './environment-settings.ts';
import { jsonSchemaOfConfig } from './schema.ts';

const valid = `strategy: gitflow
circuits:
  files: config/circuits/*/*.yml
  shared: [src/train.py, src/forecasting/**]
  environment: config/environment.yaml
training:
  file: azureml/train.yml
  set:
    inputs.circuit.path: \${circuit.file}
  model-output: model
gate:
  metrics:
    - { name: mae, direction: lower, role: primary, max-relative-loss: 0 }
    - { name: r2, direction: higher, role: guardrail, min: 0 }
  min-rows: 100
deployment:
  endpoint-file: azureml/endpoint.yml
  file: azureml/deployment.yml
  endpoint-name: \${circuit.endpoint}-\${environment}
environments:
  dev: { resource-group: rg-dev, workspace-name: mlw-dev, gate: { metrics: [{ name: mae, max-relative-loss: 0.1 }] } }
  production: { resource-group: rg-prod, workspace-name: mlw-prod, traffic-steps: [10, 50, 100], step-seconds: 5 }
registry: { resource-group: rg-shared, registry-name: sensors }
`;

const circuitText = `plant_id: PLANT001
circuit_id: CIRCUIT01
model_name: sensors
endpoint: plant001
data: data/PLANT001_CIRCUIT01.csv
cutoff_date: 2024-06-30
`;

/** Messages of every mistake. */
function mistakes(text: string): string[] {
  try {
    parseConfig(text, 'switchyard.yml');
  } catch (error) {
    if (error instanceof SwitchyardErrors) return error.errors.map((each) => each.message);
    throw error;
  }
  return [];
}

function changed(from: string, to: string): string {
  expect(valid).toContain(from);
  return valid.replace(from, to);
}

describe('parseConfig', () => {
  it('keeps the names of the file and fills defaults', () => {
    const config = parseConfig(valid, 'switchyard.yml');
    expect(config.gate.metrics[0]).toEqual({
      name: 'mae',
      direction: 'lower',
      role: 'primary',
      required: true,
      'max-relative-loss': 0,
    });
    expect(config.gate['on-tie']).toBe('accept');
    expect(config.deployment?.set).toEqual({});
    expect(config.training['model-output']).toBe('model');
  });

  it.each(['integration', 'production-development', 'github-flow'])('accepts the strategy %s', (strategy) => {
    expect(parseConfig(changed('gitflow', strategy), 'switchyard.yml').strategy).toBe(strategy);
  });

  it('points at an unknown key and names the nearest one', () => {
    expect(mistakes(changed('  min-rows: 100', '  min_rows: 100'))).toEqual([
      'switchyard.yml:15:3: CONFIG_UNKNOWN_KEY: unknown key "min_rows" in gate; expected one of metrics, min-rows, on-tie, tie-tolerance; did you mean "min-rows"?',
    ]);
  });

  it('points at an unknown key inside a list and inside an environment', () => {
    const text = changed('max-relative-loss: 0 }', 'max-relativ-loss: 0, min: 0 }').replace(
      'step-seconds',
      'step-second',
    );
    expect(mistakes(text)).toEqual([
      expect.stringMatching(
        /^switchyard\.yml:13:53: CONFIG_UNKNOWN_KEY: .*gate\.metrics\[0\].*did you mean "max-relative-loss"\?$/,
      ),
      expect.stringMatching(
        /^switchyard\.yml:22:98: CONFIG_UNKNOWN_KEY: .*environments\.production.*did you mean "step-seconds"\?$/,
      ),
    ]);
  });

  it('reports all mistakes together, sorted by line', () => {
    const text = valid
      .replace('gitflow', 'git-flow')
      .replace('direction: lower', 'direction: down')
      .replace('min-rows: 100', 'min-rows: many')
      .replace('registry-name: sensors', 'registry-nam: sensors');
    expect(mistakes(text).map((message) => message.replace(/;.*/, ''))).toEqual([
      'switchyard.yml:1:11: CONFIG_INVALID_VALUE: strategy is "git-flow"',
      'switchyard.yml:13:31: CONFIG_INVALID_VALUE: gate.metrics[0].direction is "down"',
      'switchyard.yml:15:13: CONFIG_INVALID_VALUE: gate.min-rows is "many"',
      'switchyard.yml:23:11: CONFIG_MISSING_KEY: registry has no "registry-name"',
      'switchyard.yml:23:40: CONFIG_UNKNOWN_KEY: unknown key "registry-nam" in registry',
    ]);
  });

  it('suggests to rename the key that stands where one is missing', () => {
    expect(mistakes(changed('registry-name', 'registry_name'))[0]).toContain(
      'rename "registry_name" to "registry-name"',
    );
  });

  it.each([
    ['an empty file', '', 'CONFIG_INVALID_VALUE: the file is empty; expected a mapping'],
    ['a list', '- a\n', 'CONFIG_INVALID_VALUE: the file is a list; expected a mapping'],
    ['broken YAML', 'strategy: [gitflow\n', 'CONFIG_NOT_YAML'],
    ['a key twice', 'strategy: gitflow\nstrategy: gitflow\n', 'CONFIG_NOT_YAML'],
  ])('refuses %s', (_name, text, message) => {
    expect(mistakes(text)).toEqual([expect.stringContaining(message)]);
  });

  it.each([
    ['files: config/circuits/*/*.yml', 'files: 3', 'circuits.files is 3; expected text'],
    ['files: config/circuits/*/*.yml', 'files: ""', 'circuits.files is ""; expected text that is not empty'],
    ['files: config/circuits/*/*.yml', 'files:', 'circuits.files is empty; expected text'],
    [
      'max-relative-loss: 0 }',
      'max-relative-loss: -1 }',
      'gate.metrics[0].max-relative-loss is -1; expected 0 or more',
    ],
    ['min-rows: 100', 'min-rows: 1.5', 'gate.min-rows is 1.5; expected a whole number'],
    ['max-relative-loss: 0 }', 'max-relative-loss: "0" }', 'max-relative-loss is "0"; expected a number'],
    ['max-relative-loss: 0 }', 'max-relative-loss: .nan }', 'max-relative-loss is NaN; expected a number'],
    [
      'traffic-steps: [10, 50, 100]',
      'traffic-steps: []',
      'traffic-steps is an empty list; expected at least one entry',
    ],
    [
      'traffic-steps: [10, 50, 100]',
      'traffic-steps: [10, 50]',
      'traffic-steps is [10, 50]; expected rising shares that end at 100',
    ],
    ['traffic-steps: [10, 50, 100]', 'traffic-steps: [50, 10, 100]', 'rising shares'],
    ['traffic-steps: [10, 50, 100]', 'traffic-steps: [10, 10, 100]', 'rising shares'],
    ['traffic-steps: [10, 50, 100]', 'traffic-steps: [101]', 'traffic-steps[0] is 101; expected 100 or less'],
    ['${circuit.file}', '[a]', 'training.set.inputs.circuit.path is a list; expected text, a number, true or false'],
    ['${circuit.file}', '${circuits}', 'CONFIG_TEMPLATE_UNKNOWN: unknown field ${circuits}'],
    [
      '  model-output: model',
      '  model-output: model\n  environment: lab',
      'training.environment is "lab"; expected one of environments: dev, production',
    ],
    [
      '  endpoint-name: ',
      '  sample-request: s/${name}.json\n  endpoint-name: ',
      'CONFIG_TEMPLATE_UNKNOWN: unknown field ${name}',
    ],
    ['name: r2', 'name: mae', 'CONFIG_DUPLICATE: metric "mae" is listed twice'],
    ['role: guardrail', 'role: primary', 'primary metrics of the gate: mae, r2; expected exactly one'],
    ['role: primary', 'role: guardrail', 'primary metrics of the gate: none'],
    ['max-relative-loss: 0 }', 'required: true }', 'the primary metric "mae" has no rule'],
    ['min: 0 }', 'min: 2, max: 1 }', 'min 2 of "r2" is above max 1'],
    ['min: 0 }', 'min-gain: 2, max-gain: 1 }', 'min-gain 2 of "r2" is above max-gain 1'],
    [
      '[{ name: mae, max-relative-loss: 0.1 }]',
      '[{ name: rmse }]',
      'metric "rmse" is not in the gate above and has no direction',
    ],
    [
      '[{ name: mae, max-relative-loss: 0.1 }]',
      '[{ name: r2, role: primary }]',
      'primary metrics after this overlay: mae, r2',
    ],
    ['  dev:', '  Dev:', 'the name "Dev" in environments; expected a name of lower-case letters'],
    ['resource-group: rg-dev, ', '', 'environments.dev has no "resource-group"'],
  ])('refuses %s as %s', (from, to, message) => {
    expect(mistakes(changed(from, to))).toEqual(expect.arrayContaining([expect.stringContaining(message)]));
  });

  it('moves the primary role in an overlay that names both metrics', () => {
    const overlay = '[{ name: mae, role: guardrail }, { name: r2, role: primary }]';
    expect(mistakes(changed('[{ name: mae, max-relative-loss: 0.1 }]', overlay))).toEqual([]);
  });

  it('refuses a configuration without an environment', () => {
    const text = valid.replace(/^ {2}(dev|production):.*\n/gm, '').replace('environments:', 'environments: {}');
    expect(mistakes(text)).toEqual([
      expect.stringContaining('training.environment is "dev"; expected one of environments: none'),
      expect.stringContaining('environments is empty; expected at least one environment'),
    ]);
  });
});

describe('environmentSettings', () => {
  const config = parseConfig(valid, 'switchyard.yml');

  it('merges the gate by metric name and keeps the other metrics', () => {
    const { gate } = environmentSettings(config, 'dev');
    expect(gate.metrics.map((metric) => [metric.name, metric['max-relative-loss'], metric.min])).toEqual([
      ['mae', 0.1, undefined],
      ['r2', undefined, 0],
    ]);
    expect(gate['min-rows']).toBe(100);
  });

  it('does not change the general settings', () => {
    environmentSettings(config, 'dev');
    expect(config.gate.metrics[0]?.['max-relative-loss']).toBe(0);
  });

  it('sends all traffic at once where no steps are written', () => {
    const { name, ...settings } = environmentSettings(config, 'dev');
    expect(name).toBe('dev');
    expect(settings).toMatchObject({ 'traffic-steps': [100], 'step-seconds': 0, 'min-requests': 0 });
  });

  it('adds a metric that only the environment has', () => {
    const text = changed('[{ name: mae, max-relative-loss: 0.1 }]', '[{ name: rmse, direction: lower, max: 3 }]');
    const { gate } = environmentSettings(parseConfig(text, 'switchyard.yml'), 'dev');
    expect(gate.metrics.at(-1)).toEqual({
      name: 'rmse',
      direction: 'lower',
      role: 'guardrail',
      required: true,
      max: 3,
    });
  });

  it.each([
    ['productoin', 'did you mean "production"?'],
    ['staging', 'add it to "environments"'],
    ['constructor', 'add it to "environments"'],
  ])('refuses the environment %s', (name, message) => {
    expect(() => environmentSettings(config, name)).toThrow(message);
  });
});

describe('endpointNameOf', () => {
  const circuit = parseCircuit(circuitText, 'c.yml');

  it('fills the template', () => {
    expect(endpointNameOf(parseConfig(valid, 'switchyard.yml'), circuit, 'production')).toBe('plant001-production');
  });

  it('refuses a name that Azure ML would refuse', () => {
    const config = parseConfig(
      changed('${circuit.endpoint}-${environment}', '${circuit.endpoint}-forecasting-for-${environment}'),
      'f',
    );
    expect(() => endpointNameOf(config, circuit, 'production')).toThrow(/CONFIG_ENDPOINT_NAME: .* has 35 characters/);
  });

  it('refuses a configuration without a deployment', () => {
    const config = parseConfig(valid.replace(/deployment:\n(?: {2}.*\n)+/, ''), 'f');
    expect(() => endpointNameOf(config, circuit, 'dev')).toThrow('CONFIG_DEPLOYMENT_MISSING');
  });
});

describe('jsonSchemaOfConfig', () => {
  it('describes the file as people write it: a field with a default is not required', () => {
    const text = JSON.stringify(jsonSchemaOfConfig());
    const schema: { required: string[]; additionalProperties: boolean } = JSON.parse(text);
    expect(schema.required).toEqual(['strategy', 'circuits', 'training', 'gate', 'environments']);
    expect(schema.additionalProperties).toBe(false);
    expect(text).toContain('Fewest requests the new deployment must answer');
    expect(text).toContain('"required":["files"]');
  });
});
