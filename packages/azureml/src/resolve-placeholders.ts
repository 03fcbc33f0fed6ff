import { isAbsolute, join } from 'node:path';
import {
  type CompiledDocument,
  fillUploads,
  type InlineAsset,
  type Reference,
  type Upload,
} from '@switchyard/azureml-yaml';
import { AzureMlError } from './azure-ml-error.ts';
import { digestOfJson } from './digest.ts';
import { copyBody, type Resource } from './json.ts';
import type { Registry } from './registry.ts';
import type { Workspace } from './workspace.ts';

export interface ResolveOptions {
  /** Where relative upload paths start: the checkout. */
  readonly folder: string;
  /** Told what is being done, for the log. */
  readonly onProgress?: ((message: string) => void) | undefined;
  /** Registries by name, for `labels/latest` of registry assets. */
  readonly registries?: Readonly<Record<string, Registry>> | undefined;
}

/** Environments written in place are registered under one name, their content as version: equal ones are one. */
const INLINE_ENVIRONMENT = 'SwitchyardInlineEnvironment';

async function resolveUpload(workspace: Workspace, upload: Upload, options: ResolveOptions): Promise<string> {
  const path = isAbsolute(upload.path) ? upload.path : join(options.folder, upload.path);
  if (upload.kind === 'code') {
    const { id, uploaded } = await workspace.uploadCode(path);
    options.onProgress?.(`code ${upload.path}: ${uploaded ? 'uploaded' : 'unchanged'}`);
    return id;
  }
  const { uri, uploaded } = await workspace.uploadData(path);
  options.onProgress?.(`${upload.key} ${upload.path}: ${uploaded ? 'uploaded' : 'unchanged'}`);
  return uri;
}

async function newestOf(workspace: Workspace, reference: Reference): Promise<Resource | undefined> {
  const { type, name } = reference;
  if (type === 'models') return (await workspace.models.newest(name))?.resource;
  return workspace[type].newest(name);
}

async function newestInRegistry(registry: Registry, { type, name }: Reference): Promise<string | undefined> {
  if (type === 'models') {
    const model = await registry.models.newest(name);
    return model && registry.assetId('models', name, model.version);
  }
  if (type !== 'environments') return undefined;
  const environment = await registry.environments.newest(name);
  return environment && registry.assetId('environments', name, environment.name);
}

async function resolveReference(workspace: Workspace, reference: Reference, options: ResolveOptions): Promise<string> {
  const { type, name, label, registry } = reference;
  // A registry that the caller does not know by resource group is resolved by the service itself.
  const known = registry === undefined ? undefined : options.registries?.[registry];
  if (registry !== undefined && !known) return `azureml://registries/${registry}/${type}/${name}/labels/${label}`;
  const id =
    label === 'latest'
      ? known
        ? await newestInRegistry(known, reference)
        : (await newestOf(workspace, reference))?.id
      : undefined;
  if (id !== undefined) return id;
  throw new AzureMlError({
    code: 'AZUREML_REFERENCE_UNRESOLVED',
    seen: `"${name}@${label}" (${type}) names nothing in ${known ? `registry "${registry}"` : `workspace "${workspace.name}"`}`,
    expected: 'an asset with at least one version, and the label "latest"',
    next: 'register it first, or name a version',
    position: reference.position,
  });
}

async function resolveInline(workspace: Workspace, inline: InlineAsset): Promise<string> {
  const version = digestOfJson(inline.body).slice(0, 32);
  const body = copyBody({ properties: { ...(inline.body.properties as object), isAnonymous: true } });
  return (await workspace.environments.ensure(INLINE_ENVIRONMENT, version, body)).resource.id;
}

/** Uploads, registers and looks up what a compiled document leaves open; returns it with nothing open any more. */
export async function resolvePlaceholders(
  workspace: Workspace,
  compiled: CompiledDocument,
  options: ResolveOptions,
): Promise<CompiledDocument> {
  const values: Record<string, string> = {};
  for (const upload of compiled.uploads) values[upload.key] = await resolveUpload(workspace, upload, options);
  for (const inline of compiled.inline) values[inline.key] = await resolveInline(workspace, inline);
  for (const reference of compiled.references)
    values[reference.key] = await resolveReference(workspace, reference, options);
  return fillUploads(compiled, values);
}
