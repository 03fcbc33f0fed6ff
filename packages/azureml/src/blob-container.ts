import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ContainerClient, StoragePipelineOptions } from '@azure/storage-blob';
import type { AzureMlError } from './azure-ml-error.ts';
import type { TokenCredential } from './credential.ts';
import { failureOf, unreachable } from './failures.ts';
import { isJson, textAt } from './json.ts';

/** Blobs below one folder of a container; all paths are relative to it. */
export interface BlobFolder {
  /** Files below the folder, sorted by path. */
  list(): Promise<{ readonly path: string; readonly size: number }[]>;
  /** Undefined when there is no such blob. */
  read(path: string): Promise<Uint8Array | undefined>;
  write(path: string, content: Uint8Array): Promise<void>;
}

export type BlobAccess =
  | { readonly kind: 'sas'; readonly signature: string }
  | { readonly kind: 'key'; readonly account: string; readonly key: string }
  | { readonly kind: 'token'; readonly credential: TokenCredential };

export interface BlobFolderInit {
  /** URL of the container, without signature. */
  readonly containerUrl: string;
  /** Folder or single blob inside the container. */
  readonly prefix: string;
  readonly access: BlobAccess;
  readonly what: string;
}

const clientOptions: StoragePipelineOptions = {
  retryOptions: { maxTries: 4, retryDelayInMs: 800, maxRetryDelayInMs: 20_000 },
};

async function openContainer({ containerUrl, access }: BlobFolderInit): Promise<ContainerClient> {
  const storage = await import('@azure/storage-blob');
  switch (access.kind) {
    case 'sas':
      return new storage.ContainerClient(
        `${containerUrl}?${access.signature.replace(/^\?/, '')}`,
        undefined,
        clientOptions,
      );
    case 'key':
      return new storage.ContainerClient(
        containerUrl,
        new storage.StorageSharedKeyCredential(access.account, access.key),
        clientOptions,
      );
    case 'token':
      return new storage.ContainerClient(containerUrl, access.credential, clientOptions);
  }
}

function blobFailure(error: unknown, what: string, containerUrl: string): AzureMlError {
  const status = isJson(error) ? error.statusCode : undefined;
  if (typeof status !== 'number') return unreachable(what, new URL(containerUrl).host, error);
  const body = { error: { code: textAt(error, 'code'), message: textAt(error, 'code') } };
  return failureOf({
    status,
    body,
    requestId: textAt(isJson(error) ? error.details : undefined, 'requestId'),
    what,
  });
}

function isMissing(error: unknown): boolean {
  return isJson(error) && error.statusCode === 404;
}

/** Opens a folder of blobs. @azure/storage-blob is loaded at the first use. */
export function openBlobFolder(init: BlobFolderInit): BlobFolder {
  const folder = init.prefix.replace(/^\/+|\/+$/g, '');
  const blobName = (path: string) => (folder === '' ? path : path === '' ? folder : `${folder}/${path}`);
  let opened: Promise<ContainerClient> | undefined;
  const attempt = async <T>(verb: string, work: (container: ContainerClient) => Promise<T>): Promise<T> => {
    opened ??= openContainer(init);
    try {
      return await work(await opened);
    } catch (error) {
      throw blobFailure(error, `${verb} ${init.what}`, init.containerUrl);
    }
  };
  return {
    list: () =>
      attempt('list', async (container) => {
        const files: { path: string; size: number }[] = [];
        for await (const blob of container.listBlobsFlat({ prefix: folder })) {
          // A prefix also matches siblings that only begin alike; a folder marker is no file.
          if (blob.name === folder && folder !== '') {
            const size = blob.properties.contentLength ?? 0;
            if (blob.metadata?.hdi_isfolder !== 'true') files.push({ path: '', size });
          } else if (folder === '' || blob.name.startsWith(`${folder}/`)) {
            const path = folder === '' ? blob.name : blob.name.slice(folder.length + 1);
            if (path !== '') files.push({ path, size: blob.properties.contentLength ?? 0 });
          }
        }
        return files.sort((a, b) => (a.path < b.path ? -1 : 1));
      }),
    read: (path) =>
      attempt('read', async (container) => {
        try {
          return await container.getBlobClient(blobName(path)).downloadToBuffer();
        } catch (error) {
          if (isMissing(error)) return undefined;
          throw error;
        }
      }),
    write: (path, content) =>
      attempt('upload', async (container) => {
        await container.getBlockBlobClient(blobName(path)).uploadData(content);
      }),
  };
}

/** Runs work for every item, at most eight at a time. */
export async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next;
      next += 1;
      const item = items[index];
      if (item !== undefined) results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(8, items.length) }, worker));
  return results;
}

/** Writes every blob of a folder below a local one. Returns the relative paths. A single blob keeps its own name. */
export async function downloadFolder(blobs: BlobFolder, target: string, singleName: string): Promise<string[]> {
  const files = (await blobs.list()).filter(({ path }) => !path.split('/').includes('..'));
  return inParallel(files, async ({ path }) => {
    const relative = path === '' ? singleName : path;
    const content = await blobs.read(path);
    await mkdir(dirname(join(target, relative)), { recursive: true });
    await writeFile(join(target, relative), content ?? new Uint8Array());
    return relative;
  });
}

/** Container and path of a blob URL. Hosts that are addresses carry the account as the first part of the path. */
export function splitBlobUrl(url: string): { readonly containerUrl: string; readonly prefix: string } {
  const { origin, hostname, pathname } = new URL(url);
  const parts = decodeURIComponent(pathname)
    .split('/')
    .filter((part) => part !== '');
  const isPathStyle = hostname === 'localhost' || /^[\d.]+$/.test(hostname) || hostname.startsWith('[');
  const depth = isPathStyle ? 2 : 1;
  return { containerUrl: `${origin}/${parts.slice(0, depth).join('/')}`, prefix: parts.slice(depth).join('/') };
}
