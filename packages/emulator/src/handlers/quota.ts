import { reservedCores, vmSize, vmSizes } from '../compute/vm-sizes.ts';
import { ServiceError } from '../errors.ts';
import { numberMember, textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import { ok, param, type Reply, type Route, type ServiceRequest } from '../request.ts';
import { OperationFailure } from '../state/operations.ts';
import type { OnlineDeployment } from '../state/records.ts';

const defaultLimit = 1000;

/** Cores of a family that one region may use: from the seed by family name, or `*` for all others. */
function limitOf(platform: Platform, family: string): number {
  const named = Object.entries(platform.quota).find(([name]) => name.toLowerCase() === family.toLowerCase());
  return named?.[1] ?? platform.quota['*'] ?? defaultLimit;
}

function coresOf(deployment: OnlineDeployment): { family: string; cores: number } {
  const size = textMember(deployment.properties, 'instanceType') ?? 'Standard_F4s_v2';
  const managed = textMember(deployment.properties, 'endpointComputeType')?.toLowerCase() !== 'kubernetes';
  const cores = managed ? reservedCores(size, numberMember(deployment.sku, 'capacity') ?? 1) : 0;
  return { family: vmSize(size).family, cores };
}

/** Cores in use by family, over all managed deployments of a region except one. */
function usage(platform: Platform, location: string, except?: OnlineDeployment): Map<string, number> {
  const used = new Map<string, number>();
  for (const workspace of platform.state.data.workspaces.values()) {
    for (const endpoint of workspace.onlineEndpoints.values()) {
      for (const deployment of endpoint.deployments.values()) {
        if (deployment !== except && endpoint.location.toLowerCase() === location.toLowerCase()) {
          const { family, cores } = coresOf(deployment);
          used.set(family, (used.get(family) ?? 0) + cores);
        }
      }
    }
  }
  return used;
}

/** What the service says when a deployment does not fit; undefined when it fits. */
function excess(
  platform: Platform,
  draft: OnlineDeployment,
  existing: OnlineDeployment | undefined,
): string | undefined {
  const { family, cores } = coresOf(draft);
  const others = usage(platform, draft.location, existing).get(family) ?? 0;
  const now = others + (existing === undefined ? 0 : coresOf(existing).cores);
  const limit = limitOf(platform, family);
  if (others + cores <= limit) {
    return undefined;
  }
  const size = textMember(draft.properties, 'instanceType') ?? 'Standard_F4s_v2';
  return `Not enough quota available for ${size} in SubscriptionId ${platform.state.data.subscriptionId}. Current usage/limit: ${now}/${limit}. Additional needed: ${others + cores - now} Please see troubleshooting guide, available here: https://aka.ms/oe-tsg#error-outofquota`;
}

/**
 * Refuse a deployment that needs more cores than the region's quota has left.
 * Errors: 400 with the service's validation errors; nothing with the switch `outOfQuota: operation`.
 * Gives the failure that the operation shall end with, if there is one.
 */
export function checkQuota(
  platform: Platform,
  draft: OnlineDeployment,
  existing: OnlineDeployment | undefined,
): OperationFailure | undefined {
  const text = excess(platform, draft, existing);
  if (text === undefined) {
    return undefined;
  }
  if (platform.switches.outOfQuota === 'operation') {
    return new OperationFailure('OutOfQuota', text);
  }
  const errors = { errors: { VmSize: [text] }, title: 'One or more validation errors occurred.', status: 400 };
  throw new ServiceError(400, `The request is invalid. ${JSON.stringify(errors)}`, {
    code: 'BadRequest',
    inner: 'OutOfQuota',
  });
}

function usages(request: ServiceRequest, platform: Platform): Reply {
  const location = param(request, 'location');
  const used = usage(platform, location);
  const named = Object.keys(platform.quota).filter((name) => name !== '*');
  const families = new Set([...vmSizes.map(({ family }) => family), ...named, ...used.keys()]);
  const value = [...families].map((family) => ({
    id: `${request.path}/${family}`,
    type: 'Microsoft.MachineLearningServices/vmFamily/dedicatedCores/usages',
    unit: 'Count',
    amlWorkspaceLocation: location,
    currentValue: used.get(family) ?? 0,
    limit: limitOf(platform, family),
    name: { value: family, localizedValue: `${family} Cluster Dedicated vCPUs` },
  }));
  return ok({ value });
}

function quotas(request: ServiceRequest, platform: Platform): Reply {
  const value = [...new Set(vmSizes.map(({ family }) => family))].map((family) => ({
    id: `${request.path}/${family}`,
    type: 'Microsoft.MachineLearningServices/vmFamily/dedicatedCores/quotas',
    unit: 'count',
    amlWorkspaceLocation: param(request, 'location'),
    limit: limitOf(platform, family),
    name: { value: family, localizedValue: `${family} Cluster Dedicated vCPUs` },
  }));
  return ok({ value });
}

function sizes(): Reply {
  return ok({
    value: vmSizes.map(({ name, family, cores, gpus, memoryGB }) => ({
      name,
      family,
      vCPUs: cores,
      gpus,
      memoryGB,
      osVhdSizeMB: 1_047_552,
      maxResourceVolumeMB: 65_536,
      lowPriorityCapable: true,
      premiumIO: true,
      supportedComputeTypes: ['AmlCompute', 'ComputeInstance'],
    })),
  });
}

const base = '/subscriptions/:sub/providers/microsoft.machinelearningservices/locations/:location';

export const quotaRoutes: Route[] = [
  { method: 'GET', path: `${base}/usages`, plane: 'arm', handle: usages },
  { method: 'GET', path: `${base}/quotas`, plane: 'arm', handle: quotas },
  { method: 'GET', path: `${base}/vmsizes`, plane: 'arm', handle: sizes },
];
