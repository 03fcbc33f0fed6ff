import type { Compilation, Draft } from '../draft.ts';
import { readEndpointIdentity } from '../endpoint-body.ts';
import { type JsonObject, present } from '../json.ts';
import type { MapReader } from '../map-reader.ts';
import { readName } from '../name.ts';

function defaults(reader: MapReader): JsonObject | undefined {
  const child = reader.child('defaults');
  if (!child) return undefined;
  const compiled = present({ deploymentName: child.text('deployment_name') });
  child.finish();
  return compiled;
}

/** az ml batchEndpoint to `batchEndpoints/{name}`. The service takes Entra tokens only. */
export function compileBatchEndpoint(reader: MapReader, draft: Draft): Compilation {
  const name = readName(reader, 'name', 'endpoint');
  const properties = present({
    authMode: reader.oneOf('auth_mode', { aad_token: 'AADToken' }) ?? 'AADToken',
    description: reader.text('description'),
    properties: reader.textMap('properties'),
    defaults: defaults(reader),
  });
  const body = present({
    location: reader.text('location') ?? draft.context.location,
    tags: reader.textMap('tags'),
    identity: reader.has('identity') ? readEndpointIdentity(reader) : undefined,
    properties,
  });
  return { name, resource: { type: 'batchEndpoints' }, body };
}
