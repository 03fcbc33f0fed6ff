import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { actionOf, authorize } from './authorization.ts';
import { type Emulator, startEmulator } from './start.ts';
import { at, EmulatorClient, messageOf } from './testing/emulator-client.ts';

const group = '/subscriptions/s/resourceGroups/rg';
const workspace = `${group}/providers/Microsoft.MachineLearningServices/workspaces/w`;
const provider = 'microsoft.machinelearningservices';

describe('actionOf', () => {
  it.each([
    ['GET', workspace, `${provider}/workspaces/read`],
    ['PUT', `${workspace}/jobs/j`, `${provider}/workspaces/jobs/write`],
    ['POST', `${workspace}/jobs/j/cancel`, `${provider}/workspaces/jobs/cancel/action`],
    ['GET', `${workspace}/models/m/versions`, `${provider}/workspaces/models/versions/read`],
    [
      'DELETE',
      `${workspace}/onlineEndpoints/e/deployments/d`,
      `${provider}/workspaces/onlineendpoints/deployments/delete`,
    ],
    ['GET', `${workspace}/onlineEndpoints/e/providers/Microsoft.Insights/metrics`, 'microsoft.insights/metrics/read'],
    [
      'PUT',
      workspace.replace('workspaces/w', 'registries/r/models/m/versions/1'),
      `${provider}/registries/assets/write`,
    ],
    ['GET', workspace.replace('workspaces/w', 'registries/r'), `${provider}/registries/read`],
    ['GET', `/history/v1.0${workspace}/runs/j/details`, `${provider}/workspaces/experiments/runs/read`],
    ['POST', `/history/v1.0${workspace}/rundata`, `${provider}/workspaces/experiments/runs/read`],
    [
      'POST',
      `/mlflow/v1.0${workspace}/api/2.0/mlflow/runs/log-metric`,
      `${provider}/workspaces/experiments/runs/write`,
    ],
    ['POST', `/modelregistry/v1.0${workspace}/models/batchGetResolvedUris`, `${provider}/workspaces/models/read`],
    [
      'GET',
      `/mferp/managementfrontend${workspace}/batchEndpoints/e/jobs`,
      `${provider}/workspaces/batchendpoints/jobs/read`,
    ],
  ])('%s %s is %s', (method, path, action) => {
    expect(actionOf(method, path)).toBe(action);
  });

  it('a path of another plane has no action', () => {
    expect(actionOf('GET', '/discovery')).toBeUndefined();
  });
});

describe('authorize', () => {
  const status = `/subscriptions/s/providers/Microsoft.MachineLearningServices/locations/x/mfeOperationsStatus/oe:1`;
  const may = (scope: string, path: string, method = 'GET') =>
    authorize(
      { clientId: 'c', roles: [{ scope, actions: ['Microsoft.MachineLearningServices/*/read'] }] },
      actionOf(method, path),
      path,
    );

  it('a role holds at its scope and below, and for its actions', () => {
    expect(() => may(workspace, `${workspace}/jobs/j`)).not.toThrow();
    expect(() => may(workspace, `${workspace}2/jobs/j`)).toThrow('does not have authorization');
    expect(() => may(workspace, `${workspace}/jobs/j`, 'PUT')).toThrow('jobs/write');
  });

  it('following an operation needs a role at the group or wider', () => {
    expect(() => may(group, status)).not.toThrow();
    expect(() => may(workspace, status)).toThrow('does not have authorization');
  });

  it('an identity without roles may do everything, one with none nothing', () => {
    expect(() => authorize({ clientId: 'c' }, 'x/write', workspace)).not.toThrow();
    expect(() => authorize({ clientId: 'c', roles: [] }, 'x/read', workspace)).toThrow('authorization');
  });
});

describe('an identity with roles', () => {
  let emulator: Emulator;
  let client: EmulatorClient;
  let reader: EmulatorClient | undefined;

  beforeAll(async () => {
    const roles = [
      {
        actions: [
          'Microsoft.MachineLearningServices/workspaces/*',
          'Microsoft.MachineLearningServices/registries/assets/read',
        ],
      },
    ];
    emulator = await startEmulator({
      latency: 10,
      seed: {
        identities: [
          { clientId: 'trainer', clientSecret: 's', roles },
          {
            clientId: 'submitter',
            clientSecret: 's',
            roles: [{ actions: ['Microsoft.MachineLearningServices/workspaces/jobs/*'] }],
          },
        ],
      },
    });
    client = new EmulatorClient(emulator);
  });

  afterAll(async () => {
    client.close();
    reader?.close();
    await emulator.stop();
  });

  it('may register a model, and may not publish it', async () => {
    const path = `${client.workspace()}/models/m/versions/1`;
    const modelUri = 'azureml://datastores/workspaceblobstore/paths/m';
    expect((await client.send('PUT', path, { properties: { modelUri } })).status).toBe(201);
    const refused = await client.send('POST', `${path}/publish`, { registryName: 'sensors' });
    expect([refused.status, at(refused.json, 'error', 'code')]).toEqual([403, 'AuthorizationFailed']);
    expect(messageOf(refused)).toContain('registries/assets/write');
    expect((await client.send('GET', `${client.registry()}/models`)).status).toBe(200);
    expect((await client.send('GET', client.registry())).status).toBe(403);
  });

  it('holds on the data planes too; a job reports about itself whatever the roles are', async () => {
    const report =
      'curl -sf -o /dev/null -w %{http_code} -H "Authorization: Bearer $MLFLOW_TRACKING_TOKEN" "$MLFLOW_TRACKING_URI/api/2.0/mlflow/runs/get?run_id=$MLFLOW_RUN_ID"';
    reader = new EmulatorClient(emulator, { id: 'submitter', secret: 's' });
    expect((await reader.job('reports', report)).status).toBe(201);
    expect(await client.jobStatus('reports')).toBe('Completed');
    expect(await client.log('reports')).toBe('200');
    const refused = await reader.send('GET', `/history/v1.0${client.workspace()}/runs/reports`);
    expect([refused.status, at(refused.json, 'error', 'code')]).toEqual([403, 'AuthorizationFailed']);
    expect((await client.send('GET', `/history/v1.0${client.workspace()}/runs/reports`)).status).toBe(200);
  });
});
