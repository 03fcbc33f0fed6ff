import { accountName } from '../compute/blob-store.ts';
import { notFound } from '../errors.ts';
import type { Platform } from '../platform.ts';
import { ok, param, type Reply, type Route, type ServiceRequest, workspaceOf, workspacePath } from '../request.ts';
import type { Compute, Datastore, Workspace } from '../state/records.ts';

function group(platform: Platform, workspace: Workspace): string {
  return `/subscriptions/${platform.state.data.subscriptionId}/resourceGroups/${workspace.resourceGroup}`;
}

/** The ARM body of a workspace; every address in it leads back to this server. */
function render(platform: Platform, workspace: Workspace): object {
  const { state, url } = platform;
  const id = state.id(workspace);
  const parts = `${group(platform, workspace)}/providers`;
  return {
    id,
    name: workspace.name,
    type: 'Microsoft.MachineLearningServices/workspaces',
    location: workspace.location,
    tags: {},
    kind: 'Default',
    sku: { name: 'Basic', tier: 'Basic' },
    identity: { type: 'SystemAssigned', principalId: workspace.guid, tenantId: state.data.tenantId },
    systemData: { createdAt: workspace.createdAt, createdBy: 'seed', createdByType: 'Application' },
    properties: {
      friendlyName: workspace.name,
      description: '',
      workspaceId: workspace.guid,
      discoveryUrl: `${url}/discovery`,
      mlFlowTrackingUri: `azureml://${new URL(url).host}/mlflow/v1.0${id}`,
      storageAccount: `${parts}/Microsoft.Storage/storageAccounts/${accountName}`,
      containerRegistry: null,
      keyVault: `${parts}/Microsoft.KeyVault/vaults/${workspace.name}`,
      applicationInsights: `${parts}/Microsoft.Insights/components/${workspace.name}`,
      provisioningState: 'Succeeded',
      publicNetworkAccess: 'Enabled',
      systemDatastoresAuthMode: 'accessKey',
      tenantId: state.data.tenantId,
    },
  };
}

function list(request: ServiceRequest, platform: Platform): Reply {
  const wanted = param(request, 'rg').toLowerCase();
  const all = [...platform.state.data.workspaces.values()];
  const found = all.filter((workspace) => wanted === '' || workspace.resourceGroup.toLowerCase() === wanted);
  return ok({ value: found.map((workspace) => render(platform, workspace)) });
}

function renderCompute(platform: Platform, workspace: Workspace, compute: Compute): object {
  return {
    id: `${platform.state.id(workspace)}/computes/${compute.name}`,
    name: compute.name,
    type: 'Microsoft.MachineLearningServices/workspaces/computes',
    location: workspace.location,
    properties: {
      computeType: 'AmlCompute',
      computeLocation: workspace.location,
      provisioningState: 'Succeeded',
      properties: { vmSize: 'STANDARD_DS3_V2', scaleSettings: { minNodeCount: 0, maxNodeCount: 2 } },
    },
  };
}

function computes(request: ServiceRequest, platform: Platform): Reply {
  const workspace = workspaceOf(request, platform);
  return ok({ value: workspace.computes.map((compute) => renderCompute(platform, workspace, compute)) });
}

/** A compute of a workspace by its name. */
export function findCompute(workspace: Workspace, name: string): Compute {
  const found = workspace.computes.find((compute) => compute.name.toLowerCase() === name.toLowerCase());
  if (found === undefined) {
    throw notFound(`Compute ${name} not found in workspace ${workspace.name}`);
  }
  return found;
}

function compute(request: ServiceRequest, platform: Platform): Reply {
  const workspace = workspaceOf(request, platform);
  return ok(renderCompute(platform, workspace, findCompute(workspace, param(request, 'name'))));
}

function renderDatastore(platform: Platform, workspace: Workspace, datastore: Datastore): object {
  return {
    id: `${platform.state.id(workspace)}/datastores/${datastore.name}`,
    name: datastore.name,
    type: 'Microsoft.MachineLearningServices/workspaces/datastores',
    systemData: { createdAt: workspace.createdAt, createdBy: 'seed', createdByType: 'Application' },
    properties: {
      datastoreType: 'AzureBlob',
      description: null,
      tags: {},
      properties: {},
      isDefault: datastore.isDefault,
      accountName,
      containerName: datastore.container,
      // An address with a port: accounts are then the first part of the path, as in `{protocol}://{endpoint}/{account}`.
      endpoint: platform.blobs.endpoint,
      protocol: 'https',
      serviceDataAccessAuthIdentity: 'None',
      credentials: { credentialsType: 'AccountKey' },
    },
  };
}

function datastores(request: ServiceRequest, platform: Platform): Reply {
  const workspace = workspaceOf(request, platform);
  const onlyDefault = request.query.get('isDefault');
  const names = request.query.get('names')?.split(',');
  const found = workspace.datastores.filter(
    ({ name, isDefault }) =>
      (onlyDefault === null || String(isDefault) === onlyDefault) && (names?.includes(name) ?? true),
  );
  return ok({ value: found.map((datastore) => renderDatastore(platform, workspace, datastore)) });
}

function findDatastore(request: ServiceRequest, platform: Platform): Datastore {
  const workspace = workspaceOf(request, platform);
  const name = param(request, 'name');
  const found = workspace.datastores.find((datastore) => datastore.name.toLowerCase() === name.toLowerCase());
  if (found === undefined) {
    throw notFound(`Datastore ${name} not found in workspace ${workspace.name}`);
  }
  return found;
}

export const workspaceRoutes: Route[] = [
  {
    method: 'GET',
    path: '/subscriptions/:sub/providers/microsoft.machinelearningservices/workspaces',
    plane: 'arm',
    handle: list,
  },
  {
    method: 'GET',
    path: '/subscriptions/:sub/resourcegroups/:rg/providers/microsoft.machinelearningservices/workspaces',
    plane: 'arm',
    handle: list,
  },
  {
    method: 'GET',
    path: workspacePath,
    plane: 'arm',
    handle: (request, platform) => ok(render(platform, workspaceOf(request, platform))),
  },
  { method: 'GET', path: `${workspacePath}/computes`, plane: 'arm', handle: computes },
  { method: 'GET', path: `${workspacePath}/computes/:name`, plane: 'arm', handle: compute },
  { method: 'GET', path: `${workspacePath}/datastores`, plane: 'arm', handle: datastores },
  {
    method: 'GET',
    path: `${workspacePath}/datastores/:name`,
    plane: 'arm',
    handle: (request, platform) =>
      ok(renderDatastore(platform, workspaceOf(request, platform), findDatastore(request, platform))),
  },
  {
    method: 'POST',
    path: `${workspacePath}/datastores/:name/listsecrets`,
    plane: 'arm',
    handle: (request, platform) => {
      findDatastore(request, platform);
      return ok({ secretsType: 'AccountKey', key: platform.blobs.accountKey });
    },
  },
];
