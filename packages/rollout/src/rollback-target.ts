import { formatTraffic, tagNames } from '@switchyard/domain';
import { isDenied, parseDenyList } from './deny-list.ts';
import { type LastKnownGood, parseLastKnownGood } from './last-known-good.ts';
import {
  type DeploymentObservation,
  formatModel,
  type ModelReference,
  modelOf,
  type Observation,
} from './observation.ts';
import { type Refusal, refuse } from './refusal.ts';

/** A deployment to return to. */
export interface RollbackTarget {
  readonly kind: 'target';
  readonly path: 'warm' | 'cold';
  readonly slot: string;
  readonly model: ModelReference;
  /** Null on the cold path: the slot has to be made. */
  readonly deployment: DeploymentObservation | null;
}

export interface TargetRequest {
  readonly observation: Observation;
  readonly current: { readonly slot: string; readonly model: ModelReference };
  /** `previous`, or a model version. */
  readonly target: string;
  /** Accept a version that never finished a rollout here. */
  readonly unproven?: boolean | undefined;
  /** Accept a version that no deployment holds any more. */
  readonly cold?: boolean | undefined;
}

/** Finds what to return to, or says by name why there is nothing. */
export function findTarget(request: TargetRequest): RollbackTarget | Refusal {
  const { observation, target } = request;
  const history = parseLastKnownGood(observation.tags[tagNames.lastKnownGood]);
  const denied = parseDenyList(observation.tags[tagNames.deny]);
  if (target === 'previous') {
    const entry = history.find(({ slot, model }) => !isCurrent(request, slot, model) && !isDenied(denied, model));
    return entry ? locate(request, entry) : nothingToReturnTo(request, history, denied);
  }
  const named = { name: request.current.model.name, version: target };
  if (isDenied(denied, named)) return deniedTarget(request, named);
  const entry = history.find(({ model }) => model.name === named.name && model.version === named.version);
  if (entry) return locate(request, entry);
  if (!request.unproven) return neverGood(request, named, history);
  const holder = holderOf(observation, { slot: '', model: named, confighash: null });
  return holder ? warm(holder, named) : missing(request, named);
}

function isCurrent({ current }: TargetRequest, slot: string, model: ModelReference): boolean {
  return slot === current.slot && formatModel(model) === formatModel(current.model);
}

function locate(request: TargetRequest, entry: LastKnownGood): RollbackTarget | Refusal {
  const holder = holderOf(request.observation, entry);
  if (holder) return warm(holder, entry.model);
  if (!request.cold) return missing(request, entry.model);
  const slot = request.current.slot === 'blue' ? 'green' : 'blue';
  return { kind: 'target', path: 'cold', slot, model: entry.model, deployment: null };
}

function warm(deployment: DeploymentObservation, model: ModelReference): RollbackTarget {
  return { kind: 'target', path: 'warm', slot: deployment.name, model, deployment };
}

/** A ready deployment of the same model and, where recorded, the same settings; the recorded slot first. */
function holderOf({ deployments }: Observation, entry: LastKnownGood): DeploymentObservation | undefined {
  const fitting = deployments.filter((deployment) => {
    const model = modelOf(deployment);
    const sameModel = model !== null && formatModel(model) === formatModel(entry.model);
    const sameSettings = entry.confighash === null || deployment.tags[tagNames.configHash] === entry.confighash;
    return sameModel && sameSettings && deployment.provisioningState === 'Succeeded';
  });
  return fitting.find((deployment) => deployment.name === entry.slot) ?? fitting[0];
}

function nothingToReturnTo(
  { observation, current }: TargetRequest,
  history: readonly LastKnownGood[],
  denied: readonly ModelReference[],
): Refusal {
  const others = history.filter(({ model }) => formatModel(model) !== formatModel(current.model));
  const refused = others.filter(({ model }) => isDenied(denied, model)).map(({ model }) => formatModel(model));
  const why =
    refused.length > 0
      ? `every earlier version is denied (${refused.join(', ')})`
      : 'no earlier version finished a rollout';
  return refuse('rejected', {
    code: 'ROLLBACK_NOTHING_TO_RETURN_TO',
    seen: `endpoint ${observation.endpoint} serves ${formatModel(current.model)} and ${why}`,
    expected: `an earlier version in the tag ${tagNames.lastKnownGood}`,
    next: 'name a version with its rollout behind it, or deploy a corrected model',
  });
}

function deniedTarget({ observation }: TargetRequest, model: ModelReference): Refusal {
  return refuse('rejected', {
    code: 'ROLLBACK_TARGET_DENIED',
    seen: `${formatModel(model)} is on the deny list of endpoint ${observation.endpoint}`,
    expected: 'a version that was not rolled back itself',
    next: `choose another version, or take it off the tag ${tagNames.deny} with a reason`,
  });
}

function neverGood({ observation }: TargetRequest, model: ModelReference, history: readonly LastKnownGood[]): Refusal {
  const known = history.map((entry) => formatModel(entry.model)).join(', ') || 'none';
  return refuse('rejected', {
    code: 'ROLLBACK_TARGET_NEVER_GOOD',
    seen: `${formatModel(model)} never finished a rollout on endpoint ${observation.endpoint}`,
    expected: `one of the versions that did: ${known}`,
    next: 'choose one of these, or deploy that version with blue-green-deploy',
  });
}

function missing({ observation }: TargetRequest, model: ModelReference): Refusal {
  const present = observation.deployments.map((deployment) => {
    const held = modelOf(deployment);
    return `${deployment.name} (${held ? formatModel(held) : 'unknown model'}, ${deployment.provisioningState})`;
  });
  return refuse('rejected', {
    code: 'ROLLBACK_TARGET_MISSING',
    seen: `no ready deployment of endpoint ${observation.endpoint} holds ${formatModel(model)}; traffic is ${formatTraffic(observation.traffic)}`,
    expected: `a warm slot; present are ${present.join(', ') || 'none'}`,
    next: 'deploy that version with blue-green-deploy and model-version instead; it takes as long as a deployment',
  });
}
