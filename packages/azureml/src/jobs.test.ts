import { describe, expect, it } from '@jest/globals';
import { codeOf, resource, type Step, scriptedClient } from '../test-support/scripted-http.ts';
import { jobStatuses, parseJobStatus } from './job-status.ts';

const history = 'https://weu.api.azureml.ms';
const workspace = resource(
  'ws',
  { discoveryUrl: 'https://weu.api.azureml.ms/discovery', mlFlowTrackingUri: 'azureml://weu.api/mlflow/v1.0/ws' },
  { location: 'weu' },
);
const discovered: readonly Step[] = [
  ['GET /workspaces/ws', { body: workspace }],
  ['GET /discovery', { body: { history, api: history } }],
];

function job(status: string, properties: object = {}) {
  return resource('j', { status, properties: {}, ...properties });
}

const looks = (statuses: readonly string[]): Step[] => statuses.map((status) => ['GET /jobs/j', { body: job(status) }]);
const cause: Step = ['GET /runs/j/details', { body: { error: { error: { code: 'UserError', message: 'it broke' } } } }];
const body = { properties: { jobType: 'Command', command: 'run', tags: { a: 'b' } } };

describe('the table of statuses', () => {
  it('has all fourteen, and only Completed is good', () => {
    expect(Object.keys(jobStatuses)).toHaveLength(14);
    const good = Object.entries(jobStatuses).filter(([, { ok }]) => ok);
    expect(good.map(([name]) => name)).toEqual(['Completed']);
  });

  it('reads words in any case, and words it does not know as Unknown', () => {
    expect([parseJobStatus('completed'), parseJobStatus('Dreaming'), parseJobStatus(undefined)]).toEqual([
      'Completed',
      'Unknown',
      'Unknown',
    ]);
  });
});

describe('submitting a job', () => {
  it('writes a new one with the digest of its content', async () => {
    const { workspace: ws, sent } = scriptedClient([
      ['GET /jobs/j', { status: 404 }],
      ['PUT /jobs/j', { status: 201, body: job('Starting') }],
    ]);
    expect(await ws.jobs.submit('j', body)).toMatchObject({ reattached: false, job: { status: 'Starting' } });
    expect(sent[1]?.body).toMatchObject({
      properties: { command: 'run', properties: { 'switchyard.request': expect.stringMatching(/^[0-9a-f]{64}$/) } },
    });
    expect(sent[1]?.url.searchParams.get('api-version')).toBe('2025-12-01');
  });

  it('takes over a job with the same content, also when tags differ', async () => {
    const first = scriptedClient([
      ['GET /jobs/j', { status: 404 }],
      ['PUT /jobs/j', { body: job('Queued') }],
    ]);
    await first.workspace.jobs.submit('j', body);
    const written = first.sent[1]?.body as { properties: object };
    const second = scriptedClient([['GET /jobs/j', { body: job('Running', written.properties) }]]);
    const other = { properties: { ...body.properties, tags: { other: 'tag' }, displayName: 'd' } };
    expect(await second.workspace.jobs.submit('j', other)).toMatchObject({ reattached: true });
    const third = scriptedClient([['GET /jobs/j', { body: job('Running', written.properties) }]]);
    expect(
      await codeOf(third.workspace.jobs.submit('j', { properties: { ...body.properties, command: 'other' } })),
    ).toBe('AZUREML_IMMUTABLE');
  });

  it('refuses a job of that name that somebody else submitted', async () => {
    const { workspace: ws } = scriptedClient(looks(['Completed']));
    await expect(ws.jobs.submit('j', body)).rejects.toThrow('was not submitted by Switchyard');
  });
});

