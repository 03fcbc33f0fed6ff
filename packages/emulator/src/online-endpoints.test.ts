import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { at, messageOf, until } from './testing/emulator-client.ts';
import { OnlineFixture } from './testing/online-fixture.ts';

let fixture: OnlineFixture;

beforeAll(async () => {
  fixture = await OnlineFixture.start();
});

afterAll(() => fixture.stop());

describe('an endpoint', () => {
  it('is Creating at once and Succeeded when its operation has ended', async () => {
    const started = await fixture.putEndpoint('created');
    expect(started.status).toBe(201);
    const properties = started.json.properties;
    expect(properties).toMatchObject({ provisioningState: 'Creating', keys: null, traffic: {}, mirrorTraffic: {} });
    expect(at(properties, 'properties', 'AzureAsyncOperationUri')).toBe(started.headers['azure-asyncoperation']);
    expect(at(properties, 'properties', 'azureml.onlineendpointid')).toBe(fixture.path('created').toLowerCase());
    await fixture.client.finish(started);
    expect(
      at((await fixture.client.send('GET', fixture.path('created'))).json, 'properties', 'provisioningState'),
    ).toBe('Succeeded');
  });

  it.each([
    ['ab', {}, {}, 'Name'],
    ['1abc', {}, {}, 'Name'],
    ['abc-', {}, {}, 'Name'],
    ['a--b', {}, {}, 'Name'],
    ['x'.repeat(33), {}, {}, 'Name'],
    ['valid', { authMode: 'None' }, {}, 'AuthMode'],
    ['valid', {}, { location: null }, 'Location'],
    ['valid', {}, { tags: { team: '' } }, 'Tags[team]'],
    ['valid', { traffic: { nobody: 100 } }, {}, 'Traffic[nobody]'],
  ])('%s with %p and %p is refused for %4$s', async (name, properties, more, property) => {
    const answer = await fixture.putEndpoint(name, properties, more);
    expect(answer.status).toBe(400);
    expect(messageOf(answer)).toContain(
      'has the following validation errors. Please resolve them and try again. Errors: [',
    );
    expect(messageOf(answer)).toContain(`"PropertyName":"${property}"`);
  });

  it('has a name that no other workspace of the region may use', async () => {
    await fixture.client.finish(await fixture.putEndpoint('unique'));
    const body = { location: 'westeurope', properties: { authMode: 'Key' } };
    const answer = await fixture.client.send('PUT', fixture.path('unique', 'test'), body);
    expect([answer.status, answer.json.title]).toEqual([400, 'One or more validation errors occurred.']);
    expect(JSON.stringify(answer.json.errors)).toContain('Endpoint name needs to be unique within a region');
  });

  it('PATCH changes tags and leaves traffic alone', async () => {
    await fixture.make('patched', 'blue');
    await fixture.client.finish(await fixture.putEndpoint('patched', { traffic: { blue: 100 } }));
    const started = await fixture.client.send('PATCH', fixture.path('patched'), {
      tags: { a: '1' },
      properties: { traffic: {} },
    });
    expect(started.status).toBe(202);
    const ended = await fixture.client.finish(started);
    expect([ended.status, ended.json.tags]).toEqual([200, { a: '1' }]);
    expect(await fixture.traffic('patched')).toEqual({ blue: 100 });
  });

  it('keys can be changed one by one', async () => {
    await fixture.client.finish(await fixture.putEndpoint('keys'));
    const path = fixture.path('keys');
    const before = (await fixture.client.send('POST', `${path}/listKeys`)).json;
    await fixture.client.finish(await fixture.client.send('POST', `${path}/regenerateKeys`, { keyType: 'Primary' }));
    const after = (await fixture.client.send('POST', `${path}/listKeys`)).json;
    expect(after.primaryKey).not.toBe(before.primaryKey);
    expect(after.secondaryKey).toBe(before.secondaryKey);
    expect((await fixture.client.send('POST', `${path}/regenerateKeys`, { keyType: 'Third' })).status).toBe(400);
  });
});

