import type { Workspace } from '@switchyard/azureml';
import type { Observation } from '@switchyard/rollout';

/** Reads everything that a decision about an online endpoint may use, fresh. An absent endpoint is an observation too. */
export async function observeEndpoint(workspace: Workspace, name: string): Promise<Observation> {
  const endpoint = await workspace.onlineEndpoints.read(name);
  if (endpoint === undefined) {
    const nothing = { provisioningState: null, traffic: {}, mirrorTraffic: {}, tags: {}, deployments: [] };
    return { endpoint: name, exists: false, ...nothing };
  }
  const deployments = await workspace.onlineEndpoints.deployments(name).list();
  return {
    endpoint: name,
    exists: true,
    provisioningState: endpoint.properties.provisioningState ?? 'Succeeded',
    traffic: endpoint.properties.traffic ?? {},
    mirrorTraffic: endpoint.properties.mirrorTraffic ?? {},
    tags: endpoint.tags ?? {},
    deployments: deployments.map((deployment) => ({
      name: deployment.name,
      provisioningState: deployment.properties.provisioningState ?? 'Succeeded',
      tags: deployment.tags ?? {},
      model: typeof deployment.properties.model === 'string' ? deployment.properties.model : null,
      capacity: deployment.sku?.capacity ?? null,
    })),
  };
}
