import type { WorkspaceScope } from './scope.ts';

/** The datastore every workspace has for data and job outputs. */
export const DEFAULT_DATASTORE = 'workspaceblobstore';

export interface DatastorePath {
  readonly datastore: string;
  readonly path: string;
}

/** Reads the short and the long form of a datastore URI; undefined for anything else. */
export function parseDatastoreUri(uri: string): DatastorePath | undefined {
  const match = /^azureml:\/\/(?:subscriptions\/.+?\/)?datastores\/([^/]+)(?:\/paths\/?(.*))?$/i.exec(uri);
  return match?.[1] === undefined ? undefined : { datastore: match[1], path: match[2] ?? '' };
}

/** The long form, understood everywhere. */
export function datastoreUri(scope: WorkspaceScope, { datastore, path }: DatastorePath): string {
  const { session, resourceGroup, name } = scope;
  return `azureml://subscriptions/${session.subscriptionId}/resourcegroups/${resourceGroup}/workspaces/${name}/datastores/${datastore}/paths/${path}`;
}

/** True when two URIs name the same files: the service writes ids in other case and with or without a last slash. */
export function isSameUri(a: string, b: string): boolean {
  const plain = (uri: string) => {
    const place = parseDatastoreUri(uri);
    return (place ? `${place.datastore}:${place.path}` : uri).replace(/\/+$/, '');
  };
  return plain(a) === plain(b);
}
