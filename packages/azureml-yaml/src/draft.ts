import type { CompileContext, CompiledDocument, InlineAsset, Reference, Upload } from './document.ts';
import type { JsonObject } from './json.ts';
import type { Entry } from './map-reader.ts';
import { resolveFromDocument } from './path.ts';
import { placeholderOf } from './placeholder.ts';

/** What a kind's compiler fills while it reads. */
export interface Draft {
  readonly file: string;
  readonly context: CompileContext;
  readonly readText: ((path: string) => string) | undefined;
  readonly uploads: Upload[];
  readonly references: Reference[];
  readonly inline: InlineAsset[];
}

/** What a kind's compiler returns. */
export interface Compilation {
  readonly name: string | undefined;
  readonly version?: string | undefined;
  readonly resource: CompiledDocument['resource'];
  readonly body: JsonObject;
}

/** ARM id of the workspace: what every id in a body begins with. */
export function workspaceId({ subscriptionId, resourceGroup, workspaceName }: CompileContext): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${workspaceName}`;
}

/** Notes local files for upload and returns the placeholder for their id or URI. */
export function addUpload(draft: Draft, entry: Entry, kind: Upload['kind'], path: string): string {
  const placeholder = placeholderOf('upload', entry.path);
  const resolved = resolveFromDocument(draft.file, path);
  draft.uploads.push({ key: entry.path, kind, path: resolved, placeholder, position: entry.position });
  return placeholder;
}

/** Notes an asset that must be registered first and returns the placeholder for its id. */
export function addInline(draft: Draft, entry: Entry, body: JsonObject): string {
  const placeholder = placeholderOf('inline', entry.path);
  draft.inline.push({ key: entry.path, type: 'environments', body, placeholder, position: entry.position });
  return placeholder;
}
