import { readFile } from 'node:fs/promises';
import { VersionedAssets } from './assets.ts';
import { AzureMlError } from './azure-ml-error.ts';
import { type BlobFolder, inParallel, openBlobFolder, splitBlobUrl } from './blob-container.ts';
import { DEFAULT_DATASTORE, datastoreUri } from './datastore-uri.ts';
import type { Datastores } from './datastores.ts';
import { type FolderSnapshot, type SnapshotOptions, takeSnapshot } from './folder-snapshot.ts';
import { objectAt, textAt } from './json.ts';
import type { WorkspaceScope } from './scope.ts';
import { postForAnswer } from './session.ts';

export interface UploadedCode {
  /** ARM id of the code version. */
  readonly id: string;
  readonly hash: string;
  /** False when the same content was there. */
  readonly uploaded: boolean;
}

export interface UploadedData {
  /** Datastore URI of the folder or file. */
  readonly uri: string;
  readonly hash: string;
  readonly uploaded: boolean;
}

/** Returns the paths that were written. */
async function writeFiles(blobs: BlobFolder, snapshot: FolderSnapshot): Promise<string[]> {
  return inParallel(snapshot.files, async ({ path, localPath }) => {
    await blobs.write(path, await readFile(localPath));
    return path;
  });
}

interface PendingFolder {
  readonly blobs: BlobFolder;
  readonly uri: string;
}

/** A container the service opens for one code version; undefined where the service has no such call. */
async function pendingFolder(scope: WorkspaceScope, path: string, name: string): Promise<PendingFolder | undefined> {
  const what = `start the upload of code to ${scope.label}`;
  const body = { pendingUploadId: null, pendingUploadType: 'TemporaryBlobReference' };
  let answer: unknown;
  try {
    answer = await postForAnswer(scope.session, { path: `${path}/startPendingUpload`, what, body });
  } catch (error) {
    if (error instanceof AzureMlError && (error.status === 404 || error.status === 405)) return undefined;
    throw error;
  }
  const reference = objectAt(answer, 'blobReferenceForConsumption');
  const blobUri = textAt(reference, 'blobUri');
  const signed = textAt(objectAt(reference, 'credential'), 'sasUri');
  if (!blobUri || !signed) return undefined;
  scope.session.onSecret(signed);
  const { containerUrl, prefix } = splitBlobUrl(blobUri);
  const folder = prefix === '' ? name : `${prefix}/${name}`;
  const signature = new URL(signed).search;
  scope.session.onSecret(signature.slice(1));
  const blobs = openBlobFolder({
    containerUrl,
    prefix: folder,
    access: { kind: 'sas', signature },
    what: `code in ${scope.label}`,
  });
  return { blobs, uri: `${containerUrl}/${folder}` };
}

async function datastoreFolder(scope: WorkspaceScope, datastores: Datastores, folder: string): Promise<PendingFolder> {
  const place = { datastore: DEFAULT_DATASTORE, path: folder };
  return { blobs: await datastores.open(place), uri: datastoreUri(scope, place) };
}

/**
 * Uploads a folder or file as a code version named after its content: the same files are never sent twice, and two
 * runs at the same time write the same bytes to the same name.
 */
export async function uploadCode(
  context: { readonly scope: WorkspaceScope; readonly datastores: Datastores },
  path: string,
  options?: SnapshotOptions,
): Promise<UploadedCode> {
  const { scope, datastores } = context;
  const snapshot = await takeSnapshot(path, options);
  const { hash } = snapshot;
  const codes = new VersionedAssets(scope, 'codes');
  const existing = await codes.read(hash, '1');
  if (existing) return { id: existing.id, hash, uploaded: false };
  const name = snapshot.isFile ? 'code' : snapshot.name;
  const target =
    (await pendingFolder(scope, codes.path(hash, '1'), name)) ??
    (await datastoreFolder(scope, datastores, `LocalUpload/${hash}/${name}`));
  await writeFiles(target.blobs, snapshot);
  try {
    const resource = await codes.put(hash, '1', { properties: { codeUri: target.uri, isAnonymous: true } });
    return { id: resource.id, hash, uploaded: true };
  } catch (error) {
    // Another run was faster: its files are the same, only its container is another.
    const winner = error instanceof AzureMlError ? await codes.read(hash, '1') : undefined;
    if (!winner) throw error;
    return { id: winner.id, hash, uploaded: false };
  }
}

/** Marks an upload that is whole; without it a broken upload would pass for a finished one. */
const COMPLETE = '.upload-complete';

/**
 * Uploads a folder or file to the default datastore under its content hash and returns its URI, of the file itself
 * when it is one.
 */
export async function uploadData(
  context: { readonly scope: WorkspaceScope; readonly datastores: Datastores },
  path: string,
): Promise<UploadedData> {
  const { scope, datastores } = context;
  const snapshot = await takeSnapshot(path);
  const root = `LocalUpload/${snapshot.hash}`;
  const folder = snapshot.isFile ? root : `${root}/${snapshot.name}`;
  const uri = datastoreUri(scope, {
    datastore: DEFAULT_DATASTORE,
    path: snapshot.isFile ? `${root}/${snapshot.name}` : `${folder}/`,
  });
  const marker = await datastores.open({
    datastore: DEFAULT_DATASTORE,
    path: `LocalUpload/.complete/${snapshot.hash}`,
  });
  if ((await marker.read(COMPLETE)) !== undefined) return { uri, hash: snapshot.hash, uploaded: false };
  await writeFiles(await datastores.open({ datastore: DEFAULT_DATASTORE, path: folder }), snapshot);
  await marker.write(COMPLETE, new Uint8Array());
  return { uri, hash: snapshot.hash, uploaded: true };
}
