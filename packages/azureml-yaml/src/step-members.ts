import { compileCode } from './code-reference.ts';
import { anonymous, specId } from './component-id.ts';
import { inferredInput, inferredOutput, sweptInput } from './component-port.ts';
import { addInline, type Draft } from './draft.ts';
import { compileEnvironment } from './environment-body.ts';
import { type JsonObject, type JsonValue, present } from './json.ts';
import type { Entry, MapReader } from './map-reader.ts';
import { readParallel } from './parallel.ts';
import type { PipelineScope } from './pipeline-scope.ts';
import type { Step } from './pipeline-step.ts';
import { readCommandLimits, readDistribution, readQueueSettings, readResources, readServices } from './run-settings.ts';
import { readEarlyTermination, readObjective, readSearchSpace, readSweepLimits } from './sweep.ts';

function ports(
  reader: MapReader,
  key: 'inputs' | 'outputs',
  make: (entry: Entry) => JsonObject,
): JsonObject | undefined {
  if (!reader.isMapAt(key)) return undefined;
  const entries = reader.child(key)?.entries() ?? [];
  return entries.length === 0 ? undefined : Object.fromEntries(entries.map((entry) => [entry.key, make(entry)]));
}

function sweptPorts(step: Step): JsonObject {
  const space =
    step.type === 'sweep' && step.reader.isMapAt('search_space') ? step.reader.child('search_space') : undefined;
  return Object.fromEntries((space?.entries() ?? []).map((entry) => [entry.key, sweptInput(entry)]));
}

/** The component that a node written in place stands for: its ports are inferred from what the node is given. */
function implicitComponent(step: Step, draft: Draft, scope: PipelineScope, own: JsonObject): string {
  const find = (binding: string) => scope.typeOf(binding);
  const inputs = { ...ports(step.reader, 'inputs', (entry) => inferredInput(entry, find)), ...sweptPorts(step) };
  const componentSpec = present({
    ...anonymous,
    type: step.type === 'sweep' ? 'command' : step.type,
    is_deterministic: true,
    inputs: Object.keys(inputs).length === 0 ? undefined : inputs,
    outputs: ports(step.reader, 'outputs', (entry) => inferredOutput(entry, find)),
    ...own,
  } as Record<string, JsonValue | undefined>);
  const description = componentSpec.description;
  const tags = componentSpec.tags;
  return addInline(draft, step.entry, {
    type: 'components',
    body: { properties: present({ componentSpec, description, tags, isAnonymous: true }) },
  });
}

/** The component of a step: the one it names, or the one that it stands for. */
function componentIdOf(step: Step, draft: Draft, scope: PipelineScope, own: () => JsonObject): string | undefined {
  if (step.holder.has('component')) return step.componentId;
  return implicitComponent(step, draft, scope, own());
}

function commandSpec(step: Step, draft: Draft): JsonObject {
  const { holder } = step;
  if (!holder.has('environment')) holder.missing('environment', 'the environment the command runs in');
  return present({
    command: holder.requiredText('command', 'the command line to run, or a component'),
    code: specId(compileCode(holder, draft)),
    environment: specId(compileEnvironment(holder, draft)),
    distribution: readDistribution(holder, 'spec'),
    resources: readResources(holder, 'snake'),
    description: holder.text('description'),
    tags: holder.textMap('tags'),
  });
}

function commandMembers(step: Step, draft: Draft, scope: PipelineScope): JsonObject {
  const { reader } = step;
  const componentId = componentIdOf(step, draft, scope, () => commandSpec(step, draft));
  reader.skip('description');
  return present({
    componentId,
    distribution: readDistribution(reader, 'snake'),
    resources: readResources(reader, 'snake'),
    limits: readCommandLimits(reader, 'snake'),
    services: readServices(reader, 'snake'),
    queue_settings: readQueueSettings(reader, 'snake'),
    environment_variables: reader.textMap('environment_variables'),
  });
}

function parallelMembers(step: Step, draft: Draft, scope: PipelineScope): JsonObject {
  const { node, spec } = readParallel(step.reader, draft);
  const resources = readResources(step.reader, 'snake');
  const componentId = componentIdOf(step, draft, scope, () => present({ ...spec, resources }));
  return present({
    componentId,
    ...node,
    resources,
    environment_variables: step.reader.textMap('environment_variables'),
  });
}

function sweepMembers(step: Step, draft: Draft, scope: PipelineScope): JsonObject {
  const { reader, holder } = step;
  const componentId = componentIdOf(step, draft, scope, () => commandSpec(step, draft));
  holder.finish();
  const trial = present({ componentId });
  const algorithm = reader.isMapAt('sampling_algorithm')
    ? reader.plain('sampling_algorithm')
    : reader.text('sampling_algorithm');
  return present({
    trial,
    search_space: readSearchSpace(reader, 'node'),
    sampling_algorithm: algorithm as JsonValue | undefined,
    objective: readObjective(reader, 'snake'),
    limits: readSweepLimits(reader, 'snake'),
    early_termination: readEarlyTermination(reader, 'snake'),
    queue_settings: readQueueSettings(reader, 'snake'),
    resources: readResources(reader, 'snake'),
  });
}

/** The members of a node that only its type has. */
export function stepMembers(step: Step, draft: Draft, scope: PipelineScope): JsonObject {
  if (step.type === 'command') return commandMembers(step, draft, scope);
  if (step.type === 'parallel') return parallelMembers(step, draft, scope);
  if (step.type === 'sweep') return sweepMembers(step, draft, scope);
  if (step.componentId === undefined && !step.reader.has('component')) {
    step.reader.missing('component', 'the file of a pipeline component, or a registered one');
  }
  return present({ componentId: step.componentId });
}
