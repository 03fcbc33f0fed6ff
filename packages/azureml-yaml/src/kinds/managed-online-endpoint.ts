import type { Compilation, Draft } from '../draft.ts';
import { readEndpointIdentity, warnOfTraffic } from '../endpoint-body.ts';
import { type JsonObject, present } from '../json.ts';
import type { MapReader } from '../map-reader.ts';
import { readName } from '../name.ts';
import { compileCompute } from '../reference.ts';

const authModes = { key: 'Key', aml_token: 'AMLToken', aad_token: 'AADToken' } as const;

function compileOnlineEndpoint(reader: MapReader, draft: Draft, own: JsonObject): Compilation {
  warnOfTraffic(reader);
  const name = readName(reader, 'name', 'endpoint');
  const properties = present({
    authMode: reader.oneOf('auth_mode', authModes) ?? 'Key',
    description: reader.text('description'),
    publicNetworkAccess: reader.oneOf('public_network_access', { enabled: 'Enabled', disabled: 'Disabled' }),
    properties: reader.textMap('properties'),
    ...own,
  });
  const body = present({
    location: reader.text('location') ?? draft.context.location,
    tags: reader.textMap('tags'),
    identity: readEndpointIdentity(reader),
    properties,
  });
  return { name, resource: { type: 'onlineEndpoints' }, body };
}

/** az ml managedOnlineEndpoint to `onlineEndpoints/{name}`. */
export function compileManagedOnlineEndpoint(reader: MapReader, draft: Draft): Compilation {
  reader.refuse('compute', 'remove it, or use the kind kubernetesOnlineEndpoint');
  return compileOnlineEndpoint(reader, draft, {});
}

/** az ml kubernetesOnlineEndpoint to `onlineEndpoints/{name}`: the one with a compute of its own. */
export function compileKubernetesOnlineEndpoint(reader: MapReader, draft: Draft): Compilation {
  if (!reader.has('compute')) reader.missing('compute', 'the attached Kubernetes cluster, azureml:<name>');
  const compute = compileCompute(reader, draft, 'compute');
  return compileOnlineEndpoint(reader, draft, present({ compute }));
}
