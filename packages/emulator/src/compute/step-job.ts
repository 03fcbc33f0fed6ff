import {
  durationMilliseconds,
  either,
  isObject,
  type JsonObject,
  member,
  objectMember,
  stringMap,
  textMember,
} from '../fields.ts';
import type { Job } from '../state/records.ts';
import { componentIdOf, mergedVariables, plainId } from './components.ts';
import { outputsOf, type PipelineNode } from './pipeline-graph.ts';
import { type PipelineScope, resolveInputs, resolveOutputs } from './pipeline-values.ts';

/** The compute of a step: its own, or the pipeline's default; undefined means serverless. */
export function computeOf(body: JsonObject, settings: JsonObject): string | undefined {
  const own = textMember(body, 'computeId') ?? textMember(body, 'compute');
  const found = plainId(own ?? textMember(settings, 'default_compute') ?? textMember(settings, 'defaultCompute'));
  return found === undefined || found.toLowerCase().endsWith('serverless') ? undefined : found.replace(/^azureml:/, '');
}

function limitsOf(body: JsonObject): JsonObject | null {
  const timeout = member(objectMember(body, 'limits'), 'timeout');
  if (timeout === undefined || timeout === null) {
    return null;
  }
  const seconds = durationMilliseconds(String(timeout)) === undefined ? Number(timeout) : undefined;
  return { jobLimitsType: 'Command', timeout: seconds === undefined ? String(timeout) : `PT${seconds}S` };
}

/** The command, code and environment of a parallel step: the emulator's batch driver around the user's script. */
function parallelTask(node: PipelineNode): JsonObject {
  const own = objectMember(node.body, 'task');
  const task = Object.keys(own).length > 0 ? own : objectMember(node.component.spec, 'task');
  return { codeId: plainId(textMember(task, 'code')), environmentId: plainId(textMember(task, 'environment')) };
}

const jobTypes = { command: 'Command', parallel: 'Command', pipeline: 'Pipeline', sweep: 'Sweep' };

/** The body of the job that a step becomes, with all bindings followed. */
export function stepBody(
  scope: PipelineScope,
  node: PipelineNode,
  context: { parent: Job; settings: JsonObject },
): JsonObject {
  const { body, component, kind } = node;
  const { spec } = component;
  const { parent, settings } = context;
  const task = kind === 'parallel' ? parallelTask(node) : {};
  const environment = textMember(body, 'environment') ?? textMember(spec, 'environment');
  const common: JsonObject = {
    jobType: jobTypes[kind],
    displayName: textMember(body, 'display_name') ?? textMember(body, 'displayName') ?? node.name,
    experimentName: textMember(parent.properties, 'experimentName') ?? 'Default',
    description: textMember(body, 'description') ?? null,
    tags: stringMap(body.tags),
    properties: {
      ...stringMap(member(body, 'properties')),
      'azureml.runsource': 'azureml.StepRun',
      'azureml.pipelinerunid': parent.name,
      'azureml.nodeid': node.name,
      'azureml.moduleName': textMember(spec, 'name') ?? node.name,
    },
    componentId: componentIdOf(body) ?? null,
    computeId: computeOf(body, settings) ?? null,
    inputs: resolveInputs(scope, node),
    outputs: resolveOutputs(scope, node, outputsOf(node)),
  };
  if (kind === 'pipeline') {
    return { ...common, settings: { ...settings, ...objectMember(body, 'settings') } };
  }
  const command = textMember(spec, 'command') ?? '';
  const parts: JsonObject = {
    command,
    codeId: plainId(textMember(spec, 'code')) ?? null,
    environmentId: plainId(environment) ?? null,
    environmentVariables: mergedVariables(spec, body),
    distribution: member(body, 'distribution') ?? member(spec, 'distribution') ?? null,
    resources: member(body, 'resources') ?? member(spec, 'resources') ?? null,
    ...task,
  };
  if (kind === 'sweep') {
    const sweep = Object.fromEntries(
      ['searchSpace', 'samplingAlgorithm', 'objective', 'earlyTermination', 'limits'].map((name) => [
        name,
        either(body, name) ?? null,
      ]),
    );
    return { ...common, ...sweep, trial: parts };
  }
  return { ...common, ...parts, limits: limitsOf(body) };
}

/** The part of a step's body that decides whether a former run of the same step can be taken instead. */
export function stepKey(node: PipelineNode, body: JsonObject): JsonObject {
  const { inputs, outputs, environmentVariables, command, codeId, environmentId, trial, searchSpace } = body;
  const texts = isObject(inputs)
    ? Object.fromEntries(
        Object.entries(inputs).map(([name, one]) => [name, member(one, 'uri') ?? member(one, 'value')]),
      )
    : {};
  const places = isObject(outputs)
    ? Object.fromEntries(
        Object.entries(outputs).map(([name, one]) => [name, [member(one, 'jobOutputType'), member(one, 'uri')]]),
      )
    : {};
  return {
    component: node.component.identity,
    inputs: texts,
    outputs: places,
    more: { environmentVariables, command, codeId, environmentId, trial, searchSpace },
  };
}
