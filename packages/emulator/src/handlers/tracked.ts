import { ServiceError } from '../errors.ts';
import { isObject, type JsonObject, stringMap, textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import type { ServiceRequest } from '../request.ts';
import type { Tracked } from '../state/records.ts';
import { stamp, systemData } from '../state/state.ts';

/** One finding about an endpoint's body. */
export interface Finding {
  property: string;
  message: string;
  value: unknown;
  code: string;
}

/** Refuse with all findings, in the service's words; does nothing when there are none. */
export function refuseFindings(findings: Finding[]): void {
  if (findings.length === 0) {
    return;
  }
  const errors = findings.map(({ property, message, value, code }) => ({
    PropertyName: property,
    ErrorMessage: message,
    AttemptedValue: value ?? null,
    ErrorCode: code,
  }));
  throw new ServiceError(
    400,
    `The Endpoint request provided has the following validation errors. Please resolve them and try again. Errors: ${JSON.stringify(errors)}`,
    { inner: 'BadArgument' },
  );
}

/** Findings about the parts that all endpoints and deployments share: name, location and tags. */
export function commonFindings(name: string, body: JsonObject): Finding[] {
  const findings: Finding[] = [];
  if (
    !/^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/.test(name) ||
    name.includes('--') ||
    name.length < 3 ||
    name.length > 32
  ) {
    const message =
      'The name must have 3 to 32 characters, start with a letter, have letters, digits and single dashes only, and not end with a dash.';
    findings.push({ property: 'Name', message, value: name, code: 'RegularExpressionValidator' });
  }
  if (textMember(body, 'location') === undefined) {
    findings.push({
      property: 'Location',
      message: 'The location is required.',
      value: null,
      code: 'NotEmptyValidator',
    });
  }
  for (const [key, value] of Object.entries(isObject(body.tags) ? body.tags : {})) {
    if (value === null || value === '') {
      const message = `The value of tag ${key} must not be null or empty.`;
      findings.push({ property: `Tags[${key}]`, message, value, code: 'NotEmptyValidator' });
    }
  }
  return findings;
}

/** True while a long-running operation works on it. */
export function isBusy(tracked: Tracked): boolean {
  return !['Succeeded', 'Failed', 'Canceled'].includes(tracked.provisioningState);
}

/** The shared fields of a new endpoint or deployment. */
export function newTracked(request: ServiceRequest, platform: Platform, name: string): Tracked {
  return {
    ...stamp(platform.clock.now(), request.identity),
    ...trackedFields(request.body),
    name,
    location: textMember(request.body, 'location') ?? '',
    properties: {},
    provisioningState: 'Creating',
    operationUrl: null,
  };
}

/** The top-level fields of a PUT body; what is left out is reset. */
export function trackedFields(body: JsonObject): Pick<Tracked, 'tags' | 'kind' | 'identity' | 'sku'> {
  return {
    tags: stringMap(body.tags),
    kind: body.kind ?? null,
    identity: body.identity ?? null,
    sku: isObject(body.sku) ? body.sku : null,
  };
}

/** Keys of a string map that only grows: what was there stays as it was. */
export function grown(before: unknown, sent: unknown): Record<string, string> {
  return { ...stringMap(sent), ...stringMap(before) };
}

/** The ARM body of an endpoint or deployment. */
export function renderTracked(
  tracked: Tracked,
  place: { id: string; type: string; properties: JsonObject },
): JsonObject {
  return {
    id: place.id,
    name: tracked.name,
    type: `Microsoft.MachineLearningServices/workspaces/${place.type}`,
    location: tracked.location,
    tags: tracked.tags,
    kind: tracked.kind,
    identity: tracked.identity,
    sku: tracked.sku,
    systemData: systemData(tracked),
    properties: {
      ...tracked.properties,
      ...place.properties,
      properties: {
        ...stringMap(tracked.properties.properties),
        ...stringMap(place.properties.properties),
        ...(tracked.operationUrl === null ? {} : { AzureAsyncOperationUri: tracked.operationUrl }),
      },
      provisioningState: tracked.provisioningState,
    },
  };
}
