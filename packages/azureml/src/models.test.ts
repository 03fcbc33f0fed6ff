import { describe, expect, it } from '@jest/globals';
import { codeOf, resource, scriptedClient } from '../test-support/scripted-http.ts';

const long = 'azureml://subscriptions/s0/resourcegroups/rg/workspaces/ws/datastores/workspaceblobstore/paths/m/';
const same = 'azureml://subscriptions/s0/resourceGroups/rg/workspaces/ws/datastores/workspaceblobstore/paths/m';

function version(name: string, properties: object = {}, createdAt = '2026-11-20T09:00:00Z') {
  return resource(
    name,
    { modelUri: same, modelType: 'custom_model', tags: {}, ...properties },
    { systemData: { createdAt } },
  );
}

const registration = { name: 'm', type: 'custom_model', uri: long, jobName: 'j' } as const;

describe('registering a model', () => {
  it('takes the next number and reads the version back', async () => {
    const made = version('3', { jobName: 'j', tags: { a: 'b' } });
    const { workspace, sent, left } = scriptedClient([
      ['GET /models/m/versions', { body: { value: [] } }],
      ['GET /models/m', { body: resource('m', { nextVersion: '3' }) }],
      ['GET /versions/3', { status: 404 }],
      ['GET /versions/3', { status: 404 }],
      ['PUT /versions/3', { status: 201, body: made }],
      ['GET /versions/3', { status: 404 }],
      ['GET /versions/3', { body: made }],
    ]);
    expect(await workspace.models.register({ ...registration, tags: { a: 'b' } })).toMatchObject({
      version: '3',
      jobName: 'j',
    });
    expect(sent[4]?.body).toEqual({
      properties: { modelType: 'custom_model', modelUri: long, jobName: 'j', tags: { a: 'b' }, properties: {} },
    });
    expect(left()).toBe(0);
  });

  it('finds the version that the same job registered before', async () => {
    const { workspace } = scriptedClient([
      ['GET /models/m/versions', { body: { value: [version('2', { jobName: 'j' })] } }],
      ['GET /versions/2', { body: version('2', { jobName: 'j' }) }],
    ]);
    expect((await workspace.models.register(registration)).version).toBe('2');
  });

  it('goes on to the next number when another run took it', async () => {
    const made = version('5', { jobName: 'j' });
    const { workspace } = scriptedClient([
      ['GET /models/m/versions', { body: { value: [] } }],
      ['GET /models/m', { body: resource('m', { nextVersion: '3' }) }],
      ['GET /versions/3', { body: version('3', { jobName: 'other' }) }],
      ['GET /versions/4', { status: 404 }],
      ['GET /versions/4', { status: 404 }],
      [
        'PUT /versions/4',
        { status: 400, body: { error: { code: 'UserError', message: 'Asset paths cannot be updated.' } } },
      ],
      ['GET /versions/5', { status: 404 }],
      ['GET /versions/5', { status: 404 }],
      ['PUT /versions/5', { status: 201, body: made }],
      ['GET /versions/5', { body: made }],
    ]);
    expect((await workspace.models.register(registration)).version).toBe('5');
  });

  it('refuses a given version with other files', async () => {
    const { workspace } = scriptedClient([
      ['GET /versions/7', { body: version('7', { modelUri: 'azureml://datastores/d/paths/other' }) }],
    ]);
    await expect(workspace.models.register({ ...registration, version: '7' })).rejects.toThrow('with other modelUri');
  });
});

describe('tags of a model', () => {
  it('are merged into the whole version, null removes, and the answer is a fresh read', async () => {
    const before = version('1', { tags: { keep: '1', drop: '2' }, stage: 'x', provisioningState: 'Succeeded' });
    const after = version('1', { tags: { keep: '1', add: '3' } });
    const { workspace, sent } = scriptedClient([
      ['GET /versions/1', { body: before }],
      ['PUT /versions/1', { body: before }],
      ['GET /versions/1', { body: before }],
      ['GET /versions/1', { body: after }],
    ]);
    const model = await workspace.models.setTags('m', '1', { add: '3', drop: null });
    expect(model.tags).toEqual({ keep: '1', add: '3' });
    expect(sent[1]?.body).toEqual({
      properties: { modelUri: same, modelType: 'custom_model', tags: { keep: '1', add: '3' }, stage: 'x' },
    });
  });

  it('that are there already are not written', async () => {
    const { workspace, left } = scriptedClient([['GET /versions/1', { body: version('1', { tags: { a: 'b' } }) }]]);
    await workspace.models.setTags('m', '1', { a: 'b' });
    expect(left()).toBe(0);
  });

  it('that are too long or never seen are errors', async () => {
    const long = scriptedClient([['GET /versions/1', { body: version('1') }]]);
    expect(await codeOf(long.workspace.models.setTags('m', '1', { a: 'x'.repeat(257) }))).toBe('AZUREML_TAG_INVALID');
    const missing = scriptedClient([['GET /versions/1', { status: 404 }]]);
    expect(await codeOf(missing.workspace.models.setTags('m', '1', { a: 'b' }))).toBe('AZUREML_NOT_FOUND');
    const stale = { body: version('1') };
    const never = scriptedClient(
      [
        ['GET /versions/1', stale],
        ['PUT /versions/1', stale],
        ...Array.from({ length: 25 }, () => ['GET /versions/1', stale] as const),
      ],
      { pollSeconds: 60 },
    );
    expect(await codeOf(never.workspace.models.setTags('m', '1', { a: 'b' }))).toBe('AZUREML_READ_BACK_FAILED');
  });
});

