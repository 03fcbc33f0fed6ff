import { ServiceError } from '../errors.ts';
import { isObject, type JsonObject, member, numberMember, objectMember, stringMap, textMember } from '../fields.ts';
import { findAsset } from '../state/asset-store.ts';
import type { Job, Tracked, Workspace } from '../state/records.ts';
import type { BlobLocation } from './blob-store.ts';
import { assetLocation, inDatastore, type Lookup, resolveUri } from './locations.ts';
import { codeLocation, type RunInput, type RunOutput, type RunPlan } from './run-plan.ts';
import { pythonProgram } from './supervised.ts';

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

function planInput(lookup: Lookup, workspace: Workspace, request: JsonObject): RunInput {
  const dataset = objectMember(request, 'dataset');
  const input = only(objectMember(request, 'inputData'));
  const uri = textMember(input, 'uri') ?? textMember(dataset, 'path');
  const type = typeOf(input, 'jobInputType');
  if (uri === undefined || type === 'literal' || type === 'mltable') {
    throw new ServiceError(400, 'A model deployment takes one input of type UriFolder or UriFile.');
  }
  return { name: 'data', literal: undefined, isFile: type === 'urifile', location: resolveUri(lookup, workspace, uri) };
}

function planOutput(lookup: Lookup, workspace: Workspace, request: JsonObject, job: Job): RunOutput {
  const output = only(objectMember(request, 'outputData'));
  const uri = textMember(output, 'uri');
  if (output !== undefined && typeOf(output, 'jobOutputType') !== 'urifile') {
    throw new ServiceError(400, "Job output type must be 'uri_file'.");
  }
  const location = uri
    ? resolveUri(lookup, workspace, uri)
    : inDatastore(workspace, 'workspaceblobstore', `azureml/${job.name}/score/`);
  return { name: 'score', type: uri ? 'uri_file' : 'uri_folder', isFile: uri !== undefined, location };
}

/** The name of an input or output as a command writes it. */
function placeholder(name: string): string {
  return `$\{{${name}}}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** What an invocation of a batch deployment runs. Errors: 400 in the service's words for inputs it does not take. */
export function planBatchJob(
  lookup: Lookup,
  place: { workspace: Workspace; deployment: Tracked; job: Job },
  request: JsonObject,
): RunPlan {
  const { workspace, deployment, job } = place;
  const { properties } = deployment;
  const number = (name: string, fallback: number) =>
    numberMember(request, name) ?? numberMember(properties, name) ?? fallback;
  const output = planOutput(lookup, workspace, request, job);
  const model = modelReference(lookup, workspace, properties.model);
  const configuration = objectMember(properties, 'codeConfiguration');
  const retries = numberMember(objectMember(request, 'retrySettings'), 'maxRetries');
  const fileName =
    textMember(request, 'outputFileName') ?? textMember(properties, 'outputFileName') ?? 'predictions.csv';
  const options = [
    `--script ${quote(textMember(configuration, 'scoringScript') ?? '')}`,
    `--input "${placeholder('inputs.data')}" --output "${placeholder('outputs.score')}"`,
    `--file-name ${quote(output.isFile ? '' : fileName)}`,
    `--mini-batch-size ${number('miniBatchSize', 10)}`,
    `--error-threshold ${number('errorThreshold', -1)}`,
    `--max-retries ${retries ?? numberMember(objectMember(properties, 'retrySettings'), 'maxRetries') ?? 3}`,
    textMember(properties, 'outputAction') === 'SummaryOnly' ? '--summary-only' : '',
  ];
  const models: RunInput[] =
    model === undefined ? [] : [{ name: 'model', literal: undefined, isFile: false, location: model }];
  const variable = model === undefined ? '' : `AZUREML_MODEL_DIR="${placeholder('inputs.model')}" `;
  return {
    code: codeLocation(lookup, textMember(configuration, 'codeId')),
    inputs: [planInput(lookup, workspace, request), ...models],
    outputs: [output],
    command: `${variable}python ${quote(pythonProgram('batch_driver.py'))} ${options.join(' ')}`,
    environment: stringMap(member(properties, 'environmentVariables')),
    timeoutMilliseconds: undefined,
  };
}
