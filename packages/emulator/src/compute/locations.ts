import { notFound, ServiceError } from '../errors.ts';
import { member, objectMember, textMember } from '../fields.ts';
import { findAsset, parseAssetId } from '../state/asset-store.ts';
import type { Job, Registry, Workspace } from '../state/records.ts';
import type { State } from '../state/state.ts';
import type { BlobLocation, BlobStore } from './blob-store.ts';

/** What is needed to turn a URI into a place in the blob store. */
export interface Lookup {
  state: State;
  blobs: BlobStore;
}

const longForm =
  /^azureml:\/\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/(?:providers\/microsoft\.machinelearningservices\/)?workspaces\/([^/]+)\/datastores\/([^/]+)\/paths\/(.*)$/i;
const armForm =
  /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/microsoft\.machinelearningservices\/workspaces\/([^/]+)\/datastores\/([^/]+)\/paths\/(.*)$/i;
const shortForm = /^azureml:\/\/datastores\/([^/]+)\/paths\/(.*)$/i;
const jobForm = /^azureml:\/\/jobs\/([^/]+)\/outputs\/([^/]+)(?:\/paths(?:\/(.*))?)?$/i;
const runForm = /^runs:\/+([^/]+)\/(.*)$/i;

/** A folder inside a datastore, by the datastore's name. */
export function inDatastore(workspace: Workspace, name: string, path: string): BlobLocation {
  const found = workspace.datastores.find((datastore) => datastore.name.toLowerCase() === name.toLowerCase());
  if (found === undefined) {
    throw notFound(`Datastore ${name} not found in workspace ${workspace.name}`);
  }
  return { container: found.container, path };
}

/** Folder of a run's logs and default artifacts. */
export function artifactFolder(workspace: Workspace, job: string): BlobLocation {
  return inDatastore(workspace, 'workspaceartifactstore', `ExperimentRun/dcid.${job}/`);
}

function join(folder: string, rest: string): string {
  return rest === '' ? folder : `${folder.replace(/\/$/, '')}/${rest}`;
}

/** Where a job's named output is, or will be, kept. A file output without a uri is the blob of its own name. */
export function outputLocation(lookup: Lookup, workspace: Workspace, job: Job, output: string): BlobLocation {
  const definition = member(objectMember(job.properties, 'outputs'), output);
  const type = textMember(definition, 'jobOutputType');
  const uri = textMember(definition, 'uri');
  if (uri !== undefined && uri !== '') {
    const filled = uri.replaceAll(/\$\{\{\s*name\s*\}\}/g, job.name).replaceAll(/\$\{\{\s*output_name\s*\}\}/g, output);
    return resolveUri(lookup, workspace, filled);
  }
  const path = `azureml/${job.name}/${output}${type === 'uri_file' ? '' : '/'}`;
  return inDatastore(workspace, 'workspaceblobstore', path);
}

function jobOutput(lookup: Lookup, workspace: Workspace, match: RegExpExecArray): BlobLocation {
  const [, name = '', output = '', rest = ''] = match;
  const job = lookup.state.job(workspace, name);
  if (output === 'artifacts' || output === 'default') {
    const folder = artifactFolder(workspace, name);
    return { container: folder.container, path: join(folder.path, rest) };
  }
  const stored = job.outputs[output];
  if (stored !== undefined) {
    const location = resolveUri(lookup, workspace, stored.uri);
    return { container: location.container, path: join(location.path, rest) };
  }
  const declared = objectMember(job.properties, 'outputs');
  if (!Object.hasOwn(declared, output) && job.batch === null) {
    throw notFound(`Output ${output} of job ${name} was not found.`);
  }
  const location = outputLocation(lookup, workspace, job, output);
  return { container: location.container, path: join(location.path, rest) };
}

/** The place of a blob URL. Errors: 400 when the URL is not of this emulator's storage account. */
function storageUrl(lookup: Lookup, uri: string): BlobLocation {
  const found = lookup.blobs.locate(uri.split('?')[0] ?? '');
  if (found === undefined) {
    throw new ServiceError(400, `The storage of ${uri.split('?')[0]} is not reachable from the emulator.`);
  }
  return found;
}

/**
 * The place in the blob store that a URI names, seen from a workspace.
 * Takes the forms of datastores, jobs, runs, data and model assets (workspace and registry) and blob URLs.
 * Errors: 404 for unknown names, 400 for forms that mean nothing to the service.
 */
export function resolveUri(lookup: Lookup, workspace: Workspace, uri: string): BlobLocation {
  const long = longForm.exec(uri) ?? armForm.exec(uri);
  if (long) {
    const owner = lookup.state.data.workspaces.get((long[1] ?? '').toLowerCase());
    if (owner === undefined) {
      throw notFound(`Workspace ${long[1]} was not found.`);
    }
    return inDatastore(owner, long[2] ?? '', long[3] ?? '');
  }
  const short = shortForm.exec(uri);
  if (short) {
    return inDatastore(workspace, short[1] ?? '', short[2] ?? '');
  }
  const output = jobForm.exec(uri);
  if (output) {
    return jobOutput(lookup, workspace, output);
  }
  const run = runForm.exec(uri);
  if (run) {
    const folder = artifactFolder(workspace, run[1] ?? '');
    return { container: folder.container, path: join(folder.path, run[2] ?? '') };
  }
  if (/^https?:/i.test(uri)) {
    return storageUrl(lookup, uri);
  }
  if (parseAssetId(lookup.state, uri)) {
    const { reference, version } = findAsset(lookup.state, uri);
    return assetLocation(lookup, reference.scope, version.properties);
  }
  throw new ServiceError(400, `The uri ${uri} is not a datastore path, an asset id, a job output or a storage URL.`);
}

/** Where the files of an asset version are. */
export function assetLocation(
  lookup: Lookup,
  scope: Workspace | Registry,
  properties: Record<string, unknown>,
): BlobLocation {
  const uri =
    textMember(properties, 'modelUri') ?? textMember(properties, 'dataUri') ?? textMember(properties, 'codeUri') ?? '';
  return scope.kind === 'registry' ? storageUrl(lookup, uri) : resolveUri(lookup, scope, uri);
}

/** The long datastore form of a place, as the service writes it into answers. */
export function longUri(state: State, workspace: Workspace, location: BlobLocation): string | undefined {
  const datastore = workspace.datastores.find((candidate) => candidate.container === location.container);
  return datastore
    ? `azureml://subscriptions/${state.data.subscriptionId}/resourceGroups/${workspace.resourceGroup}/workspaces/${workspace.name}/datastores/${datastore.name}/paths/${location.path}`
    : undefined;
}
