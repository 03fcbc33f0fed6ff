import { compileCode } from '../code-reference.ts';
import type { Compilation, Draft } from '../draft.ts';
import { compileEnvironment } from '../environment-body.ts';
import { compileInputs, compileOutputs } from '../job-input.ts';
import { present } from '../json.ts';
import type { MapReader } from '../map-reader.ts';
import { readName } from '../name.ts';
import { compileCompute } from '../reference.ts';
import {
  readCommandLimits,
  readDistribution,
  readJobIdentity,
  readQueueSettings,
  readResources,
  readServices,
} from '../run-settings.ts';

/** az ml commandJob to `jobs/{name}` with `jobType` Command. */
export function compileCommandJob(reader: MapReader, draft: Draft): Compilation {
  const name = readName(reader, 'name', 'asset');
  if (!reader.has('environment')) reader.missing('environment', 'the environment the command runs in');
  const properties = present({
    jobType: 'Command',
    displayName: reader.text('display_name'),
    experimentName: reader.text('experiment_name'),
    description: reader.text('description'),
    tags: reader.textMap('tags'),
    properties: reader.textMap('properties'),
    command: reader.requiredText('command', 'the command line to run'),
    codeId: compileCode(reader, draft),
    environmentId: compileEnvironment(reader, draft),
    environmentVariables: reader.textMap('environment_variables'),
    computeId: compileCompute(reader, draft, 'compute'),
    identity: readJobIdentity(reader, 'camel'),
    inputs: compileInputs(reader, draft),
    outputs: compileOutputs(reader),
    resources: readResources(reader, 'camel'),
    limits: readCommandLimits(reader, 'camel'),
    distribution: readDistribution(reader, 'camel'),
    queueSettings: readQueueSettings(reader, 'camel'),
    services: readServices(reader, 'camel'),
  });
  return { name, resource: { type: 'jobs' }, body: { properties } };
}
