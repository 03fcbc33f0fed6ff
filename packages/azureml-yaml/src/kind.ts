import type { DocumentKind } from './document.ts';
import type { Compilation, Draft } from './draft.ts';
import { compileBatchEndpoint } from './kinds/batch-endpoint.ts';
import { compileCommandJob } from './kinds/command-job.ts';
import { compileCommandComponent, compileParallelComponent, compilePipelineComponent } from './kinds/component.ts';
import { compileData } from './kinds/data.ts';
import { compileEnvironmentDocument } from './kinds/environment.ts';
import { compileKubernetesOnlineDeployment } from './kinds/kubernetes-online-deployment.ts';
import { compileManagedOnlineDeployment } from './kinds/managed-online-deployment.ts';
import { compileKubernetesOnlineEndpoint, compileManagedOnlineEndpoint } from './kinds/managed-online-endpoint.ts';
import { compileModel } from './kinds/model.ts';
import { compileModelBatchDeployment } from './kinds/model-batch-deployment.ts';
import { compilePipelineComponentBatchDeployment } from './kinds/pipeline-component-batch-deployment.ts';
import { compilePipelineJob } from './kinds/pipeline-job.ts';
import { compileSchedule } from './kinds/schedule.ts';
import { compileSweepJob } from './kinds/sweep-job.ts';
import type { MapReader } from './map-reader.ts';

/** Every kind that can be compiled; a new kind is a file in `kinds/` and a line here. */
export const kinds: Readonly<Record<DocumentKind, (reader: MapReader, draft: Draft) => Compilation>> = {
  commandJob: compileCommandJob,
  pipelineJob: compilePipelineJob,
  sweepJob: compileSweepJob,
  commandComponent: compileCommandComponent,
  parallelComponent: compileParallelComponent,
  pipelineComponent: compilePipelineComponent,
  environment: compileEnvironmentDocument,
  model: compileModel,
  data: compileData,
  managedOnlineEndpoint: compileManagedOnlineEndpoint,
  managedOnlineDeployment: compileManagedOnlineDeployment,
  kubernetesOnlineEndpoint: compileKubernetesOnlineEndpoint,
  kubernetesOnlineDeployment: compileKubernetesOnlineDeployment,
  batchEndpoint: compileBatchEndpoint,
  modelBatchDeployment: compileModelBatchDeployment,
  pipelineComponentBatchDeployment: compilePipelineComponentBatchDeployment,
  schedule: compileSchedule,
};

const jobInstead = 'run it with "az ml job create", or write the step as a commandJob';
const registerInstead = 'register it with "az ml component create" and name it from a pipeline';
const computeInstead = 'create computes once with "az ml compute create"';
const infrastructureInstead = 'create it with your infrastructure code';
const datastoreInstead = 'create datastores with your infrastructure code';
const featureInstead = 'use "az ml feature-store", "az ml feature-set" or "az ml feature-store-entity"';
const flowInstead = 'use the promptflow tools; deploy the flow as a managedOnlineDeployment';

/** Kinds of az ml that are recognised and refused, each with what to do instead. */
const unsupported: Readonly<Record<string, string>> = {
  sparkJob: jobInstead,
  autoMLJob: jobInstead,
  parallelJob: 'write the parallel step into a pipelineJob',
  importJob: jobInstead,
  dataTransferJob: jobInstead,
  fineTuningJob: jobInstead,
  distillationJob: jobInstead,
  sparkComponent: registerInstead,
  dataTransferComponent: registerInstead,
  importComponent: registerInstead,
  autoMLComponent: registerInstead,
  amlCompute: computeInstead,
  computeInstance: computeInstead,
  vmCompute: computeInstead,
  kubernetesCompute: computeInstead,
  synapseSparkCompute: computeInstead,
  workspace: infrastructureInstead,
  hub: infrastructureInstead,
  project: infrastructureInstead,
  registry: infrastructureInstead,
  connection: infrastructureInstead,
  azureOpenAIConnection: infrastructureInstead,
  datastore: datastoreInstead,
  azureBlob: datastoreInstead,
  azureFile: datastoreInstead,
  azureDataLakeGen1: datastoreInstead,
  azureDataLakeGen2: datastoreInstead,
  oneLake: datastoreInstead,
  featureStore: featureInstead,
  featureSet: featureInstead,
  featureStoreEntity: featureInstead,
  flow: flowInstead,
  run: flowInstead,
  dataImport: 'import the data with "az ml data import"',
  dataIndex: 'build the index with "az ml index create"',
  modelVersionPackage: 'package the model with "az ml model package"',
  modelMonitor: 'create the monitor with "az ml schedule create"',
  serverlessEndpoint: 'create it with "az ml serverless-endpoint create"',
  marketplaceSubscription: 'create it with "az ml marketplace-subscription create"',
};

/** Other names that schemas give to a kind. */
const aliases: Readonly<Record<string, DocumentKind>> = {
  batchdeployment: 'modelBatchDeployment',
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
  computeinstance: 'computeInstance',
  kubernetes: 'kubernetesCompute',
  virtualmachine: 'vmCompute',
  azure_blob: 'azureBlob',
  azure_file: 'azureFile',
  azure_data_lake_gen1: 'azureDataLakeGen1',
  azure_data_lake_gen2: 'azureDataLakeGen2',
  finetuning: 'fineTuningJob',
  distillation: 'distillationJob',
  import: 'importJob',
  data_transfer: 'dataTransferJob',
  parallel: 'parallelComponent',
};

const byShape: readonly (readonly [kind: string, hasAll: readonly string[]])[] = [
  ['schedule', ['trigger', 'create_job']],
  ['pipelineJob', ['jobs']],
  ['sweepJob', ['trial', 'search_space']],
  ['commandJob', ['command']],
  ['modelBatchDeployment', ['mini_batch_size', 'compute']],
  ['managedOnlineDeployment', ['instance_type', 'instance_count']],
  ['managedOnlineDeployment', ['endpoint_name', 'model']],
  ['managedOnlineDeployment', ['code_configuration']],
  ['managedOnlineEndpoint', ['auth_mode']],
  ['environment', ['image']],
  ['environment', ['conda_file']],
  ['environment', ['build']],
];

/** The kind that the base name of a schema's address names. */
export function kindOfSchema(schema: string): string | undefined {
  const base = (schema.split(/[/\\]/).at(-1) ?? '').toLowerCase().replace(/(\.schema)?\.json$/, '');
  return (
    aliases[base] ?? [...Object.keys(kinds), ...Object.keys(unsupported)].find((kind) => kind.toLowerCase() === base)
  );
}

/** Batch deployments share `$schema` in practice; what they run tells them apart. */
function kindOfBatchDeployment(reader: MapReader): DocumentKind {
  return reader.has('component') || reader.has('job_definition')
    ? 'pipelineComponentBatchDeployment'
    : 'modelBatchDeployment';
}

/** The kind by `$schema`, `type` or keys; also one that cannot be compiled. */
export function detectKind(reader: MapReader): string | undefined {
  const fromSchema = reader.has('$schema') ? kindOfSchema(reader.text('$schema') ?? '') : undefined;
  if (fromSchema === 'modelBatchDeployment') return kindOfBatchDeployment(reader);
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
  reader.skip('$schema', ...(kind === 'data' || kind === 'model' ? [] : ['type']));
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
