import { componentFromFile } from '../component-file.ts';
import type { Compilation, Draft } from '../draft.ts';
import { compileInputs, compileOutputs } from '../job-input.ts';
import { type JsonObject, type JsonValue, present } from '../json.ts';
import type { MapReader } from '../map-reader.ts';
import { readName } from '../name.ts';
import { compilePipelineJobs } from '../pipeline-node.ts';
import { compileCompute, compileDatastore, compileReference, isReference } from '../reference.ts';
import { readJobIdentity } from '../run-settings.ts';

function settings(reader: MapReader, draft: Draft): JsonObject | undefined {
  const child = reader.child('settings');
  if (!child) return undefined;
  const known = present({
    default_compute: compileCompute(child, draft, 'default_compute'),
    default_datastore: compileDatastore(child, draft, 'default_datastore'),
    continue_on_step_failure: child.boolean('continue_on_step_failure'),
    force_rerun: child.boolean('force_rerun'),
    on_init: child.text('on_init'),
    on_finalize: child.text('on_finalize'),
  });
  return { ...child.passOn({}), ...known };
}

/** An input that is given as empty text is not given: the official SDK leaves it out of a pipeline. */
function withoutEmpty(inputs: JsonObject | undefined): JsonObject | undefined {
  const isEmpty = (input: JsonValue) =>
    typeof input === 'object' && input !== null && 'value' in input && input.value === '';
  return inputs && Object.fromEntries(Object.entries(inputs).filter(([, input]) => !isEmpty(input)));
}

/** `component:` in place of `jobs:`: the pipeline is a component. */
function pipelineComponentId(reader: MapReader, draft: Draft): string | undefined {
  const entry = reader.entry('component');
  const text = reader.text('component');
  if (!entry || text === undefined) return undefined;
  if (isReference(text)) return compileReference(reader, draft, { entry, type: 'components', text });
  return componentFromFile(reader, draft, entry, text.replace(/^file:/, ''))?.placeholder;
}

/** `properties` of a pipeline job; shared by pipeline jobs and schedules that hold one. */
export function pipelineProperties(
  reader: MapReader,
  draft: Draft,
  { hasJobs = true }: { readonly hasJobs?: boolean } = {},
): JsonObject {
  const componentId = reader.has('component') ? pipelineComponentId(reader, draft) : undefined;
  return present({
    jobType: 'Pipeline',
    displayName: reader.text('display_name'),
    experimentName: reader.text('experiment_name'),
    description: reader.text('description'),
    tags: reader.textMap('tags'),
    properties: reader.textMap('properties'),
    componentId,
    jobs: !hasJobs || (reader.has('component') && !reader.has('jobs')) ? undefined : compilePipelineJobs(reader, draft),
    inputs: withoutEmpty(compileInputs(reader, draft)),
    outputs: compileOutputs(reader),
    settings: settings(reader, draft),
    computeId: compileCompute(reader, draft, 'compute'),
    identity: readJobIdentity(reader, 'camel'),
  });
}

/** az ml pipelineJob to `jobs/{name}` with `jobType` Pipeline. */
export function compilePipelineJob(reader: MapReader, draft: Draft): Compilation {
  const properties = pipelineProperties(reader, draft);
  return { name: readName(reader, 'name', 'asset'), resource: { type: 'jobs' }, body: { properties } };
}