describe('a list of models', () => {
  it('goes over all pages, newest first, with all tags asked for', async () => {
    const next = 'https://management.azure.com/page2?api-version=2025-12-01&$skip=x';
    const old = version('9', { tags: { a: '1', b: '2' } }, '2026-01-01T00:00:00Z');
    const young = version('2', { tags: { a: '1', b: '2' } }, '2026-02-01T00:00:00Z');
    const { workspace, sent } = scriptedClient([
      ['GET /models/m/versions', { body: { value: [old, version('3', { tags: { a: '1' } })], nextLink: next } }],
      ['GET /page2', { body: { value: [young] } }],
    ]);
    const models = await workspace.models.list('m', { tags: { a: '1', b: '2' } });
    expect(models.map((model) => model.version)).toEqual(['2', '9']);
    expect(sent[0]?.url.searchParams.get('tags')).toBe('a=1');
  });

  it('of a model that does not exist is empty', async () => {
    const { workspace, registry } = scriptedClient([
      ['GET /models/m/versions', { status: 404 }],
      ['GET /registries/reg/models/m/versions', { status: 404 }],
    ]);
    expect(await workspace.models.list('m')).toEqual([]);
    expect(await registry.models.newest('m')).toBeUndefined();
  });
});

describe('ensuring an environment', () => {
  const existing = resource('1', { image: 'i:1', condaFile: 'name: e\n', osType: 'Linux', description: null });

  it('does nothing when the content is the same, whatever the service added', async () => {
    const { workspace } = scriptedClient([['GET /environments/e/versions/1', { body: existing }]]);
    expect(
      await workspace.environments.ensure('e', '1', { properties: { image: 'i:1', condaFile: 'name: e\r\n' } }),
    ).toMatchObject({ created: false });
  });

  it('refuses other content and names the members', async () => {
    const { workspace } = scriptedClient([['GET /environments/e/versions/1', { body: existing }]]);
    await expect(workspace.environments.ensure('e', '1', { properties: { image: 'i:2' } })).rejects.toThrow(
      'with other image, condaFile',
    );
  });
});

describe('publishing', () => {
  const promotion = { type: 'models', name: 'm', version: '3', destinationName: 'm', destinationVersion: '2' } as const;

  it('waits for Location and then until the registry shows the version', async () => {
    const { workspace, registry, sent } = scriptedClient([
      ['GET /registries/reg/models/m/versions/2', { status: 404 }],
      [
        'POST /models/m/versions/3/publish',
        { status: 202, headers: { location: 'https://management.azure.com/results/1' } },
      ],
      ['GET /results/1', { status: 202 }],
      ['GET /results/1', { status: 200 }],
      ['GET /registries/reg/models/m/versions/2', { status: 404 }],
      ['GET /registries/reg/models/m/versions/2', { body: version('2', { provisioningState: 'Creating' }) }],
      ['GET /registries/reg/models/m/versions/2', { body: version('2', { provisioningState: 'Succeeded' }) }],
    ]);
    expect(await workspace.publish({ ...promotion, registry })).toMatchObject({ copied: true });
    expect(sent[1]?.body).toEqual({ registryName: 'reg', destinationName: 'm', destinationVersion: '2' });
  });

  it('copies nothing when the version is there, also when another run was faster', async () => {
    const there = { body: version('2') };
    const before = scriptedClient([['GET /registries/reg/models/m/versions/2', there]]);
    expect(await before.workspace.publish({ ...promotion, registry: before.registry })).toMatchObject({
      copied: false,
    });
    const race = scriptedClient([
      ['GET /registries/reg/models/m/versions/2', { status: 404 }],
      ['POST /publish', { status: 409 }],
      ['GET /registries/reg/models/m/versions/2', there],
    ]);
    expect(await race.workspace.publish({ ...promotion, registry: race.registry })).toMatchObject({ copied: false });
  });

  it('asks the registry itself when the status may not be read', async () => {
    const { workspace, registry } = scriptedClient([
      ['GET /registries/reg/models/m/versions/2', { status: 404 }],
      ['POST /publish', { status: 202, headers: { location: 'https://management.azure.com/results/1' } }],
      ['GET /results/1', { status: 403 }],
      ['GET /registries/reg/models/m/versions/2', { status: 404 }],
      ['GET /registries/reg/models/m/versions/2', { body: version('2') }],
      ['GET /registries/reg/models/m/versions/2', { body: version('2') }],
    ]);
    expect(await workspace.publish({ ...promotion, registry })).toMatchObject({ copied: true });
  });
});
