import type { Azure, JournalEntry } from './azure.ts';

/** Requests that the service saw while `work` ran. */
export async function journalOf<T>(
  azure: Azure,
  work: () => Promise<T>,
): Promise<{ result: T; requests: readonly JournalEntry[] }> {
  const before = (await azure.journal()).length;
  const result = await work();
  return { result, requests: (await azure.journal()).slice(before) };
}

/** POSTs that read: tokens, keys, and addresses for reading. */
const readingPosts =
  /\/(token|listKeys|listSecrets|rundata|batchGetResolvedUris|runs\/search|datareferences\/[^/]+\/versions\/[^/]+)$/i;

/** The requests that change something. */
export function writesOf(requests: readonly JournalEntry[]): string[] {
  return requests
    .filter(
      ({ method, path }) => method !== 'GET' && method !== 'HEAD' && !(method === 'POST' && readingPosts.test(path)),
    )
    .map(({ method, path }) => `${method} ${path.replace(/^.*\/(workspaces|registries)\//, '')}`);
}
