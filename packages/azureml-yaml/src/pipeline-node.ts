import { isMap, isScalar } from 'yaml';
import type { Draft } from './draft.ts';
import { compileInputs, compileOutputs } from './job-input.ts';
import { type JsonObject, type JsonValue, present } from './json.ts';
import type { MapReader } from './map-reader.ts';
import { nearestOf } from './nearest.ts';
import { PipelineScope } from './pipeline-scope.ts';
import { readStep, type Step } from './pipeline-step.ts';
import { compileCompute } from './reference.ts';
import { readJobIdentity } from './run-settings.ts';
import { scalarText } from './scalar-text.ts';
import { stepMembers } from './step-members.ts';

/** Bindings of a node to things that are not there fail only when the pipeline is submitted. */
function checkBindings(step: Step, scope: PipelineScope): void {
  for (const key of ['inputs', 'outputs']) {
    const child = step.reader.isMapAt(key) ? step.reader.child(key) : undefined;
    for (const entry of child?.entries() ?? []) {
      const node = isMap(entry.node) ? entry.node.get('path', true) : entry.node;
      const problem = isScalar(node) ? scope.problemOf(scalarText(node)) : undefined;
      if (problem)
        child?.mistake('YAML_REFERENCE_INVALID', entry, { ...problem, seen: `"${entry.path}": ${problem.seen}` });
    }
  }
}

function computeOf(step: Step, draft: Draft): string | undefined {
  const text = step.reader.has('compute') ? step.reader.text('compute') : undefined;
  if (text?.includes('${{')) return text;
  return compileCompute(step.reader, draft, 'compute');
}

/** Without inputs that the component does not have: the official SDK leaves them out as well. */
function declaredOnly({ file, reader }: Step, inputs: JsonObject | undefined): JsonObject | undefined {
  if (!inputs || !file) return inputs;
  const known = (name: string) => file.inputs.has(name) || file.inputs.has(name.split('.')[0] ?? name);
  const entries = reader.isMapAt('inputs') ? (reader.child('inputs')?.entries() ?? []) : [];
  for (const entry of entries.filter(({ key }) => !known(key))) {
    const near = nearestOf(entry.key, file.inputs.keys());
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    reader.warn(
      `the component has no input "${entry.key}"; "${entry.path}" is left out${hint}`,
      entry,
      'YAML_KEY_UNKNOWN',
    );
  }
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => known(name)));
}

function compileStep(step: Step, draft: Draft, scope: PipelineScope): JsonObject {
  const { reader, name, type } = step;
  checkBindings(step, scope);
  const node = present({
    name,
    type,
    display_name: reader.text('display_name'),
    comment: reader.text('comment'),
    tags: reader.textMap('tags'),
    properties: reader.textMap('properties'),
    computeId: computeOf(step, draft),
    identity: readJobIdentity(reader, 'snake'),
    inputs: declaredOnly(step, compileInputs(reader, draft, 'snake')),
    outputs: compileOutputs(reader, 'snake'),
    ...stepMembers(step, draft, scope),
  } as Record<string, JsonValue | undefined>);
  reader.skip('$schema', 'name', 'experiment_name');
  return { ...reader.passOn(nodeAdvice), ...node };
}

const nodeAdvice: Readonly<Record<string, string>> = {
  condition: 'the service has no conditions and would run the step always; decide in the workflow that submits the job',
  if: 'the service has no conditions and would run the step always; decide in the workflow that submits the job',
  depends_on: 'steps run in the order of their data: bind an input to an output of the other step',
};

/** `jobs:` of a pipeline job or component: the nodes as the service takes them, half camel and half snake case. */
export function compilePipelineJobs(pipeline: MapReader, draft: Draft): JsonObject | undefined {
  if (!pipeline.has('jobs')) return pipeline.missing('jobs', 'the steps of the pipeline, by name');
  const jobs = pipeline.child('jobs');
  if (!jobs) return undefined;
  const scope = new PipelineScope(pipeline);
  const steps = jobs.entries().map((entry) => readStep(jobs, entry, draft, scope));
  const compiled = steps.flatMap((step) => (step ? [[step.name, compileStep(step, draft, scope)] as const] : []));
  return Object.fromEntries(compiled);
}
