import { AzureMlError } from './azure-ml-error.ts';
import { type BlobAccess, type BlobFolder, openBlobFolder, splitBlobUrl } from './blob-container.ts';
import { type DatastorePath, DEFAULT_DATASTORE, parseDatastoreUri } from './datastore-uri.ts';
import { objectAt, textAt } from './json.ts';
import type { WorkspaceScope } from './scope.ts';
import { postForAnswer, readExisting } from './session.ts';

/** Endpoints that are addresses (an emulator's) have the account in the path, all others in the host. */
function containerUrlOf(properties: unknown): string {
  const protocol = textAt(properties, 'protocol') ?? 'https';
  const account = textAt(properties, 'accountName') ?? '';
  const endpoint = textAt(properties, 'endpoint') ?? 'core.windows.net';
  const container = textAt(properties, 'containerName') ?? '';
  const isAddress = /^(localhost|[\d.]+|\[.*\])(:\d+)?$/.test(endpoint);
  return isAddress
    ? `${protocol}://${endpoint}/${account}/${container}`
    : `${protocol}://${account}.blob.${endpoint}/${container}`;
}

/** Key or signature of a datastore; a datastore without either is opened with the caller's own token. */
async function readAccess(scope: WorkspaceScope, datastore: string, properties: unknown): Promise<BlobAccess> {
  const { session } = scope;
  const byToken: BlobAccess = { kind: 'token', credential: session.credential };
  if (textAt(objectAt(properties, 'credentials'), 'credentialsType') === 'None') return byToken;
  const path = `${scope.path}/datastores/${datastore}/listSecrets`;
  try {
    const secrets = await postForAnswer(session, {
      path,
      what: `read the secrets of datastore "${datastore}" in ${scope.label}`,
    });
    const key = textAt(secrets, 'key');
    const signature = textAt(secrets, 'sasToken');
    for (const secret of [key, signature]) if (secret) session.onSecret(secret);
    if (key) return { kind: 'key', account: textAt(properties, 'accountName') ?? '', key };
    if (signature) return { kind: 'sas', signature };
    return byToken;
  } catch (error) {
    // Without the right to read keys the caller's own storage role may still do.
    if (error instanceof AzureMlError && (error.status === 400 || error.status === 403)) return byToken;
    throw error;
  }
}

export interface Datastores {
  open(place: DatastorePath): Promise<BlobFolder>;
  /** Opens the folder that a datastore URI or a blob URL of this workspace names. */
  openUri(uri: string): Promise<BlobFolder>;
}

export function createDatastores(scope: WorkspaceScope): Datastores {
  const kept = new Map<string, Promise<{ containerUrl: string; access: BlobAccess }>>();
  const load = async (datastore: string) => {
    const path = `${scope.path}/datastores/${datastore}`;
    const { properties } = await readExisting(scope.session, {
      path,
      what: `read datastore "${datastore}" in ${scope.label}`,
    });
    return { containerUrl: containerUrlOf(properties), access: await readAccess(scope, datastore, properties) };
  };
  const find = (datastore: string) => {
    const known = kept.get(datastore) ?? load(datastore);
    kept.set(datastore, known);
    known.catch(() => kept.delete(datastore));
    return known;
  };
  const open = async ({ datastore, path }: DatastorePath) => {
    const { containerUrl, access } = await find(datastore);
    return openBlobFolder({ containerUrl, prefix: path, access, what: `${path} in datastore "${datastore}"` });
  };
  return {
    open,
    async openUri(uri) {
      const place = parseDatastoreUri(uri);
      if (place) return open(place);
      if (!/^https?:/.test(uri)) {
        throw new AzureMlError({
          code: 'AZUREML_REFERENCE_UNRESOLVED',
          seen: `the files of ${uri} cannot be found`,
          expected: 'a datastore URI or a blob address',
        });
      }
      // Another container of the same account: the key of the default datastore opens it.
      const { access } = await find(DEFAULT_DATASTORE);
      const { containerUrl, prefix } = splitBlobUrl(uri);
      return openBlobFolder({ containerUrl, prefix, access, what: uri });
    },
  };
}
