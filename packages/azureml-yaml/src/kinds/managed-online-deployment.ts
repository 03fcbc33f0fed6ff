import type { Compilation, Draft } from '../draft.ts';
import { type JsonObject, present } from '../json.ts';
import type { MapReader } from '../map-reader.ts';
import { readName } from '../name.ts';
import { onlineProperties } from '../online-deployment-body.ts';

// Limit of the service for managed endpoints, quota page.
const maxRequestMilliseconds = 180_000;

function scaleSettings(reader: MapReader): JsonObject | undefined {
  const child = reader.child('scale_settings');
  if (!child) return undefined;
  // Managed deployments scale through Azure Monitor; target utilization is a Kubernetes setting.
  const scaleType = child.oneOf('type', { default: 'Default' });
  child.finish();
  return present({ scaleType });
}

/** az ml managedOnlineDeployment to `onlineEndpoints/{endpoint}/deployments/{name}`. */
export function compileManagedOnlineDeployment(reader: MapReader, draft: Draft): Compilation {
  const name = readName(reader, 'name', 'endpoint');
  const parent = readName(reader, 'endpoint_name', 'endpoint');
  reader.skip('type');
  const capacity = reader.has('instance_count')
    ? reader.whole('instance_count', { min: 1, max: 50 })
    : reader.missing('instance_count', 'the number of instances');
  const properties = present({
    endpointComputeType: 'Managed',
    instanceType: reader.requiredText('instance_type', 'a virtual machine size, Standard_DS3_v2'),
    ...onlineProperties(reader, draft, maxRequestMilliseconds),
    egressPublicNetworkAccess: reader.oneOf('egress_public_network_access', {
      enabled: 'Enabled',
      disabled: 'Disabled',
    }),
    scaleSettings: scaleSettings(reader),
  });
  const body = present({
    location: draft.context.location,
    tags: reader.textMap('tags'),
    sku: present({ name: 'Default', capacity }),
    properties,
  });
  return { name, resource: { type: 'onlineEndpoints/deployments', ...(parent === undefined ? {} : { parent }) }, body };
}
