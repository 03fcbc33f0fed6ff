import { ServiceError } from '../errors.ts';
import { isObject, type JsonObject, member, objectMember, textMember } from '../fields.ts';
import { checkReference } from '../state/asset-store.ts';
import type { State } from '../state/state.ts';
import { type Component, declaredInputs, declaredOutputs, findComponent, plainId } from './components.ts';

/** The kinds of steps that run here. */
export type NodeKind = 'command' | 'parallel' | 'pipeline' | 'sweep';

/** One step of a pipeline. */
export interface PipelineNode {
  name: string;
  kind: NodeKind;
  body: JsonObject;
  component: Component;
  /** Names of the steps whose outputs (or inputs) it reads. */
  after: string[];
}

/** Steps of a pipeline, and the names that they may bind to. */
export interface PipelineDefinition {
  jobs: JsonObject;
  settings: JsonObject;
  inputs: string[];
  outputs: string[];
}

const kinds = ['command', 'parallel', 'pipeline', 'sweep'];
const deepest = 10;

const binding = /\$\{\{\s*parent\.([\w.-]+)\s*\}\}/g;

/** What an expression such as `${{parent.jobs.prep.outputs.clean}}` names. */
export type Binding =
  | { kind: 'input'; name: string }
  | { kind: 'output'; name: string }
  | { kind: 'step-output' | 'step-input'; node: string; name: string };

function readBinding(path: string): Binding {
  const own = /^(input|output)s\.(.+)$/.exec(path);
  if (own) {
    return { kind: own[1] === 'input' ? 'input' : 'output', name: own[2] ?? '' };
  }
  const step = /^jobs\.([\w-]+)\.(input|output)s\.(.+)$/.exec(path);
  if (step) {
    return { kind: step[2] === 'output' ? 'step-output' : 'step-input', node: step[1] ?? '', name: step[3] ?? '' };
  }
  throw new ServiceError(400, `The binding parent.${path} is not understood.`);
}

/** The binding that a text consists of; undefined when it is more than that, or something else. */
export function wholeBinding(text: string): Binding | undefined {
  const path = /^\s*\$\{\{\s*parent\.([\w.-]+)\s*\}\}\s*$/.exec(text)?.[1];
  return path === undefined ? undefined : readBinding(path);
}

/** All bindings inside a text. */
export function bindingsOf(text: string): Binding[] {
  return [...text.matchAll(binding)].map((match) => readBinding(match[1] ?? ''));
}

/** Replace the bindings inside a text. */
export function fillBindings(text: string, value: (found: Binding) => string): string {
  return text.replaceAll(binding, (_all, path: string) => value(readBinding(path)));
}

/** The text of a node's input or output: its `value`, `uri` or `path`, or the definition itself when it is plain. */
export function definitionText(definition: unknown): string | undefined {
  if (!isObject(definition)) {
    return definition === undefined || definition === null ? undefined : String(definition);
  }
  const found = member(definition, 'value') ?? member(definition, 'uri') ?? member(definition, 'path');
  return found === undefined || found === null ? undefined : String(found);
}

function kindOf(name: string, body: JsonObject, component: Component): NodeKind {
  const type = (textMember(body, 'type') ?? textMember(component.spec, 'type') ?? 'command').toLowerCase();
  const kind = type.replace(/component$/, '');
  if (!kinds.includes(kind)) {
    throw new ServiceError(
      400,
      `The step ${name} is of type ${type}. The emulator runs steps of the types ${kinds.join(', ')}.`,
    );
  }
  return kind as NodeKind;
}

function readNode(state: State, name: string, value: unknown): PipelineNode {
  if (!isObject(value)) {
    throw new ServiceError(400, `The step ${name} of the pipeline is not an object.`);
  }
  const trial = member(value, 'trial');
  const holder = trial === undefined ? value : typeof trial === 'string' ? { componentId: trial } : trial;
  const component = findComponent(state, holder, `The step ${name}`);
  const texts = Object.values(objectMember(value, 'inputs')).map(definitionText);
  const after = texts
    .flatMap((text) => bindingsOf(text ?? ''))
    .flatMap((found) => ('node' in found ? [found.node] : []));
  return { name, kind: kindOf(name, value, component), body: value, component, after: [...new Set(after)] };
}

