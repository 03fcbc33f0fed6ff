import { isMap } from 'yaml';
import { componentFromFile, inlineComponent } from '../component-file.ts';
import type { Compilation, Draft } from '../draft.ts';
import { type JsonObject, present } from '../json.ts';
import type { MapReader } from '../map-reader.ts';
import { readName } from '../name.ts';
import { compileReference, isReference } from '../reference.ts';

function componentId(reader: MapReader, draft: Draft): string | undefined {
  const entry = reader.entry('component');
  if (!entry) return reader.missing('component', 'the pipeline component to run');
  if (isMap(entry.node)) {
    const child = reader.childOf(entry);
    return child && inlineComponent(child, draft, entry)?.placeholder;
  }
  const text = reader.text('component');
  if (text === undefined) return undefined;
  if (isReference(text)) return compileReference(reader, draft, { entry, type: 'components', text });
  return componentFromFile(reader, draft, entry, text.replace(/^file:/, ''))?.placeholder;
}

/** Settings of the deployment go over as they are written; the service resolves the names. */
function settings(reader: MapReader): JsonObject | undefined {
  const child = reader.child('settings');
  if (!child) return undefined;
  const compiled = present({
    default_compute: child.text('default_compute'),
    default_datastore: child.text('default_datastore'),
    continue_on_step_failure: child.boolean('continue_on_step_failure'),
    force_rerun: child.boolean('force_rerun'),
  });
  child.finish();
  return compiled;
}

/** az ml pipelineComponentBatchDeployment to `batchEndpoints/{endpoint}/deployments/{name}`. */
export function compilePipelineComponentBatchDeployment(reader: MapReader, draft: Draft): Compilation {
  const name = readName(reader, 'name', 'endpoint');
  const parent = readName(reader, 'endpoint_name', 'endpoint');
  reader.refuse('job_definition', 'name the component of the job with "component"');
  const assetId = reader.has('job_definition') ? undefined : componentId(reader, draft);
  const properties = present({
    description: reader.text('description'),
    // What the official SDK sends with every deployment of a component, though jobs of a pipeline do not use it.
    errorThreshold: -1,
    maxConcurrencyPerInstance: 1,
    miniBatchSize: 10,
    outputFileName: 'predictions.csv',
    deploymentConfiguration: present({
      deploymentConfigurationType: 'PipelineComponent',
      componentId: assetId === undefined ? undefined : { referenceType: 'Id', assetId },
      settings: settings(reader),
    }),
  });
  const body = present({ location: draft.context.location, tags: reader.textMap('tags'), properties });
  return { name, resource: { type: 'batchEndpoints/deployments', ...(parent === undefined ? {} : { parent }) }, body };
}
