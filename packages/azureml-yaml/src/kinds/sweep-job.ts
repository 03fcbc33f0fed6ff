import { compileCode } from '../code-reference.ts';
import type { Compilation, Draft } from '../draft.ts';
import { compileEnvironment } from '../environment-body.ts';
import { compileInputs, compileOutputs } from '../job-input.ts';
import { type JsonObject, present } from '../json.ts';
import type { MapReader } from '../map-reader.ts';
import { readName } from '../name.ts';
import { compileCompute } from '../reference.ts';
import { readDistribution, readJobIdentity, readQueueSettings, readResources } from '../run-settings.ts';
import {
  readEarlyTermination,
  readObjective,
  readSamplingAlgorithm,
  readSearchSpace,
  readSweepLimits,
} from '../sweep.ts';

function trial(reader: MapReader, draft: Draft): JsonObject | undefined {
  const child = reader.has('trial') ? reader.child('trial') : reader.missing('trial', 'the command that is tried');
  if (!child) return undefined;
  if (!child.has('environment')) child.missing('environment', 'the environment the trial runs in');
  const compiled = present({
    command: child.requiredText('command', 'the command line to run'),
    codeId: compileCode(child, draft),
    environmentId: compileEnvironment(child, draft),
    environmentVariables: child.textMap('environment_variables'),
    distribution: readDistribution(child, 'camel'),
    resources: readResources(child, 'camel'),
  });
  child.finish();
  return compiled;
}

/** az ml sweepJob to `jobs/{name}` with `jobType` Sweep. */
export function compileSweepJob(reader: MapReader, draft: Draft): Compilation {
  const properties = present({
    jobType: 'Sweep',
    displayName: reader.text('display_name'),
    experimentName: reader.text('experiment_name'),
    description: reader.text('description'),
    tags: reader.textMap('tags'),
    properties: reader.textMap('properties'),
    trial: trial(reader, draft),
    searchSpace: readSearchSpace(reader, 'job'),
    samplingAlgorithm: readSamplingAlgorithm(reader),
    objective: readObjective(reader, 'camel'),
    limits: readSweepLimits(reader, 'camel'),
    earlyTermination: readEarlyTermination(reader, 'camel'),
    computeId: compileCompute(reader, draft, 'compute'),
    identity: readJobIdentity(reader, 'camel'),
    inputs: compileInputs(reader, draft),
    outputs: compileOutputs(reader),
    queueSettings: readQueueSettings(reader, 'camel'),
    resources: readResources(reader, 'camel'),
  });
  return { name: readName(reader, 'name', 'asset'), resource: { type: 'jobs' }, body: { properties } };
}
