import type { Traffic } from '@switchyard/domain';
import { normalizeTraffic, tagNames } from '@switchyard/domain';

type Tags = Readonly<Record<string, string>>;

/** One deployment of an endpoint, as the service shows it. */
export interface DeploymentObservation {
  readonly name: string;
  /** `Succeeded`, `Creating`, `Updating`, `Scaling`, `Deleting`, `Failed` or `Canceled`. */
  readonly provisioningState: string;
  readonly tags: Tags;
  /** Model reference in any form of the service; null when there is none. */
  readonly model: string | null;
  /** Instances; null when the service does not say. */
  readonly capacity: number | null;
}

/** Everything a decision about an endpoint may use. Read fresh before each decision. */
export interface Observation {
  readonly endpoint: string;
  readonly exists: boolean;
  /** Null when the endpoint does not exist. */
  readonly provisioningState: string | null;
  /** Live shares; zero entries may be there or not. */
  readonly traffic: Traffic;
  readonly mirrorTraffic: Traffic;
  readonly tags: Tags;
  readonly deployments: readonly DeploymentObservation[];
}

/** What shall serve. */
export interface Desired {
  readonly model: string;
  readonly version: string;
  /** See `confighashOf`. */
  readonly confighash: string;
}

export interface ModelReference {
  readonly name: string;
  readonly version: string;
}

/** Value of the tag `switchyard.created-by` on what the engine made. */
export const createdBySwitchyard = 'switchyard';

export function isOurs(deployment: DeploymentObservation): boolean {
  return deployment.tags[tagNames.createdBy] === createdBySwitchyard;
}

/** A state in which the service refuses writes, so the engine waits. */
export function isBusy(state: string | null): boolean {
  return state === 'Creating' || state === 'Updating' || state === 'Scaling' || state === 'Deleting';
}

export function findDeployment(observation: Observation, name: string | undefined): DeploymentObservation | undefined {
  return observation.deployments.find((deployment) => deployment.name === name);
}

/** Names of deployments with live traffic, the largest share first. */
export function servingSlots(observation: Observation): string[] {
  const entries = Object.entries(normalizeTraffic(observation.traffic));
  return entries.sort(([, a], [, b]) => b - a).map(([name]) => name);
}

/** True when users' requests, or copies of them, reach the deployment. */
export function hasTraffic(observation: Observation, name: string): boolean {
  return (observation.traffic[name] ?? 0) > 0 || (observation.mirrorTraffic[name] ?? 0) > 0;
}

/** Name and version of a deployment's model, from our tag or from the reference; null when neither tells. */
export function modelOf(deployment: DeploymentObservation): ModelReference | null {
  const tag = deployment.tags[tagNames.model];
  const text = tag === undefined ? (deployment.model ?? '') : `azureml:${tag}`;
  const match = /\/models\/([^/]+)\/versions\/([^/]+)$/.exec(text) ?? /^(?:azureml:)?([^/:]+):([^/:]+)$/.exec(text);
  const [, name, version] = match ?? [];
  return name !== undefined && version !== undefined ? { name, version } : null;
}

export function formatModel({ name, version }: ModelReference): string {
  return `${name}:${version}`;
}