describe('waiting for a job', () => {
  it('ends at Completed and tells every status once', async () => {
    const seen: string[] = [];
    const { workspace: ws } = scriptedClient(looks(['NotStarted', 'Queued', 'Queued', 'Running', 'Completed']));
    const ended = await ws.jobs.wait('j', { onStatus: (status) => seen.push(status) });
    expect(ended.status).toBe('Completed');
    expect(seen).toEqual(['NotStarted', 'Queued', 'Running', 'Completed']);
  });

  it.each([
    ['Failed', 'JOB_FAILED'],
    ['Canceled', 'JOB_CANCELED'],
    ['Paused', 'JOB_PAUSED'],
  ])('fails at %s as %s with the cause from run history', async (status, code) => {
    const { workspace: ws } = scriptedClient([...looks(['Running', status]), ...discovered, cause]);
    const error = await ws.jobs.wait('j').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code, serviceMessage: 'UserError: it broke' });
  });

  it('gives NotResponding time to come back', async () => {
    const { workspace: ws } = scriptedClient(
      looks(['Running', 'NotResponding', 'NotResponding', 'Running', 'Completed']),
    );
    expect((await ws.jobs.wait('j', { graceMinutes: 1 })).status).toBe('Completed');
  });

  it.each([
    ['NotResponding', 'JOB_NOT_RESPONDING'],
    ['Unknown', 'JOB_STATUS_UNKNOWN'],
  ])('ends when %s stays, as %s', async (status, code) => {
    const steps: Step[] = [...looks(Array.from({ length: 3 }, () => status)), ...discovered, cause];
    const { workspace: ws } = scriptedClient(steps, { pollSeconds: 40 });
    expect(await codeOf(ws.jobs.wait('j', { graceMinutes: 1 }))).toBe(code);
  });

  it('ends with JOB_TIMEOUT, and with JOB_NOT_FOUND when the job is gone', async () => {
    const slow = scriptedClient(looks(['Running', 'Running', 'Running']), { pollSeconds: 40 });
    expect(await codeOf(slow.workspace.jobs.wait('j', { timeoutMinutes: 1 }))).toBe('JOB_TIMEOUT');
    const gone = scriptedClient([['GET /jobs/j', { status: 404 }]]);
    expect(await codeOf(gone.workspace.jobs.wait('j'))).toBe('JOB_NOT_FOUND');
  });

  it('prints each line of the log once, the last one without a line break only at the end', async () => {
    const signed = 'https://logs.test/std_log.txt?sig=secret';
    const details: Step = [
      'GET /runs/j/details',
      { body: { logFiles: { 'user_logs/std_log.txt': signed, 'system_logs/x.txt': 'https://logs.test/no' } } },
    ];
    const log = (text: string): Step => ['GET /std_log.txt', { body: text }];
    const [running, completed] = looks(['Running', 'Completed']);
    if (!running || !completed) throw new Error('two looks');
    const {
      workspace: ws,
      secrets,
      sent,
    } = scriptedClient([running, ...discovered, details, log('one\ntw'), completed, details, log('one\ntwo\n42')]);
    const lines: string[] = [];
    await ws.jobs.wait('j', { onLog: (line) => lines.push(line) });
    expect(lines).toEqual(['one', 'two', '42']);
    expect(secrets).toContain(signed);
    expect(sent.find(({ url }) => url.host === 'logs.test')?.authorization).toBeUndefined();
  });

  it('is not failed by a log that cannot be read', async () => {
    const [completed] = looks(['Completed']);
    if (!completed) throw new Error('one look');
    const { workspace: ws } = scriptedClient([completed, ...discovered, ['GET /runs/j/details', { status: 403 }]]);
    expect((await ws.jobs.wait('j', { onLog: () => {} })).status).toBe('Completed');
  });
});

describe('metrics', () => {
  const runs = (metrics: object[]): Step => ['GET /mlflow/runs/get', { body: { run: { data: { metrics } } } }];
  const read: Step = ['GET /workspaces/ws', { body: workspace }];

  it('are read again until the required one is there', async () => {
    const { workspace: ws, left } = scriptedClient([
      read,
      runs([]),
      runs([{ key: 'r2', value: 0.5 }]),
      runs([{ key: 'mae', value: 1 }]),
    ]);
    expect(await ws.metrics('j', { required: ['mae'] })).toEqual({ mae: 1 });
    expect(left()).toBe(0);
  });

  it('that stay away for 30 seconds are absent, and values that are not finite are kept', async () => {
    const steps = [
      read,
      ...Array.from({ length: 7 }, () =>
        runs([
          { key: 'loss', value: 'NaN' },
          { key: 'odd', value: null },
        ]),
      ),
    ];
    const { workspace: ws, left } = scriptedClient(steps, { pollSeconds: 60 });
    expect(await ws.metrics('j', { required: ['mae'] })).toEqual({ loss: Number.NaN });
    expect(left()).toBe(0);
  });
});
