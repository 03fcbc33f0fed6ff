import { join } from 'node:path/posix';
import type { AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning';
import { BlobServiceClient, type ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';

/** A workspace as the operations of the client name it. */
export interface Place {
  readonly group: string;
  readonly workspace: string;
}

/** The container of the workspace's default datastore, opened with the key that `listSecrets` gives. */
export async function defaultContainer(
  client: AzureMachineLearningWorkspaces,
  { group, workspace }: Place,
): Promise<ContainerClient> {
  const { value: datastore } = await client.datastores.list(group, workspace, { isDefault: true }).next();
  const { accountName, containerName, endpoint, protocol } = datastore.properties;
  const secrets = await client.datastores.listSecrets(group, workspace, datastore.name);
  const key = 'key' in secrets ? String(secrets.key) : '';
  const credential = new StorageSharedKeyCredential(accountName, key);
  // An endpoint with a port has the account in its path, as local storage servers do.
  const url = /:\d+$/.test(endpoint)
    ? `${protocol}://${endpoint}/${accountName}`
    : `${protocol}://${accountName}.blob.${endpoint}`;
  return new BlobServiceClient(url, credential).getContainerClient(containerName);
}

/** Uploads files (path below `folder` to text); returns the folder's address. */
export async function uploadFolder(
  container: ContainerClient,
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    await container.getBlockBlobClient(join(folder, path)).upload(text, Buffer.byteLength(text));
  }
  return `${container.url}/${folder}`;
}
