import { describe, expect, it } from '@jest/globals';
import { type CompileInput, compileDocument } from './compile.ts';
import { fillUploads } from './placeholder.ts';

const context = { subscriptionId: 's0', resourceGroup: 'rg', workspaceName: 'ws', location: 'westeurope' };
const workspace = '/subscriptions/s0/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws';

function compile(lines: readonly string[], more: Partial<CompileInput> = {}) {
  return compileDocument({ text: lines.join('\n'), file: 'azureml/doc.yml', context, ...more });
}

const bound = (place: string) => `\${{${place}}}`;
const command = `python train.py --data ${bound('inputs.data')} --rate ${bound('inputs.rate')} --out ${bound('outputs.model')}`;

const job = [
  '$schema: https://azuremlschemas.azureedge.net/latest/CommandJob.schema.json',
  `command: ${command}`,
  'code: ../src',
  'environment: azureml:forecast:3',
  'compute: azureml:cpu-cluster',
  'experiment_name: sensors',
  'inputs:',
  '  data:',
  '    type: uri_file',
  '    path: ../data/a.csv',
  '    mode: ro_mount',
  '  rate: 1.0',
  'outputs:',
  '  model:',
  '    type: custom_model',
  '  plain:',
  'limits:',
  '  timeout: 5400',
];

const deployment = [
  '$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json',
  'name: blue',
  'endpoint_name: sensor-test',
  'model: azureml:forecast:7',
  'code_configuration:',
  '  code: ../src/score',
  '  scoring_script: score.py',
  'environment:',
  '  image: mcr.example/base:1',
  '  conda_file: conda.yml',
  'instance_type: Standard_DS3_v2',
  'instance_count: 2',
  'request_settings:',
  '  request_timeout_ms: 1500',
  '  max_concurrent_requests_per_instance: 4',
  'liveness_probe:',
  '  initial_delay: 5',
  '  period: 10',
  'environment_variables:',
  '  WORKERS: 2',
  '  EMPTY:',
  'tags:',
  '  team: sensors',
];

describe('a command job', () => {
  it('becomes a Command job whose local paths are uploads and whose expressions are untouched', () => {
    const { kind, resource, body, uploads, warnings } = compile(job);
    expect({ kind, resource, warnings }).toEqual({ kind: 'commandJob', resource: { type: 'jobs' }, warnings: [] });
    expect(uploads.map(({ key, kind: what, path }) => [key, what, path])).toEqual([
      ['code', 'code', 'src'],
      ['inputs.data.path', 'data', 'data/a.csv'],
    ]);
    expect(body).toEqual({
      properties: {
        jobType: 'Command',
        command,
        codeId: 'switchyard:upload:code',
        environmentId: `${workspace}/environments/forecast/versions/3`,
        computeId: `${workspace}/computes/cpu-cluster`,
        experimentName: 'sensors',
        inputs: {
          data: { jobInputType: 'uri_file', uri: 'switchyard:upload:inputs.data.path', mode: 'ReadOnlyMount' },
          rate: { jobInputType: 'literal', value: '1.0' },
        },
        outputs: {
          model: { jobOutputType: 'custom_model' },
          plain: { jobOutputType: 'uri_folder' },
        },
        limits: { jobLimitsType: 'Command', timeout: 'PT5400S' },
      },
    });
  });

  it('takes values of set over the document and types them as YAML', () => {
    const set = ['inputs.data.path=../data/b.csv', 'tags.run=5', 'resources.instance_count=2', 'inputs.note=a: b'];
    const { body, uploads } = compile(job, { set });
    expect(uploads[1]?.path).toBe('data/b.csv');
    expect(body.properties).toMatchObject({
      tags: { run: '5' },
      resources: { instanceCount: 2 },
      inputs: { note: { jobInputType: 'literal', value: 'a: b' } },
    });
  });

  it('is found by its keys when $schema is absent, by type when $schema is unknown', () => {
    expect(compile(job.slice(1)).kind).toBe('commandJob');
    expect(compile(['$schema: http://x/y.json', 'type: command', ...job.slice(1)]).kind).toBe('commandJob');
  });

  it('reads a quoted text whose later lines stand under its key, as az ml does', () => {
    const lines = ['inputs:', '  note: "one \\', '  two"', '  after: 1', 'command: run', 'environment: azureml:e:1'];
    expect(compile(lines).body.properties).toMatchObject({
      inputs: { note: { value: 'one two' }, after: { value: '1' } },
    });
  });

  it('reads aliases and merge keys', () => {
    const { body } = compile([
      'x-base: &base { type: uri_file, path: azureml://datastores/d/paths/p }',
      'command: run',
      'environment: azureml:e:1',
      'inputs:',
      '  a: *base',
      '  b: { <<: *base, type: uri_folder }',
      '  c: { type: mltable, <<: *base }',
    ]);
    expect(body.properties).toMatchObject({
      inputs: {
        a: { jobInputType: 'uri_file', uri: 'azureml://datastores/d/paths/p' },
        b: { jobInputType: 'uri_folder', uri: 'azureml://datastores/d/paths/p' },
        c: { jobInputType: 'mltable', uri: 'azureml://datastores/d/paths/p' },
      },
    });
  });

  it('keeps @latest open, passes registry and ARM ids, and sends serverless by name as the official SDK does', () => {
    const lines = ['command: run', 'compute: azureml:serverless', 'inputs:', '  m:', '    type: mlflow_model'];
    const { body, references } = compile([
      ...lines,
      '    path: azureml:forecast@latest',
      `environment: azureml:${workspace}/environments/e/versions/1`,
    ]);
    expect(references).toMatchObject([{ key: 'inputs.m.path', type: 'models', name: 'forecast', label: 'latest' }]);
    expect(body.properties).toMatchObject({ environmentId: `${workspace}/environments/e/versions/1` });
    expect(body.properties).toMatchObject({ computeId: `${workspace}/computes/serverless` });
  });

  it('keeps the registry of a labelled registry environment', () => {
    const { references } = compile([
      'command: run',
      'environment: azureml://registries/azureml/environments/sk/labels/latest',
    ]);
    expect(references).toMatchObject([{ name: 'sk', label: 'latest', registry: 'azureml' }]);
  });

  it('warns of a version that is literally called latest', () => {
    const { warnings } = compile(['command: run', 'environment: azureml:e:latest']);
    expect(warnings[0]?.message).toContain('azureml:e@latest');
  });
});

