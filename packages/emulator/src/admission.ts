import { ServiceError } from './errors.ts';
import { isObject, type JsonObject } from './fields.ts';
import { machineLearningAudiences, managementAudiences } from './handlers/metadata.ts';
import type { Platform } from './platform.ts';
import type { Plane } from './request.ts';
import type { TokenOwner } from './tokens.ts';

/** The JSON object of a body; empty for no body and for forms. Errors: 400 for text that is not JSON. */
export function parseBody(text: string, isForm: boolean): JsonObject {
  if (text.trim() === '' || isForm) {
    return {};
  }
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    throw new ServiceError(400, 'The request content was invalid and could not be deserialized.', {
      code: 'InvalidRequestContent',
    });
  }
}

/** Check the token of a request. Gives whom it was issued to; nobody on planes that need no Entra token. */
export function authenticate(plane: Plane, headers: Headers, platform: Platform): TokenOwner {
  if (plane === 'open' || plane === 'admin' || plane === 'scoring') {
    return { identity: '', audience: '' };
  }
  const audiences = plane === 'ml' ? machineLearningAudiences : [...managementAudiences, platform.url];
  const owner = platform.tokens.check(headers.get('authorization'), platform.strictAudience ? audiences : undefined);
  if (typeof owner === 'object') {
    return owner;
  }
  const problems = {
    missing: ['AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing."],
    invalid: ['InvalidAuthenticationToken', 'The access token is invalid.'],
    expired: ['ExpiredAuthenticationToken', 'The access token expiry is in the past.'],
    audience: [
      'InvalidAuthenticationTokenAudience',
      `The access token has been obtained for the wrong audience or resource. It should be one of ${audiences.join(', ')}.`,
    ],
  } as const;
  const [code, message] = problems[owner];
  throw new ServiceError(401, message, { code, inner: code, headers: { 'www-authenticate': 'Bearer' } });
}

/** Refuse ARM requests without a known form of `api-version`. */
export function checkVersion(plane: Plane, query: URLSearchParams): void {
  if (plane !== 'arm') {
    return;
  }
  const version = query.get('api-version');
  if (version === null || version === '') {
    throw new ServiceError(400, 'The api-version query parameter (?api-version=) is required for all requests.', {
      code: 'MissingApiVersionParameter',
    });
  }
  if (!/^\d{4}-\d{2}-\d{2}(-\w+)?$/.test(version)) {
    throw new ServiceError(400, `The api-version '${version}' is invalid.`, { code: 'InvalidApiVersionParameter' });
  }
}
