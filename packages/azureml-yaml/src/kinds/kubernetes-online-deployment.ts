import type { Compilation, Draft } from '../draft.ts';
import { secondsToIso } from '../duration.ts';
import { type JsonObject, present } from '../json.ts';
import type { MapReader } from '../map-reader.ts';
import { readName } from '../name.ts';
import { onlineProperties } from '../online-deployment-body.ts';

// Limit of the service for Kubernetes endpoints, quota page.
const maxRequestMilliseconds = 300_000;

function scaleSettings(reader: MapReader): JsonObject | undefined {
  const child = reader.child('scale_settings');
  if (!child) return undefined;
  const scaleType = child.oneOf('type', { default: 'Default', target_utilization: 'TargetUtilization' }) ?? 'Default';
  const seconds = child.whole('polling_interval', { min: 1 });
  const compiled = present({
    scaleType,
    minInstances: child.whole('min_instances', { min: 0 }),
    maxInstances: child.whole('max_instances', { min: 1 }),
    pollingInterval: seconds === undefined ? undefined : secondsToIso(seconds),
    targetUtilizationPercentage: child.whole('target_utilization_percentage', { min: 1, max: 100 }),
  });
  child.finish();
  return compiled;
}

function amounts(reader: MapReader, key: string): JsonObject | undefined {
  const child = reader.child(key);
  if (!child) return undefined;
  const compiled = present({
    cpu: child.text('cpu'),
    memory: child.text('memory'),
    gpu: child.text('gpu') ?? child.text('nvidia.com/gpu'),
  });
  child.finish();
  return compiled;
}

function containerResources(reader: MapReader): JsonObject | undefined {
  const child = reader.child('resources');
  if (!child) return undefined;
  const compiled = present({
    containerResourceRequests: amounts(child, 'requests'),
    containerResourceLimits: amounts(child, 'limits'),
  });
  child.finish();
  return compiled;
}

/** az ml kubernetesOnlineDeployment to `onlineEndpoints/{endpoint}/deployments/{name}`. */
export function compileKubernetesOnlineDeployment(reader: MapReader, draft: Draft): Compilation {
  const name = readName(reader, 'name', 'endpoint');
  const parent = readName(reader, 'endpoint_name', 'endpoint');
  reader.skip('type');
  const properties = present({
    endpointComputeType: 'Kubernetes',
    instanceType: reader.text('instance_type'),
    ...onlineProperties(reader, draft, maxRequestMilliseconds),
    containerResourceRequirements: containerResources(reader),
    scaleSettings: scaleSettings(reader),
  });
  const body = present({
    location: draft.context.location,
    tags: reader.textMap('tags'),
    sku: present({ name: 'Default', capacity: reader.whole('instance_count', { min: 1 }) }),
    properties,
  });
  return { name, resource: { type: 'onlineEndpoints/deployments', ...(parent === undefined ? {} : { parent }) }, body };
}
