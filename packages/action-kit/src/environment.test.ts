import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { azureSettings } from './azure.ts';
import { readEnvironment } from './environment.ts';

const run = { GITHUB_REPOSITORY: 'example/sensors', GITHUB_RUN_ID: '42' };

describe('readEnvironment', () => {
  it('has plain values outside a workflow', () => {
    expect(readEnvironment({})).toMatchObject({
      workspaceFolder: process.cwd(),
      temporaryFolder: join(tmpdir(), 'switchyard'),
      repository: '',
      commit: undefined,
      runUrl: undefined,
      githubApiUrl: 'https://api.github.com',
      cloudMetadataUrl: undefined,
      canRequestIdToken: false,
      pollSeconds: undefined,
    });
  });

  it('reads the variables of a workflow', () => {
    const environment = readEnvironment({
      ...run,
      GITHUB_WORKSPACE: '/work',
      RUNNER_TEMP: '/temp',
      GITHUB_SHA: 'abc',
      GITHUB_REF: 'refs/heads/main',
      GITHUB_REF_NAME: 'main',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_EVENT_PATH: '/temp/event.json',
      GITHUB_ACTOR: 'octocat',
      GITHUB_RUN_ATTEMPT: '2',
      GITHUB_API_URL: 'https://github.example/api/v3',
      ACTIONS_ID_TOKEN_REQUEST_URL: 'https://token.example/?a=1',
    });
    expect(environment).toMatchObject({
      workspaceFolder: '/work',
      temporaryFolder: '/temp',
      repository: 'example/sensors',
      commit: 'abc',
      ref: 'refs/heads/main',
      refName: 'main',
      eventName: 'push',
      eventFile: '/temp/event.json',
      actor: 'octocat',
      runId: '42',
      runAttempt: '2',
      githubApiUrl: 'https://github.example/api/v3',
      canRequestIdToken: true,
    });
  });

  it('counts empty and blank variables as absent', () => {
    const environment = readEnvironment({ GITHUB_SHA: '', AZURE_CLIENT_ID: '  ', GITHUB_API_URL: '' });
    expect(environment).toMatchObject({
      commit: undefined,
      azureClientId: undefined,
      githubApiUrl: 'https://api.github.com',
    });
  });

  it('makes the page of the run, on the server of the run', () => {
    expect(readEnvironment(run).runUrl).toBe('https://github.com/example/sensors/actions/runs/42');
    expect(readEnvironment({ ...run, GITHUB_SERVER_URL: 'https://github.example' }).runUrl).toBe(
      'https://github.example/example/sensors/actions/runs/42',
    );
    expect(readEnvironment({ GITHUB_RUN_ID: '42' }).runUrl).toBeUndefined();
  });

  it.each([
    ['0.1', 0.1],
    ['5', 5],
    ['0', undefined],
    ['-1', undefined],
    ['soon', undefined],
    ['Infinity', undefined],
    ['', undefined],
  ])('takes the poll pause %j as %p', (text, seconds) => {
    expect(readEnvironment({ SWITCHYARD_POLL_SECONDS: text }).pollSeconds).toBe(seconds);
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(readEnvironment({}))).toBe(true);
  });
});

describe('azureSettings', () => {
  const none = {
    'subscription-id': undefined,
    'tenant-id': undefined,
    'client-id': undefined,
    'client-secret': undefined,
  };
  const environment = readEnvironment({ AZURE_TENANT_ID: 'from-env', AZURE_CLIENT_ID: 'from-env' });

  it('prefers inputs to variables, one by one', () => {
    expect(azureSettings({ ...none, 'client-id': 'from-input' }, environment)).toMatchObject({
      tenantId: 'from-env',
      clientId: 'from-input',
      clientSecret: undefined,
      subscriptionId: undefined,
    });
  });

  it('takes the cloud from the environment alone', () => {
    const local = readEnvironment({
      ARM_CLOUD_METADATA_URL: 'https://127.0.0.1:1/metadata',
      SWITCHYARD_POLL_SECONDS: '1',
    });
    expect(azureSettings(none, local)).toMatchObject({
      cloudMetadataUrl: 'https://127.0.0.1:1/metadata',
      pollSeconds: 1,
    });
    expect(azureSettings(none, environment).cloudMetadataUrl).toBeUndefined();
  });
});
