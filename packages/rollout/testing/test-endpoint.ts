import { normalizeTraffic, type Traffic, tagNames } from '@switchyard/domain';
import { type Check, decide, type Facts, type NextStep } from '../src/decide.ts';
import { createdBySwitchyard, type DeploymentObservation, type Desired, type Observation } from '../src/observation.ts';
import { planRollout, type Rollout, type RolloutRequest } from '../src/plan-rollout.ts';

/** For tests: an endpoint in memory that does what `decide` asks, one step at a time. */
export interface TestEndpoint {
  observation: Observation;
  /** Milliseconds; every step takes a second. */
  now: number;
  /** Steps that wrote, in order. */
  readonly writes: NextStep[];
}

export function aDeployment(name: string, init: Partial<DeploymentObservation> = {}): DeploymentObservation {
  return { name, provisioningState: 'Succeeded', tags: {}, model: null, capacity: 1, ...init };
}

/** A deployment that the engine made. */
export function ourDeployment(
  name: string,
  desired: Desired,
  init: Partial<DeploymentObservation> = {},
): DeploymentObservation {
  const tags = {
    [tagNames.createdBy]: createdBySwitchyard,
    [tagNames.model]: `${desired.model}:${desired.version}`,
    [tagNames.configHash]: desired.confighash,
    ...init.tags,
  };
  return aDeployment(name, { ...init, tags });
}

export function anObservation(init: Partial<Observation> = {}): Observation {
  return {
    endpoint: 'plant001-test',
    exists: true,
    provisioningState: 'Succeeded',
    traffic: {},
    mirrorTraffic: {},
    tags: {},
    deployments: [],
    ...init,
  };
}

export const seven: Desired = { model: 'm', version: '7', confighash: 'hash7' };
export const eight: Desired = { model: 'm', version: '8', confighash: 'hash8' };

/** Blue serves version 7, deployed by us. */
export function servingBlue(init: Partial<Observation> = {}): Observation {
  return anObservation({ traffic: { blue: 100 }, deployments: [ourDeployment('blue', seven)], ...init });
}

export function aRequest(observation: Observation, init: Partial<RolloutRequest> = {}): RolloutRequest {
  return { observation, desired: eight, steps: [10, 50, 100], circuit: 'P1_C1', environment: 'test', ...init };
}

/** The rollout of a request that must be plannable. */
export function aRollout(observation: Observation, init: Partial<RolloutRequest> = {}): Rollout {
  const planned = planRollout(aRequest(observation, init));
  if (planned.kind !== 'plan') throw new Error(`expected a plan, not ${planned.kind}`);
  return planned.rollout;
}

export const pass: Check = { verdict: 'pass', detail: 'fine' };

export function someFacts(init: Partial<Facts> = {}): Facts {
  return { now: Date.UTC(2026, 0, 1), validation: pass, health: null, stop: false, ...init };
}

export function anEndpoint(observation: Observation): TestEndpoint {
  return { observation, now: Date.UTC(2026, 0, 1), writes: [] };
}

/** How a run answers the questions of the engine, and when it is killed. */
export interface RunOptions {
  readonly validation?: Check;
  readonly health?: (step: string, endpoint: TestEndpoint) => Check;
  readonly stopAfterWrites?: number;
  readonly killAfterWrites?: number;
}

/** Runs the loop to an end, or until the kill; gives the last step. */
export function run(endpoint: TestEndpoint, rollout: Rollout, options: RunOptions = {}): NextStep {
  let validation: Check | null = null;
  let health: Facts['health'] = null;
  for (let turn = 0; turn < 60; turn += 1) {
    endpoint.now += 1000;
    const stop = endpoint.writes.length >= (options.stopAfterWrites ?? Number.POSITIVE_INFINITY);
    const step = decide(endpoint.observation, rollout, { now: endpoint.now, validation, health, stop });
    if (step.do === 'validate') validation = options.validation ?? pass;
    else if (step.do === 'watch') {
      endpoint.now = Math.max(endpoint.now, step.until);
      const found = options.health?.(endpoint.observation.tags[tagNames.phase] ?? '', endpoint) ?? pass;
      health = { ...found, requests: step.requests, from: step.since };
    } else if (step.do === 'wait') settle(endpoint);
    else if (step.do === 'done' || step.do === 'hold' || step.do === 'needs-human') return step;
    else {
      apply(endpoint, step);
      if (endpoint.writes.length >= (options.killAfterWrites ?? Number.POSITIVE_INFINITY)) return step;
    }
  }
  throw new Error('the rollout did not come to an end in 60 turns');
}

function settle(endpoint: TestEndpoint): void {
  const deployments = endpoint.observation.deployments.map((deployment) => ({
    ...deployment,
    provisioningState: 'Succeeded',
  }));
  endpoint.observation = { ...endpoint.observation, provisioningState: 'Succeeded', deployments };
}

function apply(endpoint: TestEndpoint, step: NextStep): void {
  const { observation } = endpoint;
  endpoint.writes.push(step);
  switch (step.do) {
    case 'create-endpoint':
      endpoint.observation = { ...observation, exists: true, provisioningState: 'Succeeded' };
      return;
    case 'tag':
    case 'finish-abort':
      endpoint.observation = { ...observation, tags: { ...observation.tags, ...step.tags } };
      return;
    case 'delete-slot':
      requireNoTraffic(observation, step.slot);
      endpoint.observation = {
        ...observation,
        deployments: observation.deployments.filter(({ name }) => name !== step.slot),
      };
      return;
    case 'create-slot':
      requireNoTraffic(observation, step.slot);
      endpoint.observation = {
        ...observation,
        deployments: [
          ...observation.deployments,
          aDeployment(step.slot, { tags: step.tags, provisioningState: 'Creating' }),
        ],
      };
      return;
    case 'shift':
    case 'abort':
      putTraffic(endpoint, step.traffic, {
        mirrorTraffic: step.mirrorTraffic,
        tags: { ...observation.tags, ...step.tags },
      });
      return;
    case 'promote':
      endpoint.observation = {
        ...observation,
        tags: { ...observation.tags, ...step.tags },
        deployments: observation.deployments.map((deployment) => ({
          ...deployment,
          tags: { ...deployment.tags, ...step.deploymentTags[deployment.name] },
        })),
      };
      return;
    default:
      throw new Error(`${step.do} writes nothing`);
  }
}

/** The service's own rules: names that exist, and a total of 100 or 0. */
function putTraffic(endpoint: TestEndpoint, traffic: Traffic, rest: Pick<Observation, 'mirrorTraffic' | 'tags'>): void {
  const { observation } = endpoint;
  const names = observation.deployments.map((deployment) => deployment.name);
  const total = Object.values(traffic).reduce((sum, share) => sum + share, 0);
  const unknown = Object.keys(traffic).filter((name) => !names.includes(name));
  if (unknown.length > 0 || (total !== 100 && total !== 0))
    throw new Error(`the service refuses ${JSON.stringify(traffic)}`);
  endpoint.observation = { ...observation, traffic: normalizeTraffic(traffic), ...rest };
}

function requireNoTraffic(observation: Observation, slot: string): void {
  if ((observation.traffic[slot] ?? 0) > 0)
    throw new Error(`the service refuses a write to ${slot}, which has traffic`);
}
