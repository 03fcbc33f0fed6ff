import { deploymentKey } from '../compute/deployment-pool.ts';
import { ServiceError } from '../errors.ts';
import { numberMember, textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import { ok, type Reply, type Route, type ServiceRequest } from '../request.ts';
import { byCreation } from '../state/asset-store.ts';
import type { Registry, Workspace } from '../state/records.ts';
import { renderHomePage } from './home-page.ts';

function assetSummary(scope: Workspace | Registry): object {
  return Object.fromEntries(
    [...scope.assets].map(([type, containers]) => [
      type,
      Object.fromEntries(
        [...containers.values()]
          .map((container) =>
            byCreation([...container.versions.values()]).filter((v) => v.properties.isAnonymous !== true),
          )
          .map(
            (versions, index) => [[...containers.keys()][index] ?? '', versions.map(({ version }) => version)] as const,
          )
          .filter(([, versions]) => versions.length > 0),
      ),
    ]),
  );
}

/** What exists, in short: names, states and traffic; no secrets. */
export function summary(platform: Platform) {
  const { data } = platform.state;
  return {
    url: platform.url,
    subscriptionId: data.subscriptionId,
    tenantId: data.tenantId,
    location: data.location,
    workspaces: [...data.workspaces.values()].map((workspace) => ({
      name: workspace.name,
      resourceGroup: workspace.resourceGroup,
      assets: assetSummary(workspace),
      jobs: [...workspace.jobs.values()].map(({ name, status, error, parent, properties }) => ({
        name,
        status,
        error: error?.message ?? null,
        parent: parent ?? null,
        jobType: textMember(properties, 'jobType') ?? '',
        displayName: textMember(properties, 'displayName') ?? name,
      })),
      onlineEndpoints: [...workspace.onlineEndpoints.values()].map((endpoint) => ({
        name: endpoint.name,
        provisioningState: endpoint.provisioningState,
        traffic: endpoint.traffic,
        mirrorTraffic: endpoint.mirrorTraffic,
        deployments: [...endpoint.deployments.values()].map((deployment) => ({
          name: deployment.name,
          provisioningState: deployment.provisioningState,
          model: deployment.properties.model ?? null,
          requests: platform.metrics.total(deploymentKey(endpoint, deployment.name)),
        })),
      })),
      batchEndpoints: [...workspace.batchEndpoints.values()].map((endpoint) => ({
        name: endpoint.name,
        provisioningState: endpoint.provisioningState,
        defaults: endpoint.properties.defaults ?? null,
        deployments: [...endpoint.deployments.keys()],
      })),
    })),
    registries: [...data.registries.values()].map((registry) => ({
      name: registry.name,
      resourceGroup: registry.resourceGroup,
      assets: assetSummary(registry),
    })),
  };
}

function addFault(request: ServiceRequest, platform: Platform): Reply {
  const fault = platform.faults.add(request.body);
  return { status: 201, body: { id: fault.id } };
}

function removeFaults(request: ServiceRequest, platform: Platform): Reply {
  const text = request.query.get('id');
  const id = text === null ? undefined : numberMember({ id: text }, 'id');
  if (text !== null && id === undefined) {
    throw new ServiceError(400, 'The id of a fault is a number.');
  }
  platform.faults.remove(id);
  return { status: 204 };
}

export const adminRoutes: Route[] = [
  {
    method: 'GET',
    path: '/_emulator/journal',
    plane: 'admin',
    handle: (_request, { journal }) => ok({ value: journal.all() }),
  },
  { method: 'GET', path: '/_emulator/state', plane: 'admin', handle: (_request, platform) => ok(summary(platform)) },
  {
    method: 'GET',
    path: '/_emulator/faults',
    plane: 'admin',
    handle: (_request, { faults }) => ok({ value: faults.all() }),
  },
  { method: 'POST', path: '/_emulator/faults', plane: 'admin', handle: addFault },
  { method: 'DELETE', path: '/_emulator/faults', plane: 'admin', handle: removeFaults },
  {
    method: 'GET',
    path: '/',
    plane: 'admin',
    handle: (_request, platform) => ({
      status: 200,
      body: renderHomePage(summary(platform)),
      headers: { 'content-type': 'text/html; charset=utf-8' },
    }),
  },
];
