import { describe, expect, it } from '@jest/globals';
import { SwitchyardErrors } from '@switchyard/domain';
import { type CompileInput, compileDocument } from './compile.ts';

const context = { subscriptionId: 's0', resourceGroup: 'rg', workspaceName: 'ws' };

function mistakesOf(lines: readonly string[], more: Partial<CompileInput> = {}): string[] {
  try {
    compileDocument({ text: lines.join('\n'), file: 'd.yml', context, ...more });
    return [];
  } catch (error) {
    if (!(error instanceof SwitchyardErrors)) throw error;
    return error.errors.map(({ message }) => message);
  }
}

const job = ['command: run', 'environment: azureml:e:1'];
const deployment = ['endpoint_name: end', 'instance_type: S', 'instance_count: 1'];

interface Case {
  readonly fact: string;
  readonly lines: readonly string[];
  readonly more?: Partial<CompileInput>;
  readonly start: string;
  readonly says: string;
}

const cases: readonly Case[] = [
  { fact: 'an unclosed quote', lines: ['a: "b', 'c: 1'], start: 'd.yml:2:5: YAML_SYNTAX', says: 'Missing closing' },
  { fact: 'a key written twice', lines: ['command: a', 'command: b'], start: 'd.yml:2:1: YAML_SYNTAX', says: 'unique' },
  { fact: 'an empty file', lines: [''], start: 'd.yml:1:1: YAML_EMPTY', says: 'the document is empty' },
  { fact: 'a list at the root', lines: ['- a'], start: 'd.yml:1:1: YAML_EMPTY', says: 'not a map' },
  {
    fact: 'an unfilled template',
    lines: ['name: {{ENDPOINT}}', 'x: {{OTHER}}'],
    start: 'd.yml:1:7: YAML_TEMPLATE_UNFILLED',
    says: 'the template is not filled: {{ENDPOINT}}, {{OTHER}}',
  },
  {
    fact: 'no sign of a kind',
    lines: ['a: 1'],
    start: 'd.yml:1:1: YAML_KIND_UNKNOWN',
    says: 'commandJob, pipelineJob',
  },
  {
    fact: 'a Spark job',
    lines: ['$schema: x/sparkJob.schema.json'],
    start: 'd.yml:1:10: YAML_KIND_UNSUPPORTED',
    says: 'the document is a sparkJob',
  },
  {
    fact: 'a workspace',
    lines: ['$schema: Workspace.json'],
    start: 'd.yml:1:10: YAML_KIND_UNSUPPORTED',
    says: 'managedOnlineEndpoint',
  },
  {
    fact: 'a kind the caller cannot use',
    lines: ['auth_mode: key', 'name: end'],
    more: { expect: ['commandJob'] },
    start: 'd.yml:1:1: YAML_KIND_UNEXPECTED',
    says: 'the document is a managedOnlineEndpoint; expected a commandJob',
  },
  {
    fact: 'a required key that is misspelt',
    lines: ['$schema: commandJob.json', 'comand: run', 'environment: azureml:e:1'],
    start: 'd.yml:2:1: YAML_KEY_MISSING',
    says: 'no "command", but there is "comand"',
  },
  {
    fact: 'a missing key of a nested map',
    lines: [...deployment, 'code_configuration:', '  code: src'],
    start: 'd.yml:5:3: YAML_KEY_MISSING',
    says: 'no "scoring_script" in "code_configuration"',
  },
  {
    fact: 'a job without environment',
    lines: ['command: run'],
    start: 'd.yml:1:1: YAML_KEY_MISSING',
    says: 'no "environment"',
  },
  {
    fact: 'a word where a number belongs',
    lines: [...deployment.slice(0, 2), 'instance_count: two'],
    start: 'd.yml:3:17: YAML_TYPE_WRONG',
    says: '"instance_count" is "two"; expected a whole number from 1 to 50',
  },
  {
    fact: 'a number that is too small',
    lines: [...deployment.slice(0, 2), 'instance_count: 0'],
    start: 'd.yml:3:17: YAML_VALUE_OUT_OF_RANGE',
    says: '"instance_count" is 0',
  },
  {
    fact: 'a request limit over the service limit',
    lines: [...deployment, 'request_settings: { request_timeout_ms: 200000 }'],
    start: 'd.yml:4:41: YAML_VALUE_OUT_OF_RANGE',
    says: '180000',
  },
  {
    fact: 'a word outside its set',
    lines: ['name: end', 'auth_mode: aml_tokens'],
    start: 'd.yml:2:12: YAML_VALUE_NOT_ALLOWED',
    says: 'did you mean "aml_token"?',
  },
  {
    fact: 'an endpoint name that is too short',
    lines: ['name: e1', 'auth_mode: key'],
    start: 'd.yml:1:7: YAML_NAME_INVALID',
    says: '3 to 32 letters',
  },
  {
    fact: 'an endpoint name with an underscore',
    lines: ['name: my_end', 'auth_mode: key'],
    start: 'd.yml:1:7: YAML_NAME_INVALID',
    says: '"my_end"',
  },
  {
    fact: 'an asset without version',
    lines: ['command: run', 'environment: azureml:e'],
    start: 'd.yml:2:14: YAML_REFERENCE_INVALID',
    says: 'azureml:<name>@latest',
  },
  {
    fact: 'a registry id of another type',
    lines: [...deployment, 'model: azureml://registries/r/environments/e/versions/1'],
    start: 'd.yml:4:8: YAML_REFERENCE_INVALID',
    says: 'azureml://registries/<registry>/models/',
  },
  {
    fact: 'a local compute',
    lines: [...job, 'compute: local'],
    start: 'd.yml:3:10: YAML_NOT_SUPPORTED',
    says: 'serverless',
  },
  {
    fact: 'code from a git address',
    lines: [...job, 'code: git+https://h/r'],
    start: 'd.yml:3:7: YAML_NOT_SUPPORTED',
    says: 'check the other repository out',
  },
  {
    fact: 'an image to build, for a caller that cannot',
    lines: ['name: e', 'build: { path: . }'],
    start: 'd.yml:2:8: YAML_NOT_SUPPORTED',
    says: '"build" is not supported yet',
  },
  {
    fact: 'a model written in place, for a caller that cannot register it',
    lines: [...deployment, 'model: { path: m }'],
    start: 'd.yml:4:8: YAML_NOT_SUPPORTED',
    says: 'register the model first',
  },
  {
    fact: 'a conda file that is not there',
    lines: ['name: e', 'image: i', 'conda_file: c.yml'],
    start: 'd.yml:3:13: YAML_FILE_UNREADABLE',
    says: 'c.yml cannot be read',
  },
  {
    fact: 'a model version that is no number',
    lines: ['type: custom_model', 'name: m', 'path: p', 'version: 1.2.3'],
    start: 'd.yml:4:10: YAML_VALUE_NOT_ALLOWED',
    says: 'positive whole number',
  },
  {
    fact: 'a map where text belongs',
    lines: ['command: { a: 1 }', 'environment: azureml:e:1'],
    start: 'd.yml:1:10: YAML_TYPE_WRONG',
    says: '"command" is a map; expected text',
  },
  {
    fact: 'text where a map belongs',
    lines: [...job, 'inputs: x'],
    start: 'd.yml:3:9: YAML_TYPE_WRONG',
    says: '"inputs" is "x"; expected a map',
  },
  {
    fact: 'an input without path',
    lines: [...job, 'inputs:', '  d: { type: uri_file }'],
    start: 'd.yml:4:6: YAML_KEY_MISSING',
    says: 'no "path" in "inputs.d"',
  },
  {
    fact: 'a set without an equals sign',
    lines: job,
    more: { set: ['compute'] },
    start: 'd.yml:1:1: YAML_SET_INVALID',
    says: 'set "compute" cannot be applied',
  },
  {
    fact: 'a set through a plain value',
    lines: job,
    more: { set: ['command.x=1'] },
    start: 'd.yml:1:1: YAML_SET_INVALID',
    says: '"command" is a plain value',
  },
  {
    fact: 'a wrong value given by set',
    lines: job,
    more: { set: ['limits.timeout=soon'] },
    start: 'd.yml:',
    says: '(from set "limits.timeout=soon")',
  },
];

