import { isObject, type JsonObject, member, objectMember, textMember } from '../fields.ts';
import type { Job } from '../state/records.ts';
import { declaredInputs } from './components.ts';
import { type Binding, definitionText, fillBindings, type PipelineNode, wholeBinding } from './pipeline-graph.ts';

/** What the bindings of a running pipeline lead to. */
export interface PipelineScope {
  /** Inputs of the pipeline, as a job body holds them. Absent optional ones are not in it. */
  inputs: JsonObject;
  /** Outputs of the pipeline, as a job body holds them. */
  outputs: JsonObject;
  nodes: Map<string, PipelineNode>;
  /** The runs of steps that have ended well. */
  finished: Map<string, Job>;
}

function literal(value: string): JsonObject {
  return { jobInputType: 'literal', value };
}

const literalTypes = ['string', 'number', 'integer', 'boolean', 'literal'];

/** An input as a job body holds it, from the form that a node or a component holds. */
function jobInput(definition: unknown, text: string, declared: string): JsonObject {
  const type = (textMember(definition, 'job_input_type') ?? textMember(definition, 'jobInputType') ?? '').toLowerCase();
  const isUri = isObject(definition) && (member(definition, 'uri') ?? member(definition, 'path')) !== undefined;
  if (type === 'literal' || (type === '' && (!isUri || literalTypes.includes(declared.toLowerCase())))) {
    return literal(text);
  }
  const mode = textMember(definition, 'mode');
  return {
    jobInputType: type || textMember(definition, 'type') || declared,
    uri: text,
    ...(mode === undefined ? {} : { mode }),
  };
}

function follow(scope: PipelineScope, found: Binding): JsonObject | undefined {
  if (found.kind === 'input') {
    const given = member(scope.inputs, found.name);
    return isObject(given) ? given : undefined;
  }
  if (found.kind === 'step-output') {
    const output = scope.finished.get(found.node)?.outputs[found.name];
    return output === undefined ? undefined : { jobInputType: output.type, uri: output.uri };
  }
  if (found.kind === 'step-input') {
    const node = scope.nodes.get(found.node);
    return node === undefined ? undefined : (resolveInputs(scope, node)[found.name] as JsonObject | undefined);
  }
  return undefined;
}

function resolveInput(scope: PipelineScope, definition: unknown, declared: string): JsonObject | undefined {
  const text = definitionText(definition);
  if (text === undefined) {
    return undefined;
  }
  const found = wholeBinding(text);
  if (found === undefined) {
    const filled = fillBindings(text, (part) => definitionText(follow(scope, part)) ?? '');
    return jobInput(definition, filled, declared);
  }
  const bound = follow(scope, found);
  const mode = textMember(definition, 'mode');
  return bound === undefined || mode === undefined ? bound : { ...bound, mode };
}

/** The inputs of a step with every binding followed; absent optional inputs are left out. */
export function resolveInputs(scope: PipelineScope, node: PipelineNode): JsonObject {
  const given = objectMember(node.body, 'inputs');
  const declared = declaredInputs(node.component.spec);
  const types = new Map(declared.map(({ name, type }) => [name, type]));
  const inputs: JsonObject = {};
  for (const { name, fallback } of declared) {
    if (fallback !== undefined) {
      inputs[name] = literal(fallback);
    }
  }
  for (const [name, definition] of Object.entries(given)) {
    const value = resolveInput(scope, definition, types.get(name) ?? 'string');
    if (value !== undefined) {
      inputs[name] = value;
    }
  }
  return inputs;
}

/** The outputs of a step as a job body holds them; one that is bound to the pipeline's output is written to its place. */
export function resolveOutputs(scope: PipelineScope, node: PipelineNode, types: Map<string, string>): JsonObject {
  const given = objectMember(node.body, 'outputs');
  const outputs: JsonObject = {};
  for (const [name, type] of types) {
    const definition = member(given, name);
    const text = definitionText(definition);
    const found = text === undefined ? undefined : wholeBinding(text);
    const target = found?.kind === 'output' ? member(scope.outputs, found.name) : undefined;
    const source = isObject(target) ? target : isObject(definition) && found === undefined ? definition : {};
    const uri = textMember(source, 'uri') ?? textMember(source, 'path');
    const assetName = textMember(source, 'assetName') ?? (isObject(target) ? undefined : textMember(source, 'name'));
    const assetVersion = textMember(source, 'assetVersion') ?? textMember(source, 'version');
    const mode = textMember(definition, 'mode') ?? textMember(source, 'mode');
    outputs[name] = {
      jobOutputType: type,
      ...(mode === undefined ? {} : { mode }),
      ...(uri === undefined ? {} : { uri }),
      ...(assetName === undefined ? {} : { assetName }),
      ...(assetName === undefined || assetVersion === undefined ? {} : { assetVersion }),
    };
  }
  return outputs;
}

/** The outputs of a pipeline by the steps that make them: `[output of the pipeline, step, output of the step]`. */
export function boundOutputs(nodes: Map<string, PipelineNode>): [output: string, node: string, from: string][] {
  return [...nodes.values()].flatMap((node) =>
    Object.entries(objectMember(node.body, 'outputs')).flatMap(([from, definition]) => {
      const found = wholeBinding(definitionText(definition) ?? '');
      return found?.kind === 'output' ? [[found.name, node.name, from] as [string, string, string]] : [];
    }),
  );
}