describe('a deployment', () => {
  it('becomes a managed deployment with capacity in the sku and durations in ISO 8601', () => {
    const read: string[] = [];
    const readText = (path: string) => {
      read.push(path);
      return 'name: e\n';
    };
    const { name, resource, body, uploads, inline, warnings } = compile(deployment, { readText });
    expect({ name, resource, warnings, read }).toEqual({
      name: 'blue',
      resource: { type: 'onlineEndpoints/deployments', parent: 'sensor-test' },
      warnings: [],
      read: ['azureml/conda.yml'],
    });
    expect(uploads).toMatchObject([{ key: 'code_configuration.code', kind: 'code', path: 'src/score' }]);
    expect(inline).toMatchObject([
      { key: 'environment', body: { properties: { image: 'mcr.example/base:1', condaFile: 'name: e\n' } } },
    ]);
    expect(body).toEqual({
      location: 'westeurope',
      tags: { team: 'sensors' },
      sku: { name: 'Default', capacity: 2 },
      properties: {
        endpointComputeType: 'Managed',
        instanceType: 'Standard_DS3_v2',
        model: `${workspace}/models/forecast/versions/7`,
        environmentId: 'switchyard:inline:environment',
        codeConfiguration: { codeId: 'switchyard:upload:code_configuration.code', scoringScript: 'score.py' },
        environmentVariables: { WORKERS: '2', EMPTY: '' },
        requestSettings: { maxConcurrentRequestsPerInstance: 4, requestTimeout: 'PT1.5S' },
        livenessProbe: { initialDelay: 'PT5S', period: 'PT10S' },
      },
    });
  });

  it('is complete once every placeholder is filled', () => {
    const compiled = compile(deployment, { readText: () => 'name: e\n' });
    const filled = fillUploads(compiled, { 'code_configuration.code': 'CODE', environment: 'ENV' });
    expect(filled.body.properties).toMatchObject({ environmentId: 'ENV', codeConfiguration: { codeId: 'CODE' } });
    expect(JSON.stringify(filled.body)).not.toContain('switchyard:');
    expect(() => fillUploads(compiled, { environment: 'ENV' })).toThrow('YAML_PLACEHOLDER_UNFILLED');
  });

  it('takes a model of a registry as it is', () => {
    const model = 'azureml://registries/sensors/models/forecast/versions/2';
    const { body } = compile(deployment, { readText: () => '', set: [`model=${model}`, 'environment=azureml:e:1'] });
    expect(body.properties).toMatchObject({ model, environmentId: `${workspace}/environments/e/versions/1` });
  });
});

describe('the other kinds', () => {
  it('compiles an endpoint and leaves traffic to a rollout', () => {
    const lines = [
      '$schema: x/managedOnlineEndpoint.schema.json',
      'name: sensor-test',
      'auth_mode: aad_token',
      'traffic: { blue: 100 }',
    ];
    const { resource, body, warnings } = compile(lines);
    expect(resource).toEqual({ type: 'onlineEndpoints' });
    expect(body).toEqual({
      location: 'westeurope',
      identity: { type: 'SystemAssigned' },
      properties: { authMode: 'AADToken' },
    });
    expect(warnings[0]).toMatchObject({
      message: expect.stringContaining('a rollout sets it'),
      position: { line: 4, column: 10 },
    });
  });

  it('compiles an environment with its conda document written in place', () => {
    const { name, version, body } = compile([
      'name: e',
      'version: 1',
      'image: i:1',
      'conda_file:',
      '  dependencies: [python=3.11]',
    ]);
    expect({ name, version }).toEqual({ name: 'e', version: '1' });
    expect(JSON.parse((body.properties as { condaFile: string }).condaFile)).toEqual({ dependencies: ['python=3.11'] });
  });

  it('compiles a model of a job output without an upload, and one of a folder with one', () => {
    const remote = compile(['type: mlflow_model', 'name: m', 'path: azureml://jobs/j/outputs/model']);
    expect(remote.body).toEqual({
      properties: { modelType: 'mlflow_model', modelUri: 'azureml://jobs/j/outputs/model' },
    });
    expect(compile(['type: custom_model', 'name: m', 'path: ./m']).uploads).toMatchObject([
      { kind: 'model', path: 'azureml/m' },
    ]);
  });

  it('compiles a data asset', () => {
    const { resource, body, uploads } = compile(['type: uri_file', 'name: d', 'path: ../d.csv']);
    expect({ resource, uploads: uploads.length }).toEqual({ resource: { type: 'data' }, uploads: 1 });
    expect(body).toEqual({ properties: { dataType: 'uri_file', dataUri: 'switchyard:upload:path' } });
  });
});
