import { type Azure, registryPath, workspacePath } from './azure.ts';
import type { Line } from './line.ts';
import { until } from './until.ts';

export interface Resource {
  readonly tags: Record<string, string>;
  readonly properties: Record<string, unknown>;
}

export interface OnlineEndpoint extends Resource {
  readonly properties: { traffic: Record<string, number>; mirrorTraffic: Record<string, number> };
}

const spaces = { test: 'test', production: 'prod' } as const;

export function endpointPath(line: Line, environment: 'test' | 'production'): string {
  return `${workspacePath(spaces[environment])}/onlineEndpoints/${line.endpoint(environment)}`;
}

/** The endpoint as the service shows it. */
export async function readEndpoint(line: Line, environment: 'test' | 'production'): Promise<OnlineEndpoint> {
  const { status, body } = await line.azure.call('GET', endpointPath(line, environment));
  if (status !== 200) throw new Error(`no endpoint ${line.endpoint(environment)}: ${JSON.stringify(body)}`);
  return body as OnlineEndpoint;
}

interface Version {
  readonly name: string;
  readonly tags: Record<string, string>;
}

/** Versions of the line's model in the registry. */
export function registryVersions(line: Line): Promise<Version[]> {
  return readVersions(line, registryPath);
}

/** The same in the workspace where models are trained. */
export function workspaceVersions(line: Line): Promise<Version[]> {
  return readVersions(line, workspacePath('dev'));
}

async function readVersions(line: Line, place: string): Promise<Version[]> {
  const { status, body } = await line.azure.call('GET', `${place}/models/${line.model}/versions`);
  if (status === 404) return [];
  const { value } = body as { value: { name: string; properties: Resource }[] };
  return value.map(({ name, properties }) => ({ name, tags: properties.tags }));
}

/** Waits for the end of an operation on a resource that the test changed itself. */
export async function untilSettled(azure: Azure, path: string): Promise<void> {
  await until(`${path} to be ready`, async () => {
    const { body } = await azure.call('GET', path);
    return (body as { properties: { provisioningState: string } }).properties.provisioningState === 'Succeeded';
  });
}

/** Names of the jobs in the training workspace that belong to this circuit, with their status. */
export async function jobsOf(line: Line): Promise<Record<string, string>> {
  const { body } = await line.azure.call('GET', `${workspacePath('dev')}/jobs`);
  const jobs = (body as { value: { name: string; properties: { status: string } }[] }).value;
  return Object.fromEntries(
    jobs.filter(({ name }) => name.startsWith(line.circuit)).map(({ name, properties }) => [name, properties.status]),
  );
}
