import { compileCode } from './code-reference.ts';
import { anonymous, type ComponentHead, specId } from './component-id.ts';
import { declaredInputs, declaredOutputs } from './component-port.ts';
import type { Draft } from './draft.ts';
import { compileEnvironment } from './environment-body.ts';
import { type JsonObject, present } from './json.ts';
import type { MapReader } from './map-reader.ts';
import { readParallel } from './parallel.ts';
import { readDistribution, readResources } from './run-settings.ts';

export type ComponentType = 'command' | 'parallel' | 'pipeline';

function commandMembers(reader: MapReader, draft: Draft): JsonObject {
  if (!reader.has('environment')) reader.missing('environment', 'the environment the command runs in');
  reader.refuse('additional_includes', 'put the files into the folder that "code" names');
  return present({
    command: reader.requiredText('command', 'the command line to run'),
    code: specId(compileCode(reader, draft)),
    environment: specId(compileEnvironment(reader, draft)),
    distribution: readDistribution(reader, 'spec'),
    resources: readResources(reader, 'snake'),
    environment_variables: reader.textMap('environment_variables'),
  });
}

function ownMembers(reader: MapReader, draft: Draft, type: ComponentType): JsonObject {
  if (type === 'pipeline') {
    reader.skip('source_job_id');
    return present({ jobs: draft.pipelineJobs(reader, draft), sourceJobId: undefined });
  }
  const isDeterministic = reader.boolean('is_deterministic') ?? true;
  if (type === 'command') return { ...commandMembers(reader, draft), is_deterministic: isDeterministic };
  const { spec } = readParallel(reader, draft);
  return present({ ...spec, resources: readResources(reader, 'snake'), is_deterministic: isDeterministic });
}

export interface CompiledComponent {
  readonly body: JsonObject;
  readonly inputs: JsonObject | undefined;
  readonly outputs: JsonObject | undefined;
}

/** Body of a component version: the YAML as the service keeps it, with ids where names and paths stood. */
export function compileComponentSpec(
  reader: MapReader,
  draft: Draft,
  { type, head }: { readonly type: ComponentType; readonly head: ComponentHead },
): CompiledComponent {
  const [inputs, outputs] = [declaredInputs(reader), declaredOutputs(reader)];
  const description = reader.text('description');
  const tags = reader.textMap('tags');
  const isAnonymous = head === anonymous;
  const componentSpec = present({
    $schema: reader.text('$schema'),
    name: head.name,
    version: head.version,
    display_name: reader.text('display_name'),
    description,
    tags,
    type,
    inputs,
    outputs,
    ...ownMembers(reader, draft, type),
  });
  const properties = present({
    componentSpec,
    description,
    tags,
    properties: reader.textMap('properties'),
    isAnonymous: isAnonymous ? true : undefined,
  });
  return { body: { properties }, inputs, outputs };
}
