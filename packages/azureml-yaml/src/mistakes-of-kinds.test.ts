import { describe, expect, it } from '@jest/globals';
import { SwitchyardErrors } from '@switchyard/domain';
import { compileDocument } from './compile.ts';

const context = { subscriptionId: 's0', resourceGroup: 'rg', workspaceName: 'ws' };

const files: Readonly<Record<string, string>> = {
  'ok.yml':
    'type: command\ncommand: run\nenvironment: azureml:e:1\ninputs:\n  a: { type: uri_file }\noutputs:\n  o: { type: uri_file }\n',
  'bad.yml': 'type: command\ncommand: run\nenvironment: azureml:e\n',
  'broken.yml': 'a: "b\n',
  'loop.yml': 'type: pipeline\njobs:\n  again: { type: pipeline, component: ./loop.yml }\n',
  'spark.yml': 'type: spark\n',
};

function readText(path: string): string {
  const text = files[path];
  if (text === undefined) throw new Error(`ENOENT: ${path}`);
  return text;
}

/** Errors first, then warnings, as `lint` prints them. */
function findingsOf(lines: readonly string[]): string[] {
  try {
    const { warnings } = compileDocument({ text: lines.join('\n'), file: 'd.yml', context, readText, assets: 'all' });
    return warnings.map(
      ({ code, message, position: { file, line, column } }) => `${file}:${line}:${column}: ${code}: ${message}`,
    );
  } catch (error) {
    if (!(error instanceof SwitchyardErrors)) throw error;
    return error.errors.map(({ message }) => message);
  }
}

const bound = (place: string) => `\${{${place}}}`;
const job = ['command: run', 'environment: azureml:e:1'];
const step = ['type: pipeline', 'jobs:', '  a:', '    command: run', '    environment: azureml:e:1'];
const sweep = [
  'type: sweep',
  'trial: { command: run, environment: azureml:e:1 }',
  'objective: { goal: minimize, primary_metric: m }',
];
const component = ['$schema: commandComponent.json', 'name: c', 'command: run', 'environment: azureml:e:1'];
const kubernetes = [
  '$schema: kubernetesOnlineDeployment.json',
  'name: blue',
  'endpoint_name: edge',
  'model: azureml:m:1',
];
const batch = [
  '$schema: batchDeployment.json',
  'name: blue',
  'endpoint_name: night',
  'model: azureml:m:1',
  'compute: azureml:c',
];
const managed = [
  '$schema: managedOnlineDeployment.json',
  'endpoint_name: end',
  'instance_type: S',
  'instance_count: 1',
];
const schedule = ['$schema: schedule.json', 'name: s', 'create_job: azureml:j'];
const parallel = ['type: pipeline', 'jobs:', '  p:', '    type: parallel'];
const task = '    task: { type: run_function, environment: azureml:e:1 }';

type Case = readonly [fact: string, lines: readonly string[], start: string, says: string];

