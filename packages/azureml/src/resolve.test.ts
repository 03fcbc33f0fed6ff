import { describe, expect, it } from '@jest/globals';
import { compileDocument } from '@switchyard/azureml-yaml';
import { codeOf, resource, scriptedClient } from '../test-support/scripted-http.ts';
import { ensureEnvironment, resolveDeployment } from './resolve-deployment.ts';
import { submitCompiledJob } from './submit-compiled-job.ts';

const context = { subscriptionId: 's0', resourceGroup: 'rg', workspaceName: 'ws' };
const compile = (lines: readonly string[]) => compileDocument({ text: lines.join('\n'), file: 'd.yml', context });
const workspace = resource('ws', {}, { location: 'weu' });

const deployment = compile([
  'name: blue',
  'endpoint_name: end',
  'model: azureml:m@latest',
  'environment: { image: "i:1" }',
  'instance_type: S',
  'instance_count: 1',
  'tags: { a: "1", b: "1" }',
]);

describe('resolving a deployment', () => {
  it('looks up the newest model and registers the environment under its content', async () => {
    const client = scriptedClient([
      ['GET', { status: 404 }],
      ['PUT', { status: 201, body: resource('hash', { image: 'i:1' }) }],
      ['GET /models/m/versions', { body: { value: [resource('4', {})] } }],
      ['GET /workspaces/ws', { body: workspace }],
    ]);
    const resolved = await resolveDeployment(client.workspace, deployment, { folder: '/repo', tags: { b: '2' } });
    expect(resolved).toMatchObject({
      endpoint: 'end',
      name: 'blue',
      body: { location: 'weu', tags: { a: '1', b: '2' }, properties: { model: '/x/4', environmentId: '/x/hash' } },
    });
    expect(client.sent[1]?.url.pathname).toMatch(
      /\/environments\/SwitchyardInlineEnvironment\/versions\/[0-9a-f]{32}$/,
    );
    expect(client.sent[1]?.body).toEqual({ properties: { image: 'i:1', isAnonymous: true } });
  });

  it('does not look up the model of the document when another is given', async () => {
    const client = scriptedClient([
      ['GET', { body: resource('hash', { image: 'i:1' }) }],
      ['GET /workspaces/ws', { body: workspace }],
    ]);
    const model = 'azureml://registries/r/models/m/versions/1';
    const { body, name } = await resolveDeployment(client.workspace, deployment, {
      folder: '/repo',
      model,
      name: 'green',
    });
    expect({ name, properties: body.properties }).toMatchObject({ name: 'green', properties: { model } });
  });

  it('needs a name for the endpoint from somewhere', async () => {
    const bare = compile(['code_configuration: { scoring_script: s.py }', 'instance_type: S', 'instance_count: 1']);
    const { workspace: ws } = scriptedClient([]);
    await expect(resolveDeployment(ws, bare, { folder: '/repo' })).rejects.toThrow('d.yml has no "endpoint_name"');
  });

  it('names a label that points at nothing with its place in the file', async () => {
    const { workspace: ws } = scriptedClient([
      ['GET', { body: resource('hash', { image: 'i:1' }) }],
      ['GET /models/m/versions', { body: { value: [] } }],
    ]);
    await expect(resolveDeployment(ws, deployment, { folder: '/repo' })).rejects.toThrow(
      'd.yml:3:8: AZUREML_REFERENCE_UNRESOLVED: "m@latest"',
    );
  });
});

describe('submitting a compiled job', () => {
  const job = compile(['command: run', 'environment: azureml:e:1', 'tags: { a: "1" }']);

  it('adds tags of the caller and shows the name of the job', async () => {
    const client = scriptedClient([
      ['GET /jobs/j', { status: 404 }],
      ['PUT /jobs/j', { status: 201, body: resource('j', { status: 'Starting' }) }],
    ]);
    await submitCompiledJob(client.workspace, job, { name: 'j', folder: '/repo', tags: { b: '2' } });
    expect(client.sent[1]?.body).toMatchObject({
      properties: { displayName: 'j', tags: { a: '1', b: '2' }, command: 'run' },
    });
  });

  it('refuses tags the service would cut, before anything is sent', async () => {
    const { workspace: ws } = scriptedClient([]);
    const options = { name: 'j', folder: '/repo', tags: { long: 'x'.repeat(300) } };
    expect(await codeOf(submitCompiledJob(ws, job, options))).toBe('AZUREML_TAG_INVALID');
  });
});

describe('ensuring a compiled environment', () => {
  it('without version has the same version for the same content', async () => {
    const versions: (string | undefined)[] = [];
    for (const image of ['i:1', 'i:1', 'i:2']) {
      const client = scriptedClient([
        ['GET', { status: 404 }],
        ['PUT', { body: resource('v', {}) }],
      ]);
      const { version } = await ensureEnvironment(client.workspace, compile(['name: e', `image: ${image}`]), {
        folder: '/repo',
      });
      versions.push(version);
    }
    expect(versions[0]).toBe(versions[1]);
    expect(versions[0]).not.toBe(versions[2]);
  });
});