/** Outputs that a node offers to others. */
export function outputsOf(node: PipelineNode): Map<string, string> {
  return declaredOutputs(node.component.spec);
}

function checkBindings(node: PipelineNode, nodes: Map<string, PipelineNode>, definition: PipelineDefinition): void {
  const refuse = (text: string) => {
    throw new ServiceError(400, `The step ${node.name} binds to ${text}, which the pipeline does not have.`);
  };
  const sections: unknown[] = [objectMember(node.body, 'inputs'), objectMember(node.body, 'outputs')];
  for (const found of sections
    .flatMap((section) => Object.values(section ?? {}))
    .flatMap((one) => bindingsOf(definitionText(one) ?? ''))) {
    if (found.kind === 'input' && !definition.inputs.includes(found.name)) {
      refuse(`parent.inputs.${found.name}`);
    }
    if (found.kind === 'output' && !definition.outputs.includes(found.name)) {
      refuse(`parent.outputs.${found.name}`);
    }
    if (
      found.kind === 'step-output' &&
      !(nodes.has(found.node) && outputsOf(nodes.get(found.node) ?? node).has(found.name))
    ) {
      refuse(`parent.jobs.${found.node}.outputs.${found.name}`);
    }
    if (found.kind === 'step-input' && nodes.get(found.node) === undefined) {
      refuse(`parent.jobs.${found.node}.inputs.${found.name}`);
    }
  }
}

function checkInputs(node: PipelineNode): void {
  const given = objectMember(node.body, 'inputs');
  const swept = Object.keys(objectMember(node.body, 'search_space')).concat(
    Object.keys(objectMember(node.body, 'searchSpace')),
  );
  const missing = declaredInputs(node.component.spec).find(
    ({ name, optional, fallback }) =>
      !optional && fallback === undefined && !Object.hasOwn(given, name) && !swept.includes(name),
  );
  if (missing !== undefined) {
    throw new ServiceError(400, `The step ${node.name} needs a value for the input ${missing.name} of its component.`);
  }
}

/** Refuse steps that wait for each other. */
function checkOrder(nodes: Map<string, PipelineNode>): void {
  const done = new Set<string>();
  let left = [...nodes.values()];
  while (left.length > 0) {
    const ready = left.filter(({ after }) => after.every((name) => done.has(name)));
    if (ready.length === 0) {
      const names = left.map(({ name }) => name).join(', ');
      throw new ServiceError(400, `The steps ${names} of the pipeline wait for each other.`);
    }
    for (const { name } of ready) {
      done.add(name);
    }
    left = left.filter(({ name }) => !done.has(name));
  }
}

/**
 * Read the steps of a pipeline, nested ones included. Keys that mean nothing, such as `condition`, are not looked at.
 * Errors: 404 for components and environments that do not exist; 400 for unknown bindings, missing inputs, circles.
 */
export function readGraph(state: State, definition: PipelineDefinition, depth = 0): Map<string, PipelineNode> {
  const entries = Object.entries(definition.jobs);
  if (entries.length === 0) {
    throw new ServiceError(400, 'Request is invalid and/or missing fields. The pipeline has no jobs.');
  }
  if (depth > deepest) {
    throw new ServiceError(400, `Pipelines may be nested ${deepest} deep.`);
  }
  const nodes = new Map(entries.map(([name, value]) => [name, readNode(state, name, value)]));
  for (const node of nodes.values()) {
    checkBindings(node, nodes, definition);
    checkInputs(node);
    checkReference(state, plainId(textMember(node.component.spec, 'environment')));
    if (node.kind === 'pipeline') {
      readGraph(state, nestedDefinition(node.component.spec), depth + 1);
    }
  }
  checkOrder(nodes);
  return nodes;
}

/** The definition inside a pipeline component. */
export function nestedDefinition(spec: JsonObject, settings: JsonObject = {}): PipelineDefinition {
  return {
    jobs: objectMember(spec, 'jobs'),
    settings: { ...objectMember(spec, 'settings'), ...settings },
    inputs: Object.keys(objectMember(spec, 'inputs')),
    outputs: Object.keys(objectMember(spec, 'outputs')),
  };
}