const cases: readonly Case[] = [
  ['a pipeline without steps', ['type: pipeline', 'display_name: x'], 'd.yml:1:1: YAML_KEY_MISSING', 'no "jobs"'],
  ['steps as a list', ['type: pipeline', 'jobs: [a]'], 'd.yml:2:7: YAML_TYPE_WRONG', '"jobs" is a list'],
  ['a step that is text', ['type: pipeline', 'jobs:', '  a: run'], 'd.yml:3:6: YAML_TYPE_WRONG', '"jobs.a" is "run"'],
  [
    'a step without command',
    ['type: pipeline', 'jobs:', '  a: { environment: azureml:e:1 }'],
    'd.yml:3:6: YAML_KEY_MISSING',
    'no "command" in "jobs.a"',
  ],
  [
    'a step without environment',
    ['type: pipeline', 'jobs:', '  a: { command: run }'],
    'd.yml:3:6: YAML_KEY_MISSING',
    'no "environment" in "jobs.a"',
  ],
  [
    'a Spark step',
    ['type: pipeline', 'jobs:', '  a: { type: spark }'],
    'd.yml:3:14: YAML_NOT_SUPPORTED',
    'step of type "spark"',
  ],
  [
    'an AutoML step',
    ['type: pipeline', 'jobs:', '  a: { type: automl }'],
    'd.yml:3:14: YAML_NOT_SUPPORTED',
    'train with a command',
  ],
  [
    'a loop',
    ['type: pipeline', 'jobs:', '  a: { type: do_while }'],
    'd.yml:3:14: YAML_NOT_SUPPORTED',
    'repeat inside a command',
  ],
  [
    'a branch',
    ['type: pipeline', 'jobs:', '  a: { type: if_else }'],
    'd.yml:3:14: YAML_NOT_SUPPORTED',
    'decide in the workflow',
  ],
  [
    'a component that is no reference',
    ['type: pipeline', 'jobs:', '  a: { component: prepare }'],
    'd.yml:3:19: YAML_REFERENCE_INVALID',
    './<file>.yml',
  ],
  [
    'a component without version',
    ['type: pipeline', 'jobs:', '  a: { component: azureml:c }'],
    'd.yml:3:19: YAML_REFERENCE_INVALID',
    'a component as azureml:<name>:<version>',
  ],
  [
    'a component file that is not there',
    ['type: pipeline', 'jobs:', '  a: { component: ./no.yml }'],
    'd.yml:3:19: YAML_FILE_UNREADABLE',
    'names no.yml',
  ],
  [
    'a component file that contains itself',
    ['type: pipeline', 'jobs:', '  a: { type: pipeline, component: ./loop.yml }'],
    'loop.yml:3:39: YAML_REFERENCE_INVALID',
    'contains itself',
  ],
  [
    'a component file with a mistake',
    ['type: pipeline', 'jobs:', '  a: { component: ./bad.yml }'],
    'bad.yml:3:14: YAML_REFERENCE_INVALID',
    '"jobs.a.component.environment" is "azureml:e"',
  ],
  [
    'a component file that is no YAML',
    ['type: pipeline', 'jobs:', '  a: { component: ./broken.yml }'],
    'broken.yml:2:1: YAML_SYNTAX',
    'Missing closing',
  ],
  [
    'a Spark component',
    ['type: pipeline', 'jobs:', '  a: { component: ./spark.yml }'],
    'spark.yml:1:7: YAML_NOT_SUPPORTED',
    'component of type "spark"',
  ],
  [
    'a binding to no step',
    [...step, `    inputs: { x: "${bound('parent.jobs.b.outputs.o')}" }`],
    'd.yml:6:18: YAML_REFERENCE_INVALID',
    'names no step of the pipeline; expected one of a',
  ],
  [
    'a binding to no output',
    [...step, `    inputs: { x: "${bound('parent.jobs.c.outputs.p')}" }`, '  c: { component: ./ok.yml }'],
    'd.yml:6:18: YAML_REFERENCE_INVALID',
    'names no output of the step "c"; expected one of o',
  ],
  [
    'a binding to no input of the pipeline',
    [...step, `    inputs: { x: "${bound('parent.inputs.y')}" }`],
    'd.yml:6:18: YAML_REFERENCE_INVALID',
    'names no input of the pipeline',
  ],
  [
    'a binding to no output of the pipeline',
    [...step, `    outputs: { x: "${bound('parent.outputs.y')}" }`],
    'd.yml:6:19: YAML_REFERENCE_INVALID',
    'names no output of the pipeline',
  ],
  [
    'a condition on a step',
    [...step, '    condition: yes'],
    'd.yml:6:5: YAML_KEY_IGNORED',
    'would run the step always',
  ],
  ['an order that is not by data', [...step, '    depends_on: [b]'], 'd.yml:6:5: YAML_KEY_IGNORED', 'bind an input'],
  ['an unknown key of a step', [...step, '    comput: c'], 'd.yml:6:5: YAML_KEY_UNKNOWN', 'did you mean "compute"?'],
  [
    'an unknown setting',
    [...step, 'settings: { default_datestore: d }'],
    'd.yml:6:13: YAML_KEY_UNKNOWN',
    'did you mean "default_datastore"?',
  ],
  [
    'an input the component does not have',
    ['type: pipeline', 'jobs:', '  a:', '    component: ./ok.yml', '    inputs: { b: 1 }'],
    'd.yml:5:18: YAML_KEY_UNKNOWN',
    'the component has no input "b"',
  ],
  [
    'the version latest of a component',
    ['type: pipeline', 'jobs:', '  a: { component: "azureml:c:latest" }'],
    'd.yml:3:19: YAML_VERSION_LATEST',
    'azureml:c@latest',
  ],
  [
    'the version latest of an environment',
    ['command: run', 'environment: azureml:e:latest'],
    'd.yml:2:14: YAML_VERSION_LATEST',
    'azureml:e@latest',
  ],
  [
    'the version latest of a model',
    [...managed, 'model: azureml:m:latest'],
    'd.yml:5:8: YAML_VERSION_LATEST',
    'azureml:m@latest',
  ],
  [
    'a setting that is no boolean',
    [...step, 'settings: { force_rerun: often }'],
    'd.yml:6:26: YAML_TYPE_WRONG',
    'expected true or false',
  ],
  ['a parallel step without task', parallel, 'd.yml:4:5: YAML_KEY_MISSING', 'no "task"'],
  [
    'a mini batch of no size',
    [...parallel, task, '    mini_batch_size: much'],
    'd.yml:6:22: YAML_VALUE_NOT_ALLOWED',
    '10kb',
  ],
  [
    'a negative retry limit',
    [...parallel, task, '    retry_settings: { max_retries: -1 }'],
    'd.yml:6:36: YAML_VALUE_OUT_OF_RANGE',
    'from 0',
  ],
  [
    'an unknown task',
    [...parallel, '    task: { type: runs_function }'],
    'd.yml:5:19: YAML_VALUE_NOT_ALLOWED',
    'did you mean "run_function"?',
  ],
  ['a sweep without search space', sweep, 'd.yml:1:1: YAML_KEY_MISSING', 'no "search_space"'],
  [
    'a sweep without trial',
    [
      'type: sweep',
      'objective: { goal: minimize, primary_metric: m }',
      'search_space: { a: { type: choice, values: [1] } }',
    ],
    'd.yml:1:1: YAML_KEY_MISSING',
    'no "trial"',
  ],
  [
    'a sweep without objective',
    [...sweep.slice(0, 2), 'search_space: { a: { type: choice, values: [1] } }'],
    'd.yml:1:1: YAML_KEY_MISSING',
    'no "objective"',
  ],
  [
    'a distribution without bounds',
    [...sweep, 'search_space: { a: { type: uniform, min_value: 1 } }'],
    'd.yml:4:20: YAML_KEY_MISSING',
    'no "max_value"',
  ],
  [
    'an unknown distribution',
    [...sweep, 'search_space: { a: { type: unifrom } }'],
    'd.yml:4:28: YAML_VALUE_NOT_ALLOWED',
    'did you mean "uniform"?',
  ],
  [
    'an unknown sampling algorithm',
    [...sweep, 'sampling_algorithm: genetic', 'search_space: { a: { type: choice, values: [1] } }'],
    'd.yml:4:21: YAML_VALUE_NOT_ALLOWED',
    'random, grid, bayesian',
  ],
  [
    'an unknown goal',
    [
      ...sweep.slice(0, 2),
      'objective: { goal: smaller, primary_metric: m }',
      'search_space: { a: { type: choice, values: [1] } }',
    ],
    'd.yml:3:20: YAML_VALUE_NOT_ALLOWED',
    'minimize, maximize',
  ],
  [
    'an early stop without policy',
    [...sweep, 'search_space: { a: { type: choice, values: [1] } }', 'early_termination: { slack_factor: 1 }'],
    'd.yml:5:20: YAML_KEY_MISSING',
    'bandit',
  ],
  [
    'a component name with a dash',
    ['$schema: commandComponent.json', 'name: my-part', 'command: run', 'environment: azureml:e:1'],
    'd.yml:2:7: YAML_NAME_INVALID',
    'small letters',
  ],
  [
    'a component without name',
    ['$schema: commandComponent.json', 'command: run', 'environment: azureml:e:1'],
    'd.yml:1:1: YAML_KEY_MISSING',
    'no "name"',
  ],
  [
    'a component input without type',
    [...component, 'inputs: { a: { optional: true } }'],
    'd.yml:5:14: YAML_KEY_MISSING',
    'the type of the input',
  ],
  [
    'an unknown input type',
    [...component, 'inputs: { a: { type: uri_fil } }'],
    'd.yml:5:22: YAML_VALUE_NOT_ALLOWED',
    'did you mean "uri_file"?',
  ],
  [
    'an unknown output mode',
    [...component, 'outputs: { a: { type: uri_file, mode: ro_mount } }'],
    'd.yml:5:39: YAML_VALUE_NOT_ALLOWED',
    'rw_mount',
  ],
  [
    'files from elsewhere',
    [...component, 'additional_includes: [../x]'],
    'd.yml:5:22: YAML_NOT_SUPPORTED',
    'put the files into the folder',
  ],
  [
    'a name over the limit',
    ['$schema: managedOnlineEndpoint.json', `name: ${'a'.repeat(33)}`],
    'd.yml:2:7: YAML_NAME_INVALID',
    '3 to 32',
  ],
  [
    'traffic that does not sum to 100',
    ['$schema: managedOnlineEndpoint.json', 'name: end', 'traffic: { blue: 60, green: 60 }'],
    'd.yml:3:10: YAML_TRAFFIC_INVALID',
    'sum to 120; expected 100, or 0',
  ],
  [
    'a share over 100',
    ['$schema: managedOnlineEndpoint.json', 'name: end', 'traffic: { blue: 101 }'],
    'd.yml:3:18: YAML_VALUE_OUT_OF_RANGE',
    'from 0 to 100',
  ],
  [
    'too much mirrored traffic',
    ['$schema: managedOnlineEndpoint.json', 'name: end', 'mirror_traffic: { green: 60 }'],
    'd.yml:3:17: YAML_TRAFFIC_INVALID',
    'at most 50',
  ],
  [
    'traffic as a list',
    ['$schema: managedOnlineEndpoint.json', 'name: end', 'traffic: [blue]'],
    'd.yml:3:10: YAML_TYPE_WRONG',
    'a map of keys',
  ],
  [
    'a Kubernetes endpoint without compute',
    ['$schema: kubernetesOnlineEndpoint.json', 'name: edge'],
    'd.yml:1:1: YAML_KEY_MISSING',
    'Kubernetes cluster',
  ],
  [
    'a managed endpoint with a compute',
    ['$schema: managedOnlineEndpoint.json', 'name: end', 'compute: azureml:k'],
    'd.yml:3:10: YAML_NOT_SUPPORTED',
    'kubernetesOnlineEndpoint',
  ],
  [
    'a share of CPU over its sense',
    [...kubernetes, 'scale_settings: { type: target_utilization, target_utilization_percentage: 120 }'],
    'd.yml:5:76: YAML_VALUE_OUT_OF_RANGE',
    'from 1 to 100',
  ],
  [
    'scaling that managed deployments lack',
    [...managed, 'scale_settings: { type: target_utilization }'],
    'd.yml:5:25: YAML_VALUE_NOT_ALLOWED',
    'default',
  ],
  [
    'a sampling rate over 1',
    [...managed, 'data_collector: { sampling_rate: 2, collections: { a: { enabled: true } } }'],
    'd.yml:5:34: YAML_TYPE_WRONG',
    'a number from 0 to 1',
  ],
  [
    'a data collector that collects nothing',
    [...managed, 'data_collector: { sampling_rate: 1 }'],
    'd.yml:5:17: YAML_KEY_MISSING',
    'no "collections"',
  ],
  [
    'keys on a batch endpoint',
    ['$schema: batchEndpoint.json', 'name: night', 'auth_mode: key'],
    'd.yml:3:12: YAML_VALUE_NOT_ALLOWED',
    'aad_token',
  ],
  [
    'a batch deployment without model',
    ['$schema: batchDeployment.json', 'name: blue', 'compute: azureml:c'],
    'd.yml:1:1: YAML_KEY_MISSING',
    'no "model"',
  ],
  ['a batch deployment without compute', batch.slice(0, 4), 'd.yml:1:1: YAML_KEY_MISSING', 'no "compute"'],
  [
    'an unknown output action',
    [...batch, 'output_action: append_rows'],
    'd.yml:6:16: YAML_VALUE_NOT_ALLOWED',
    'did you mean "append_row"?',
  ],
  ['an error threshold below -1', [...batch, 'error_threshold: -2'], 'd.yml:6:18: YAML_VALUE_OUT_OF_RANGE', 'from -1'],
  [
    'a pipeline deployment of a job',
    ['$schema: pipelineComponentBatchDeployment.json', 'name: blue', 'job_definition: azureml:j'],
    'd.yml:3:17: YAML_NOT_SUPPORTED',
    'name the component',
  ],
  ['a schedule without trigger', schedule, 'd.yml:1:1: YAML_KEY_MISSING', 'no "trigger"'],
  [
    'a cron trigger without expression',
    [...schedule, 'trigger: { type: cron }'],
    'd.yml:4:10: YAML_KEY_MISSING',
    'no "expression"',
  ],
  [
    'an unknown day',
    [
      ...schedule,
      'trigger: { type: recurrence, frequency: week, interval: 1, schedule: { hours: 1, week_days: [mon] } }',
    ],
    'd.yml:4:93: YAML_VALUE_NOT_ALLOWED',
    '"mon"',
  ],
  [
    'an hour that is no number',
    [...schedule, 'trigger: { type: recurrence, frequency: day, interval: 1, schedule: { hours: noon } }'],
    'd.yml:4:78: YAML_TYPE_WRONG',
    'whole numbers',
  ],
  [
    'a monitor',
    ['$schema: schedule.json', 'name: s', 'create_monitor: { a: 1 }', 'trigger: { type: cron, expression: 0 1 * * * }'],
    'd.yml:3:17: YAML_NOT_SUPPORTED',
    'create the monitor',
  ],
  [
    'an angle-bracket template',
    ['command: run', 'environment: <your environment>'],
    'd.yml:2:14: YAML_TEMPLATE_UNFILLED',
    '<your environment>',
  ],
  [
    'a distribution without type',
    [...job, 'distribution: { process_count_per_instance: 1 }'],
    'd.yml:3:15: YAML_KEY_MISSING',
    'pytorch',
  ],
  [
    'an unknown service',
    [...job, 'services: { a: { type: vscode } }'],
    'd.yml:3:24: YAML_VALUE_NOT_ALLOWED',
    'did you mean "vs_code"?',
  ],
  [
    'an unknown priority',
    [...job, 'queue_settings: { priority: urgent }'],
    'd.yml:3:29: YAML_VALUE_NOT_ALLOWED',
    'low, medium, high',
  ],
  [
    'an environment file that is not there',
    ['command: run', 'environment: file:no.yml'],
    'd.yml:2:14: YAML_FILE_UNREADABLE',
    'names no.yml',
  ],
  [
    'a build without folder',
    ['$schema: environment.json', 'name: e', 'build: { dockerfile_path: D }'],
    'd.yml:3:8: YAML_KEY_MISSING',
    'no "path"',
  ],
  [
    'an image compute kind',
    ['$schema: amlCompute.schema.json', 'name: c'],
    'd.yml:1:10: YAML_KIND_UNSUPPORTED',
    'az ml compute create',
  ],
  [
    'a feature store',
    ['$schema: FeatureStore.json', 'name: c'],
    'd.yml:1:10: YAML_KIND_UNSUPPORTED',
    'az ml feature-store',
  ],
  ['a prompt flow', ['$schema: Flow.schema.json', 'nodes: []'], 'd.yml:1:10: YAML_KIND_UNSUPPORTED', 'promptflow'],
];

describe('a mistake in any kind of document', () => {
  it('is one of at least sixty', () => {
    expect(new Set(cases.map(([fact]) => fact)).size).toBeGreaterThanOrEqual(60);
  });

  it.each(cases)('%s', (_, lines, start, says) => {
    const [first, ...others] = findingsOf(lines);
    expect(first?.startsWith(start) ? start : first).toBe(start);
    expect(first).toContain(says);
    expect(others).toEqual([]);
  });
});
