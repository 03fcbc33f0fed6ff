import { notFound } from '../errors.ts';
import type { Platform } from '../platform.ts';
import { ok, param, type Reply, type Route, registryPath, type ServiceRequest } from '../request.ts';
import type { Registry } from '../state/records.ts';

function render(platform: Platform, registry: Registry): object {
  return {
    id: platform.state.id(registry),
    name: registry.name,
    type: 'Microsoft.MachineLearningServices/registries',
    location: registry.location,
    tags: {},
    kind: null,
    sku: null,
    identity: { type: 'SystemAssigned', principalId: registry.guid, tenantId: platform.state.data.tenantId },
    systemData: { createdAt: registry.createdAt, createdBy: 'seed', createdByType: 'Application' },
    properties: {
      publicNetworkAccess: 'Enabled',
      discoveryUrl: `${platform.url}/registrymanagement/v1.0/registries/${registry.name}/discovery`,
      mlFlowRegistryUri: `azureml://${new URL(platform.url).host}/mlflow/v1.0/registries/${registry.name}`,
      regionDetails: [{ location: registry.location, storageAccountDetails: [], acrDetails: [] }],
      provisioningState: 'Succeeded',
    },
  };
}

function list(request: ServiceRequest, platform: Platform): Reply {
  const wanted = param(request, 'rg').toLowerCase();
  const all = [...platform.state.data.registries.values()];
  const found = all.filter((registry) => wanted === '' || registry.resourceGroup.toLowerCase() === wanted);
  return ok({ value: found.map((registry) => render(platform, registry)) });
}

/** Tells subscription and resource group of a registry from its name. */
function discovery(request: ServiceRequest, platform: Platform): Reply {
  const registry = platform.state.data.registries.get(param(request, 'reg').toLowerCase());
  if (registry === undefined) {
    throw notFound(`User/tenant/subscription is not allowed to access registry ${param(request, 'reg')}`);
  }
  return ok({
    registryName: registry.name,
    tenantId: platform.state.data.tenantId,
    primaryRegion: registry.location,
    regions: [registry.location],
    subscriptionId: platform.state.data.subscriptionId,
    resourceGroup: registry.resourceGroup,
    workspaceName: null,
    primaryRegionResourceProviderUri: `${platform.url}/`,
  });
}

export const registryRoutes: Route[] = [
  {
    method: 'GET',
    path: '/subscriptions/:sub/providers/microsoft.machinelearningservices/registries',
    plane: 'arm',
    handle: list,
  },
  {
    method: 'GET',
    path: '/subscriptions/:sub/resourcegroups/:rg/providers/microsoft.machinelearningservices/registries',
    plane: 'arm',
    handle: list,
  },
  {
    method: 'GET',
    path: registryPath,
    plane: 'arm',
    handle: (request, platform) =>
      ok(render(platform, platform.state.registry(param(request, 'rg'), param(request, 'reg')))),
  },
  { method: 'GET', path: '/registrymanagement/v1.0/registries/:reg/discovery', plane: 'history', handle: discovery },
];
