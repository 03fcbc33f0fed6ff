import type { Compilation, Draft } from '../draft.ts';
import { secondsToIso } from '../duration.ts';
import { compileEnvironment } from '../environment-body.ts';
import { type JsonObject, present } from '../json.ts';
import type { MapReader } from '../map-reader.ts';
import { compileModelOf } from '../model-body.ts';
import { readName } from '../name.ts';
import { codeConfiguration } from '../online-deployment-body.ts';
import { compileCompute } from '../reference.ts';
import { readResources } from '../run-settings.ts';

function retrySettings(reader: MapReader): JsonObject | undefined {
  const child = reader.child('retry_settings');
  if (!child) return undefined;
  const seconds = child.whole('timeout', { min: 1 });
  const compiled = present({
    maxRetries: child.whole('max_retries', { min: 0 }),
    timeout: seconds === undefined ? undefined : secondsToIso(seconds),
  });
  child.finish();
  return compiled;
}

/** The settings: under `settings:` in the nested form, beside the other keys in the flat form of old. */
function settings(reader: MapReader): JsonObject {
  return present({
    maxConcurrencyPerInstance: reader.whole('max_concurrency_per_instance', { min: 1 }),
    miniBatchSize: reader.whole('mini_batch_size', { min: 1 }),
    outputAction: reader.oneOf('output_action', { append_row: 'AppendRow', summary_only: 'SummaryOnly' }),
    outputFileName: reader.text('output_file_name'),
    retrySettings: retrySettings(reader),
    errorThreshold: reader.whole('error_threshold', { min: -1 }),
    loggingLevel: reader.oneOf('logging_level', { info: 'Info', warning: 'Warning', debug: 'Debug' }),
    environmentVariables: reader.textMap('environment_variables'),
  });
}

function nestedSettings(reader: MapReader): JsonObject | undefined {
  const child = reader.child('settings');
  if (!child) return undefined;
  const compiled = settings(child);
  child.finish();
  return compiled;
}

/** az ml modelBatchDeployment and the flat batchDeployment to `batchEndpoints/{endpoint}/deployments/{name}`. */
export function compileModelBatchDeployment(reader: MapReader, draft: Draft): Compilation {
  const name = readName(reader, 'name', 'endpoint');
  const parent = readName(reader, 'endpoint_name', 'endpoint');
  const assetId = reader.has('model')
    ? compileModelOf(reader, draft)
    : reader.missing('model', 'the model that scores');
  if (!reader.has('compute')) reader.missing('compute', 'the cluster the jobs run on, azureml:<name>');
  const properties = present({
    description: reader.text('description'),
    model: assetId === undefined ? undefined : { referenceType: 'Id', assetId },
    environmentId: compileEnvironment(reader, draft),
    codeConfiguration: codeConfiguration(reader, draft),
    compute: compileCompute(reader, draft, 'compute'),
    resources: readResources(reader, 'camel'),
    properties: reader.textMap('properties'),
    ...(reader.has('settings') ? nestedSettings(reader) : settings(reader)),
  });
  const body = present({ location: draft.context.location, tags: reader.textMap('tags'), properties });
  return { name, resource: { type: 'batchEndpoints/deployments', ...(parent === undefined ? {} : { parent }) }, body };
}
