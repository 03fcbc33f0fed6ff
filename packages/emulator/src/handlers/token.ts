import { createPublicKey, type KeyObject, randomUUID } from 'node:crypto';
import { isObject } from '../fields.ts';
import type { Platform } from '../platform.ts';
import { ok, param, type Reply, type Route, type ServiceRequest } from '../request.ts';
import type { SeedIdentity } from '../seed.ts';
import { type ParsedToken, parseToken, verifyRs256 } from '../tokens.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** A refusal as Entra ID writes it. */
function refusal(status: number, error: string, code: string, text: string): Reply {
  const time = new Date().toISOString();
  return {
    status,
    body: {
      error,
      error_description: `${code}: ${text} Trace ID: ${randomUUID()} Correlation ID: ${randomUUID()} Timestamp: ${time}`,
      error_codes: [Number(code.replace('AADSTS', ''))],
      timestamp: time,
      trace_id: randomUUID(),
      correlation_id: randomUUID(),
    },
  };
}

async function fetchJson(url: string): Promise<unknown> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}

/** The key of a token's issuer. Only issuers on this machine are asked; undefined when there is no key to be had. */
async function issuerKey(token: ParsedToken): Promise<KeyObject | undefined> {
  const issuer = String(token.claims.iss).replace(/\/$/, '');
  if (!/^https?:\/\/(127\.0\.0\.1|localhost)(:\d+)?(\/|$)/.test(issuer)) {
    return undefined;
  }
  const configuration = await fetchJson(`${issuer}/.well-known/openid-configuration`);
  const named = isObject(configuration) ? String(configuration.jwks_uri ?? '') : '';
  const local = /^https?:\/\/(127\.0\.0\.1|localhost)(:\d+)?\//.test(named) ? named : `${issuer}/.well-known/jwks`;
  const set = await fetchJson(local);
  const keys = isObject(set) && Array.isArray(set.keys) ? set.keys.filter(isObject) : [];
  const key = keys.find((candidate) => candidate.kid === token.header.kid) ?? keys[0];
  return key === undefined ? undefined : createPublicKey({ key, format: 'jwk' });
}

/** Check a federated assertion. Gives the refusal, or undefined when it is good. */
async function checkAssertion(text: string, identity: SeedIdentity, platform: Platform): Promise<Reply | undefined> {
  const token = parseToken(text);
  if (token === undefined) {
    return refusal(401, 'invalid_client', 'AADSTS50027', 'JWT token is invalid or malformed.');
  }
  const now = platform.clock.now().getTime() / 1000;
  const { iss, sub, aud, exp, nbf } = token.claims;
  if (typeof exp !== 'number' || exp <= now || (typeof nbf === 'number' && nbf > now + 300)) {
    return refusal(
      401,
      'invalid_client',
      'AADSTS700024',
      'Client assertion is not within its valid time range. The assertion of a workflow lives for a few minutes; ask for a new one.',
    );
  }
  const subjects = identity.federatedSubjects ?? [];
  const audiences = Array.isArray(aud) ? aud : [aud];
  const matching = subjects.find(
    ({ issuer, subject, audience }) => issuer === iss && subject === sub && audiences.includes(audience),
  );
  if (matching === undefined) {
    return refusal(
      401,
      'invalid_client',
      'AADSTS700213',
      `No matching federated identity record found for presented assertion subject '${String(sub)}', issuer '${String(iss)}', audience '${audiences.join(',')}'.`,
    );
  }
  const key = await issuerKey(token);
  if (key === undefined ? platform.switches.trustUnsignedAssertions : verifyRs256(token, key)) {
    return undefined;
  }
  return refusal(
    401,
    'invalid_client',
    'AADSTS5000711',
    'The signature of the client assertion could not be verified.',
  );
}

/** Token requests of the client credentials grant, with a secret or a federated assertion. */
async function token(request: ServiceRequest, platform: Platform): Promise<Reply> {
  const form = new URLSearchParams(request.text);
  const clientId = form.get('client_id') ?? '';
  if (param(request, 'tenant').toLowerCase() !== platform.state.data.tenantId.toLowerCase()) {
    return refusal(400, 'invalid_request', 'AADSTS90002', `Tenant '${param(request, 'tenant')}' not found.`);
  }
  if (form.get('grant_type') !== 'client_credentials') {
    return refusal(400, 'unsupported_grant_type', 'AADSTS70003', 'The app requested an unsupported grant type.');
  }
  const identity = platform.identities.find((candidate) => candidate.clientId.toLowerCase() === clientId.toLowerCase());
  if (identity === undefined) {
    return refusal(
      400,
      'unauthorized_client',
      'AADSTS700016',
      `Application with identifier '${clientId}' was not found in the directory.`,
    );
  }
  const assertion = form.get('client_assertion');
  const secret = form.get('client_secret');
  if (assertion !== null && form.get('client_assertion_type') === assertionType) {
    const refused = await checkAssertion(assertion, identity, platform);
    if (refused !== undefined) {
      return refused;
    }
  } else if (secret === null) {
    return refusal(
      401,
      'invalid_client',
      'AADSTS7000218',
      'The request body must contain client_assertion or client_secret.',
    );
  } else if (identity.clientSecret === undefined || secret !== identity.clientSecret) {
    return refusal(401, 'invalid_client', 'AADSTS7000215', 'Invalid client secret provided.');
  }
  const scope = form.get('scope') ?? form.get('resource') ?? '';
  if (scope === '') {
    return refusal(400, 'invalid_request', 'AADSTS900144', "The request body must contain the parameter 'scope'.");
  }
  const issued = platform.tokens.issue(identity.clientId, (scope.split(' ')[0] ?? '').replace(/\/\.default$/, ''));
  const lifetime = { expires_in: issued.expiresIn, ext_expires_in: issued.expiresIn };
  return ok({ token_type: 'Bearer', ...lifetime, access_token: issued.token });
}

function configuration(request: ServiceRequest, { url }: Platform): Reply {
  const tenant = param(request, 'tenant');
  return ok({
    issuer: `${url}/${tenant}/v2.0`,
    authorization_endpoint: `${url}/${tenant}/oauth2/v2.0/authorize`,
    token_endpoint: `${url}/${tenant}/oauth2/v2.0/token`,
    jwks_uri: `${url}/${tenant}/discovery/v2.0/keys`,
    response_types_supported: ['token'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
  });
}

/** What identity libraries ask to learn which hosts belong to one authority. */
function instances(request: ServiceRequest, { url, state }: Platform): Reply {
  const host = new URL(url).host;
  const endpoint = `${url}/${state.data.tenantId}/v2.0/.well-known/openid-configuration`;
  const metadata = [{ preferred_network: host, preferred_cache: host, aliases: [host] }];
  return ok({
    tenant_discovery_endpoint: endpoint,
    'api-version': request.query.get('api-version') ?? '1.1',
    metadata,
  });
}

export const tokenRoutes: Route[] = [
  { method: 'GET', path: '/common/discovery/instance', plane: 'open', handle: instances },
  { method: 'GET', path: '/:tenant/v2.0/.well-known/openid-configuration', plane: 'open', handle: configuration },
  {
    method: 'GET',
    path: '/:tenant/discovery/v2.0/keys',
    plane: 'open',
    handle: (_request, { tokens }) => ok(tokens.keySet()),
  },
  { method: 'POST', path: '/:tenant/oauth2/v2.0/token', plane: 'open', handle: token },
  { method: 'POST', path: '/:tenant/oauth2/token', plane: 'open', handle: token },
];