describe('traffic', () => {
  it('is split as set; the old split holds until the operation has ended; a PUT without traffic stops it', async () => {
    await fixture.make('split', 'blue', 'green');
    expect((await fixture.score('split')).status).toBe(404);
    await fixture.client.finish(await fixture.putEndpoint('split', { traffic: { blue: 100 } }));
    const changing = await fixture.putEndpoint('split', { traffic: { blue: 70, green: 30 } });
    expect([changing.status, at(changing.json, 'properties', 'traffic')]).toEqual([200, { blue: 70, green: 30 }]);
    expect(await fixture.traffic('split')).toEqual({ blue: 100 });
    expect((await fixture.score('split')).headers['azureml-model-deployment']).toBe('blue');
    const refused = await fixture.putDeployment('split', 'blue');
    expect([refused.status, messageOf(refused)]).toEqual([
      409,
      'Cannot create a deployment in endpoint split because it is in Updating provisioning state.',
    ]);
    await fixture.client.finish(changing);
    const answers = await Promise.all(Array.from({ length: 30 }, () => fixture.score('split')));
    const more = await Promise.all(Array.from({ length: 30 }, () => fixture.score('split')));
    const green = [...answers, ...more].filter(({ json }) => json.color === 'green').length;
    expect(green).toBeGreaterThan(8);
    expect(green).toBeLessThan(30);
    await fixture.client.finish(await fixture.putEndpoint('split'));
    expect((await fixture.score('split')).status).toBe(404);
    const chosen = await fixture.score('split', {}, { 'azureml-model-deployment': 'green' });
    expect([chosen.status, chosen.json]).toEqual([200, { color: 'green', weights: [1] }]);
  });

  it('follows the rules of shares and mirrors', async () => {
    await fixture.make('rules', 'blue', 'green');
    const cases: [object, string][] = [
      [{ traffic: { blue: 60, green: 30 } }, 'must be 0 or 100'],
      [{ traffic: { blue: 120, green: -20 } }, 'integers from 0 to 100'],
      [{ traffic: { blue: 99.5, green: 0.5 } }, 'integers from 0 to 100'],
      [{ traffic: { blue: 100 }, mirrorTraffic: { blue: 10 } }, 'live and mirrored'],
      [{ traffic: { blue: 100 }, mirrorTraffic: { green: 60 } }, 'At most 50 percent'],
      [{ mirrorTraffic: { green: 10, blue: 10 } }, 'one deployment only'],
    ];
    for (const [properties, reason] of cases) {
      const answer = await fixture.putEndpoint('rules', properties);
      expect([answer.status, messageOf(answer)]).toEqual([400, expect.stringContaining(reason)]);
    }
    expect(await fixture.traffic('rules')).toEqual({});
  });

  it('is mirrored without being answered from the mirror, and not for a chosen deployment', async () => {
    await fixture.make('mirror', 'blue', 'green');
    await fixture.client.finish(
      await fixture.putEndpoint('mirror', { traffic: { blue: 100 }, mirrorTraffic: { green: 50 } }),
    );
    const requests = async (deployment: string) => {
      const { json } = await fixture.client.raw('GET', '/_emulator/state');
      const found = JSON.stringify(json).match(/"name":"mirror".*?\]/s)?.[0] ?? '';
      return Number(new RegExp(`"name":"${deployment}"[^}]*"requests":(\\d+)`).exec(found)?.[1] ?? 0);
    };
    await fixture.score('mirror', {}, { 'azureml-model-deployment': 'blue' });
    expect(await requests('green')).toBe(0);
    const answers = await Promise.all(Array.from({ length: 20 }, () => fixture.score('mirror')));
    expect(new Set(answers.map(({ json }) => json.color))).toEqual(new Set(['blue']));
    const mirrored = await until(async () => (await requests('green')) || undefined);
    expect(mirrored).toBeLessThan(20);
  });
});
