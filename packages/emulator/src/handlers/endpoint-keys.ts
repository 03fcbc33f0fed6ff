import { randomBytes } from 'node:crypto';
import { ServiceError } from '../errors.ts';
import { textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import { apiVersion, ok, type Reply, type Route, type ServiceRequest, workspacePath } from '../request.ts';
import { endpointOf } from './online-endpoints.ts';

const base = `${workspacePath}/onlineendpoints/:endpoint`;

/** Audience of the tokens that the `token` call gives out: they fit one endpoint only. */
export function endpointAudience(guid: string): string {
  return `endpoint:${guid}`;
}

function listKeys(request: ServiceRequest, platform: Platform): Reply {
  const [, endpoint] = endpointOf(request, platform);
  if (endpoint.properties.authMode !== 'Key' && platform.switches.listKeysWithoutKeyMode === 'refuse') {
    throw new ServiceError(400, `The endpoint ${endpoint.name} does not use keys.`);
  }
  return ok({ primaryKey: endpoint.primaryKey, secondaryKey: endpoint.secondaryKey });
}

function regenerateKeys(request: ServiceRequest, platform: Platform): Reply {
  const [, endpoint] = endpointOf(request, platform);
  const keyType = textMember(request.body, 'keyType')?.toLowerCase();
  if (keyType !== 'primary' && keyType !== 'secondary') {
    throw new ServiceError(400, 'The keyType must be Primary or Secondary.');
  }
  // azure-ai-ml sends the present key as the value and expects another one.
  const present = keyType === 'primary' ? endpoint.primaryKey : endpoint.secondaryKey;
  const sent = textMember(request.body, 'keyValue');
  const key = sent === undefined || sent === present ? randomBytes(24).toString('base64url') : sent;
  const { resultUrl } = platform.operations.begin({
    prefix: 'oe',
    location: endpoint.location,
    apiVersion: apiVersion(request),
    commit: () => {
      Object.assign(endpoint, keyType === 'primary' ? { primaryKey: key } : { secondaryKey: key });
    },
  });
  return platform.operations.accepted(resultUrl);
}

function token(request: ServiceRequest, platform: Platform): Reply {
  const [, endpoint] = endpointOf(request, platform);
  const seconds = 24 * 3600;
  const issued = platform.tokens.issue(request.identity, endpointAudience(endpoint.guid), { seconds });
  const now = Math.floor(platform.clock.now().getTime() / 1000);
  return ok({
    accessToken: issued.token,
    expiryTimeUtc: now + seconds,
    refreshAfterTimeUtc: now + seconds / 2,
    tokenType: 'Bearer',
  });
}

export const endpointKeyRoutes: Route[] = [
  { method: 'POST', path: `${base}/listkeys`, plane: 'arm', handle: listKeys },
  { method: 'POST', path: `${base}/regeneratekeys`, plane: 'arm', handle: regenerateKeys },
  { method: 'POST', path: `${base}/token`, plane: 'arm', handle: token },
];
