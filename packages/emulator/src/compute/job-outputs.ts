import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { member, objectMember, textMember } from '../fields.ts';
import { nextVersion, storeVersion } from '../state/asset-store.ts';
import type { AssetType, Job, Workspace } from '../state/records.ts';
import type { State } from '../state/state.ts';
import type { BlobStore } from './blob-store.ts';
import { longUri } from './locations.ts';
import type { RunOutput, RunPlan } from './run-plan.ts';

const modelTypes = ['custom_model', 'mlflow_model', 'triton_model'];

async function uploadOutput(blobs: BlobStore, output: RunOutput, local: string): Promise<void> {
  const { container, path } = output.location;
  if (output.isFile) {
    if (existsSync(local)) {
      await blobs.upload(local, output.location);
    }
    return;
  }
  for (const entry of await readdir(local, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) {
      const file = join(entry.parentPath ?? local, entry.name);
      await blobs.upload(file, { container, path: `${path.replace(/\/$/, '')}${file.slice(local.length)}` });
    }
  }
}

/** Where an output's files are, and what asset they become. */
interface StoredOutput {
  name: string;
  type: string;
  uri: string;
}

/**
 * Register a stored output of a run as an asset: a model for model types, else data.
 * An output without `assetName` gets an anonymous asset, which lists leave out.
 */
export function registerOutput(
  context: { state: State; now: Date },
  run: { workspace: Workspace; job: Job },
  output: StoredOutput,
): void {
  const { state, now } = context;
  const { workspace, job } = run;
  const { uri } = output;
  const definition = member(objectMember(job.properties, 'outputs'), output.name);
  const given = textMember(definition, 'assetName');
  const isModel = modelTypes.includes(output.type);
  const type: AssetType = isModel ? 'models' : 'data';
  const name = given ?? `azureml_${job.name}_output_${isModel ? 'model' : 'data'}_${output.name}`;
  const existing = state.assets(workspace, type).get(name);
  const version = textMember(definition, 'assetVersion') ?? nextVersion(existing);
  storeVersion(state, {
    scope: workspace,
    type,
    name,
    version,
    now,
    identity: job.createdBy,
    properties: {
      description: textMember(definition, 'description') ?? null,
      tags: {},
      properties: {},
      isArchived: false,
      isAnonymous: given === undefined,
      ...(isModel
        ? { modelType: output.type, modelUri: uri, jobName: job.name, flavors: {}, stage: null }
        : { dataType: output.type, dataUri: uri }),
    },
  });
  const assetId = `azureml://locations/${workspace.location}/workspaces/${workspace.guid}/${type}/${name}/versions/${version}`;
  job.outputs[output.name] = { assetId, type: output.type, uri };
}

/** Upload the outputs of a run that has succeeded and register each as an asset. */
export async function registerOutputs(
  context: { state: State; blobs: BlobStore; now: Date },
  run: { workspace: Workspace; job: Job; plan: RunPlan; paths: Map<string, string> },
): Promise<void> {
  for (const output of run.plan.outputs) {
    await uploadOutput(context.blobs, output, run.paths.get(output.name) ?? '');
    const uri = longUri(context.state, run.workspace, output.location) ?? context.blobs.uri(output.location);
    registerOutput(context, run, { name: output.name, type: output.type, uri });
  }
}