describe('a mistake is named with its place', () => {
  it.each(cases)('$fact', ({ lines, more, start, says }) => {
    const [first, ...others] = mistakesOf(lines, more);
    expect(first?.startsWith(start) ? start : first).toBe(start);
    expect(first).toContain(says);
    expect(others).toEqual([]);
  });
});

describe('a mistake about a block', () => {
  it('points at its key', () => {
    const [message] = mistakesOf([...deployment, 'model:', '  path: m']);
    expect(message).toContain('d.yml:4:1: YAML_NOT_SUPPORTED');
  });
});

describe('a document with several mistakes', () => {
  it('shows them all, in the order of the file', () => {
    const found = mistakesOf(['$schema: managedOnlineDeployment.json', 'name: b', 'instance_count: x', 'model: m']);
    expect(found.map((message) => message.split(':').slice(1, 4).join(':').trim())).toEqual([
      '1:1: YAML_KEY_MISSING',
      '2:7: YAML_NAME_INVALID',
      '3:17: YAML_TYPE_WRONG',
      '4:8: YAML_REFERENCE_INVALID',
    ]);
  });
});

describe('unknown keys', () => {
  it('are warnings with the nearest key, since the service would drop them in silence', () => {
    const { warnings } = compileDocument({ text: [...job, 'conpute: c', 'zzz: 1'].join('\n'), file: 'd.yml', context });
    expect(warnings).toEqual([
      {
        code: 'YAML_KEY_UNKNOWN',
        message: 'unknown key "conpute"; the service would drop it, it is left out; did you mean "compute"?',
        position: { file: 'd.yml', line: 3, column: 1 },
      },
      {
        code: 'YAML_KEY_UNKNOWN',
        message: 'unknown key "zzz"; the service would drop it, it is left out',
        position: { file: 'd.yml', line: 4, column: 1 },
      },
    ]);
  });
});

describe('a template in a comment', () => {
  it('is no mistake, nor is an expression', () => {
    expect(mistakesOf(['# {{NAME}}', ['command: echo $', '{{NAME}}'].join(''), 'environment: azureml:e:1'])).toEqual(
      [],
    );
  });
});
