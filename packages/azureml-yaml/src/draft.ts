import type { CompileContext, CompiledDocument, InlineAsset, Reference, Upload } from './document.ts';
import type { JsonObject } from './json.ts';
import type { Entry, MapReader } from './map-reader.ts';
import { resolveFromDocument } from './path.ts';
import { placeholderOf } from './placeholder.ts';
import type { Problems } from './problems.ts';
import type { Source } from './source.ts';

/** What a kind's compiler fills while it reads. */
export interface Draft {
  readonly file: string;
  readonly context: CompileContext;
  readonly readText: ((path: string) => string) | undefined;
  readonly uploads: Upload[];
  readonly references: Reference[];
  readonly inline: InlineAsset[];
  readonly source: Source;
  readonly problems: Problems;
  /** Components by path: a file that many nodes name is read once. */
  readonly components: Map<string, ComponentFile>;
  /** Component files that are being read: one that names itself would never end. */
  readonly parents: readonly string[];
  /** Compiles `jobs:`; handed in, because a step may be a component that has steps. */
  readonly pipelineJobs: (reader: MapReader, draft: Draft) => JsonObject | undefined;
  /** The caller registers every type of asset and build contexts. */
  readonly takesAll: boolean;
}

/** The type of an input or output of a component, as the YAML has it. */
export interface PortType {
  readonly type: string;
  readonly mode?: string | undefined;
}

/** What nodes of a pipeline must know of the component they run. */
export interface ComponentFile {
  readonly placeholder: string;
  readonly type: string;
  readonly inputs: ReadonlyMap<string, PortType>;
  readonly outputs: ReadonlyMap<string, PortType>;
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

/** What ids of assets begin with: the workspace, or the registry the document goes into. */
export function assetsOf(context: CompileContext): string {
  return context.registryName === undefined ? workspaceId(context) : `azureml://registries/${context.registryName}`;
}

/** ARM id of what a document compiles to; undefined when it or its endpoint has no name. */
export function resourceId(compiled: CompiledDocument, context: CompileContext): string | undefined {
  const { name, version, resource } = compiled;
  const [type = '', child] = resource.type.split('/');
  if (name === undefined) return undefined;
  if (child !== undefined) {
    const { parent } = resource;
    return parent === undefined ? undefined : `${workspaceId(context)}/${type}/${parent}/${child}/${name}`;
  }
  if (!['environments', 'models', 'data', 'components'].includes(type))
    return `${workspaceId(context)}/${type}/${name}`;
  return version === undefined ? undefined : `${assetsOf(context)}/${type}/${name}/versions/${version}`;
}

/** Notes local files for upload and returns the placeholder for their id or URI. */
export function addUpload(draft: Draft, entry: Entry, kind: Upload['kind'], path: string): string {
  const placeholder = placeholderOf('upload', entry.path);
  const resolved = resolveFromDocument(draft.file, path);
  draft.uploads.push({ key: entry.path, kind, path: resolved, placeholder, position: entry.position });
  return placeholder;
}

/** Notes an asset that must be registered first and returns the placeholder for its id. */
export function addInline(
  draft: Draft,
  entry: Entry,
  asset: Pick<InlineAsset, 'type' | 'name' | 'version' | 'body'>,
): string {
  const placeholder = placeholderOf('inline', entry.path);
  draft.inline.push({ key: entry.path, ...asset, placeholder, position: entry.position });
  return placeholder;
}
