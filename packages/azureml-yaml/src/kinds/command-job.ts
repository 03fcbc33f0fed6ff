import { compileCode } from '../code-reference.ts';
import type { Compilation, Draft } from '../draft.ts';
import { secondsToIso } from '../duration.ts';
import { compileEnvironment } from '../environment-body.ts';
import { compileInputs, compileOutputs } from '../job-input.ts';
import { type JsonObject, type JsonValue, present } from '../json.ts';
import type { MapReader } from '../map-reader.ts';
import { readName } from '../name.ts';
import { compileCompute } from '../reference.ts';

function resources(reader: MapReader): JsonObject | undefined {
  const child = reader.child('resources');
  if (!child) return undefined;
  const compiled = present({
    instanceCount: child.whole('instance_count', { min: 1 }),
    instanceType: child.text('instance_type'),
    shmSize: child.text('shm_size'),
    dockerArgs: child.text('docker_args'),
    properties: child.plain('properties') as JsonValue | undefined,
  });
  child.finish();
  return compiled;
}

function limits(reader: MapReader): JsonObject | undefined {
  const child = reader.child('limits');
  if (!child) return undefined;
  const seconds = child.whole('timeout', { min: 1 });
  child.finish();
  return present({ jobLimitsType: 'Command', timeout: seconds === undefined ? undefined : secondsToIso(seconds) });
}

function distribution(reader: MapReader): JsonObject | undefined {
  const child = reader.child('distribution');
  if (!child) return undefined;
  const type = child.oneOf('type', { pytorch: 'PyTorch', mpi: 'Mpi', tensorflow: 'TensorFlow' });
  const compiled = present({
    distributionType: type,
    processCountPerInstance: child.whole('process_count_per_instance', { min: 1 }),
    workerCount: child.whole('worker_count', { min: 1 }),
    parameterServerCount: child.whole('parameter_server_count', { min: 0 }),
  });
  child.finish();
  return compiled;
}

function identity(reader: MapReader): JsonObject | undefined {
  const child = reader.child('identity');
  if (!child) return undefined;
  const type = child.oneOf('type', {
    aml_token: 'AMLToken',
    amltoken: 'AMLToken',
    managed: 'Managed',
    managed_identity: 'Managed',
    user_identity: 'UserIdentity',
  });
  const compiled = present({
    identityType: type,
    clientId: child.text('client_id'),
    objectId: child.text('object_id'),
    resourceId: child.text('msi_resource_id'),
  });
  child.finish();
  return compiled;
}

function queueSettings(reader: MapReader): JsonObject | undefined {
  const child = reader.child('queue_settings');
  if (!child) return undefined;
  const tiers = { null: 'Null', spot: 'Spot', basic: 'Basic', standard: 'Standard', premium: 'Premium' };
  const compiled = present({ jobTier: child.oneOf('job_tier', tiers), priority: child.text('priority') });
  child.finish();
  return compiled;
}

/** az ml commandJob to `jobs/{name}` with `jobType` Command. */
export function compileCommandJob(reader: MapReader, draft: Draft): Compilation {
  const name = readName(reader, 'name', 'asset');
  reader.refuse('services', 'remove it: interactive services have no place in an unattended job');
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
    identity: identity(reader),
    inputs: compileInputs(reader, draft),
    outputs: compileOutputs(reader),
    resources: resources(reader),
    limits: limits(reader),
    distribution: distribution(reader),
    queueSettings: queueSettings(reader),
  });
  return { name, resource: { type: 'jobs' }, body: { properties } };
}
