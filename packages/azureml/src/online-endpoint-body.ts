import { normalizeTraffic, type Traffic } from '@switchyard/domain';
import { isJson, type Json, type Resource, textsAt } from './json.ts';

/** Members that matter of an endpoint; everything else travels along unknown. */
export interface EndpointProperties extends Json {
  authMode?: string;
  /** Deployment to percent; sums to 100, or to 0. */
  traffic?: Record<string, number> | null;
  /** One deployment, at most 50, none that takes live traffic. */
  mirrorTraffic?: Record<string, number> | null;
  scoringUri?: string | null;
  provisioningState?: string;
}

export interface EndpointResource extends Resource {
  location?: string;
  properties: EndpointProperties;
}

export interface DeploymentProperties extends Json {
  model?: string | null;
  instanceType?: string;
  environmentId?: string | null;
  provisioningState?: string;
}

export interface DeploymentResource extends Resource {
  location?: string;
  sku?: { name?: string; capacity?: number } | null;
  properties: DeploymentProperties;
}

const readOnlyMembers = ['id', 'name', 'type', 'systemData'];
const readOnlyProperties = ['provisioningState', 'scoringUri', 'swaggerUri', 'keys'];

/** Tags without empty values: the service refuses them, though Azure Policy writes such. */
export function usableTags(tags: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(textsAt({ tags }, 'tags')).filter(([, value]) => value !== ''));
}

/** The body of a PUT from a read resource: unknown members stay, read-only ones go. */
export function writableBody(resource: Resource): Json {
  const body: Json = {};
  for (const [key, value] of Object.entries(resource)) if (!readOnlyMembers.includes(key)) body[key] = value;
  const properties: Json = {};
  for (const [key, value] of Object.entries(resource.properties)) {
    if (!readOnlyProperties.includes(key)) properties[key] = value;
  }
  return { ...body, tags: usableTags(resource.tags), properties };
}

/** A split as the service gives it: whole percents by name. */
export function trafficOf(value: unknown): Traffic {
  const entries = Object.entries(isJson(value) ? value : {});
  return normalizeTraffic(
    Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number')),
  );
}
