/** Fixed parts that stand where a name would be. */
function isVerb(part: string): boolean {
  return part.toLowerCase() === 'batchgetresolveduris';
}

/**
 * Lower-case the fixed parts of an ARM-like path and leave the names as they are.
 * In `/subscriptions/{s}/resourceGroups/{g}/providers/{P}/workspaces/{w}/...` every other part is fixed, and so
 * is the provider. Paths of the data plane have two parts before (`/history/v1.0/subscriptions/...`), which keeps
 * fixed parts and names in the same places. Other paths are returned unchanged.
 */
export function canonicalPath(path: string): string {
  const parts = path.split('/').slice(1);
  const start = parts.findIndex((part) => part.toLowerCase() === 'subscriptions');
  if (start < 0 || start % 2 === 1) {
    return path;
  }
  const canonical = parts.map((part, index) =>
    index % 2 === 0 || parts[index - 1]?.toLowerCase() === 'providers' || isVerb(part) ? part.toLowerCase() : part,
  );
  return `/${canonical.join('/')}`.replace(/\/$/, '');
}
