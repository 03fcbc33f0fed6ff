import type { DocumentKind } from './document.ts';
import type { Compilation, Draft } from './draft.ts';
import { compileCommandJob } from './kinds/command-job.ts';
import { compileData } from './kinds/data.ts';
import { compileEnvironmentDocument } from './kinds/environment.ts';
import { compileManagedOnlineDeployment } from './kinds/managed-online-deployment.ts';
import { compileManagedOnlineEndpoint } from './kinds/managed-online-endpoint.ts';
import { compileModel } from './kinds/model.ts';
import type { MapReader } from './map-reader.ts';

/** Every kind that can be compiled; a new kind is a file in `kinds/` and a line here. */
export const kinds: Readonly<Record<DocumentKind, (reader: MapReader, draft: Draft) => Compilation>> = {
  commandJob: compileCommandJob,
  environment: compileEnvironmentDocument,
  model: compileModel,
  data: compileData,
  managedOnlineEndpoint: compileManagedOnlineEndpoint,
  managedOnlineDeployment: compileManagedOnlineDeployment,
};

const commandJobInstead = 'put the work into one commandJob, or run this document with "az ml job create"';
const onlineInstead = 'use a managedOnlineEndpoint, or run this document with "az ml"';

/** Kinds of az ml that are recognised and refused, each with what to do instead. */
const unsupported: Readonly<Record<string, string>> = {
  pipelineJob: commandJobInstead,
  sweepJob: commandJobInstead,
  sparkJob: commandJobInstead,
  autoMLJob: commandJobInstead,
  parallelJob: commandJobInstead,
  importJob: commandJobInstead,
  fineTuningJob: commandJobInstead,
  commandComponent: 'register it with "az ml component create"',
  pipelineComponent: 'register it with "az ml component create"',
  sparkComponent: 'register it with "az ml component create"',
  parallelComponent: 'register it with "az ml component create"',
  schedule: 'start the workflow on a schedule with "on: schedule"',
  batchEndpoint: onlineInstead,
  batchDeployment: onlineInstead,
  modelBatchDeployment: onlineInstead,
  pipelineComponentBatchDeployment: onlineInstead,
  kubernetesOnlineEndpoint: onlineInstead,
  kubernetesOnlineDeployment: onlineInstead,
  amlCompute: 'create computes once with "az ml compute create"',
  computeInstance: 'create computes once with "az ml compute create"',
  workspace: 'create workspaces with your infrastructure code',
  registry: 'create registries with your infrastructure code',
  datastore: 'create datastores with your infrastructure code',
  connection: 'create connections with your infrastructure code',
};

const byType: Readonly<Record<string, string>> = {
  command: 'commandJob',
  pipeline: 'pipelineJob',
  sweep: 'sweepJob',
  spark: 'sparkJob',
  automl: 'autoMLJob',
  uri_file: 'data',
  uri_folder: 'data',
  mltable: 'data',
  custom_model: 'model',
  mlflow_model: 'model',
  triton_model: 'model',
  amlcompute: 'amlCompute',
};

const byShape: readonly (readonly [kind: string, hasAll: readonly string[]])[] = [
  ['pipelineJob', ['jobs']],
  ['sweepJob', ['trial', 'search_space']],
  ['commandJob', ['command']],
  ['managedOnlineDeployment', ['instance_type', 'instance_count']],
  ['managedOnlineDeployment', ['endpoint_name', 'model']],
  ['managedOnlineDeployment', ['code_configuration']],
  ['managedOnlineEndpoint', ['auth_mode']],
  ['environment', ['image']],
  ['environment', ['conda_file']],
  ['environment', ['build']],
];

function kindOfSchema(schema: string): string | undefined {
  const base = (schema.split(/[/\\]/).at(-1) ?? '').toLowerCase().replace(/(\.schema)?\.json$/, '');
  return [...Object.keys(kinds), ...Object.keys(unsupported)].find((kind) => kind.toLowerCase() === base);
}

function detectKind(reader: MapReader): string | undefined {
  const fromSchema = reader.has('$schema') ? kindOfSchema(reader.text('$schema') ?? '') : undefined;
  if (fromSchema !== undefined) return fromSchema;
  const type = reader.has('type') && !reader.isMapAt('type') ? reader.text('type')?.toLowerCase() : undefined;
  const fromType = type === undefined ? undefined : byType[type];
  if (fromType !== undefined) return fromType;
  return byShape.find(([, keys]) => keys.every((key) => reader.has(key)))?.[0];
}

function isSupported(kind: string): kind is DocumentKind {
  return kind in kinds;
}

/**
 * Finds the kind: base name of `$schema` without case, then `type`, then the keys. The schema is never fetched.
 * @returns undefined after recording a mistake.
 */
export function readKind(reader: MapReader, expect: readonly DocumentKind[] | undefined): DocumentKind | undefined {
  const kind = detectKind(reader);
  reader.skip('$schema', 'type');
  const position = reader.has('$schema') ? reader.entry('$schema') : undefined;
  const supported = Object.keys(kinds).join(', ');
  if (kind === undefined) {
    const expected = `a document of one of the kinds ${supported}`;
    reader.mistake('YAML_KIND_UNKNOWN', position, {
      seen: 'neither "$schema" nor "type" nor the keys tell what this is',
      expected,
      next: 'add "$schema: https://azuremlschemas.azureedge.net/latest/<kind>.schema.json"',
    });
    return undefined;
  }
  if (!isSupported(kind)) {
    reader.mistake('YAML_KIND_UNSUPPORTED', position, {
      seen: `the document is a ${kind}`,
      expected: `one of ${supported}`,
      next: unsupported[kind] ?? 'run it with "az ml"',
    });
    return undefined;
  }
  if (!expect || expect.includes(kind)) return kind;
  reader.mistake('YAML_KIND_UNEXPECTED', position, {
    seen: `the document is a ${kind}`,
    expected: `a ${expect.join(' or ')}`,
  });
  return undefined;
}
