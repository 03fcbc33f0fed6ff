import { ServiceError } from '../errors.ts';
import {
  durationMilliseconds,
  isObject,
  type JsonObject,
  member,
  numberMember,
  objectMember,
  stringMap,
  textMember,
} from '../fields.ts';
import { findAsset } from '../state/asset-store.ts';
import type { Job, Tracked, Workspace } from '../state/records.ts';
import type { Switches } from '../switches.ts';
import { type BatchOptions, batchCommand } from './batch-command.ts';
import type { BlobLocation } from './blob-store.ts';
import { assetLocation, inDatastore, type Lookup, resolveUri } from './locations.ts';
import { codeLocation, type RunInput, type RunOutput, type RunPlan } from './run-plan.ts';

/** The files that a batch deployment's model reference names; undefined without a model. */
export function modelReference(lookup: Lookup, workspace: Workspace, model: unknown): BlobLocation | undefined {
  if (!isObject(model)) {
    return undefined;
  }
  const kind = textMember(model, 'referenceType')?.toLowerCase();
  if (kind === 'id') {
    const { reference, version } = findAsset(lookup.state, textMember(model, 'assetId') ?? '');
    return assetLocation(lookup, reference.scope, version.properties);
  }
  if (kind === 'datapath') {
    const datastore = textMember(model, 'datastoreId')?.split('/').pop() ?? '';
    return inDatastore(workspace, datastore, textMember(model, 'path') ?? '');
  }
  if (kind === 'outputpath') {
    const job = textMember(model, 'jobId')?.split('/').pop() ?? '';
    return resolveUri(lookup, workspace, `azureml://jobs/${job}/${textMember(model, 'path') ?? ''}`);
  }
  throw new ServiceError(400, 'The referenceType of the model must be Id, DataPath or OutputPath.');
}

/** The first entry of a map of inputs or outputs; their names mean nothing for a model deployment. */
function only(map: JsonObject): unknown {
  return Object.values(map)[0];
}

function typeOf(definition: unknown, field: string): string {
  return (textMember(definition, field) ?? '').toLowerCase().replaceAll('_', '');
}

/** The uri of the older body form: a URL, or a registered data version. */
function datasetUri(workspace: Workspace, dataset: JsonObject): string | undefined {
  const path = textMember(dataset, 'path');
  const name = textMember(dataset, 'datasetName');
  if (path !== undefined || name === undefined) {
    return path;
  }
  const version = textMember(dataset, 'datasetVersion') ?? '1';
  return `azureml://locations/${workspace.location}/workspaces/${workspace.guid}/data/${name}/versions/${version}`;
}

function planInput(lookup: Lookup, workspace: Workspace, request: JsonObject): RunInput {
  const input = only(objectMember(request, 'inputData'));
  const uri = textMember(input, 'uri') ?? datasetUri(workspace, objectMember(request, 'dataset'));
  const type = typeOf(input, 'jobInputType');
  if (uri === undefined || type === 'literal' || type === 'mltable') {
    throw new ServiceError(400, 'A model deployment takes one input of type UriFolder or UriFile.');
  }
  return { name: 'data', literal: undefined, isFile: type === 'urifile', location: resolveUri(lookup, workspace, uri) };
}

/** The folder of the older body form: a datastore and a path inside it. */
function datasetOutput(workspace: Workspace, request: JsonObject): BlobLocation | undefined {
  const dataset = objectMember(request, 'outputDataset');
  const datastore = textMember(dataset, 'datastoreId')?.split('/').pop();
  const path = textMember(dataset, 'path') ?? '';
  return datastore === undefined ? undefined : inDatastore(workspace, datastore, `${path.replace(/\/$/, '')}/`);
}

function planOutput(lookup: Lookup, workspace: Workspace, request: JsonObject, job: Job): RunOutput {
  const output = only(objectMember(request, 'outputData'));
  const uri = textMember(output, 'uri');
  if (output !== undefined && typeOf(output, 'jobOutputType') !== 'urifile') {
    throw new ServiceError(400, "Job output type must be 'uri_file'.");
  }
  const location = uri
    ? resolveUri(lookup, workspace, uri)
    : (datasetOutput(workspace, request) ?? inDatastore(workspace, 'workspaceblobstore', `azureml/${job.name}/score/`));
  return { name: 'score', type: uri ? 'uri_file' : 'uri_folder', isFile: uri !== undefined, location };
}

/** How an invocation scores: what the call says wins over what the deployment says. */
function optionsOf(request: JsonObject, properties: JsonObject): BatchOptions {
  const number = (name: string, fallback: number) =>
    numberMember(request, name) ?? numberMember(properties, name) ?? fallback;
  const retry = { ...objectMember(properties, 'retrySettings'), ...objectMember(request, 'retrySettings') };
  const instances = (body: JsonObject, name: string) => numberMember(objectMember(body, name), 'instanceCount');
  const count =
    instances(request, 'compute') ?? instances(request, 'resources') ?? instances(properties, 'resources') ?? 1;
  return {
    script: textMember(objectMember(properties, 'codeConfiguration'), 'scoringScript') ?? '',
    input: 'data',
    output: 'score',
    fileName: textMember(request, 'outputFileName') ?? textMember(properties, 'outputFileName') ?? 'predictions.csv',
    miniBatchSize: number('miniBatchSize', 10),
    errorThreshold: number('errorThreshold', -1),
    batchErrorThreshold: -1,
    maxRetries: numberMember(retry, 'maxRetries') ?? 3,
    timeoutSeconds: (durationMilliseconds(textMember(retry, 'timeout')) ?? 30_000) / 1000,
    workers: number('maxConcurrencyPerInstance', 1) * count,
    summaryOnly: (textMember(request, 'outputAction') ?? textMember(properties, 'outputAction')) === 'SummaryOnly',
    missingRowsAreErrors: false,
  };
}

/** What an invocation of a batch deployment runs. Errors: 400 in the service's words for inputs it does not take. */
export function planBatchJob(
  lookup: Lookup & { switches: Switches },
  place: { workspace: Workspace; deployment: Tracked; job: Job },
  request: JsonObject,
): RunPlan {
  const { workspace, deployment, job } = place;
  const { properties } = deployment;
  const output = planOutput(lookup, workspace, request, job);
  const model = modelReference(lookup, workspace, properties.model);
  const options = optionsOf(request, properties);
  const models: RunInput[] =
    model === undefined ? [] : [{ name: 'model', literal: undefined, isFile: false, location: model }];
  return {
    code: codeLocation(lookup, textMember(objectMember(properties, 'codeConfiguration'), 'codeId')),
    inputs: [planInput(lookup, workspace, request), ...models],
    outputs: [output],
    command: batchCommand(
      {
        ...options,
        fileName: output.isFile ? '' : options.fileName,
        missingRowsAreErrors: lookup.switches.batchMissingRowsAreErrors,
      },
      { hasModel: model !== undefined, arguments: '' },
    ),
    environment: stringMap(member(properties, 'environmentVariables')),
    timeoutMilliseconds: undefined,
  };
}
