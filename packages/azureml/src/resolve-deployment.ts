import type { CompiledDocument, JsonObject } from '@switchyard/azureml-yaml';
import type { Ensured } from './assets.ts';
import { AzureMlError } from './azure-ml-error.ts';
import { digestOfJson } from './digest.ts';
import { copyBody, type Json, textsAt } from './json.ts';
import { type ResolveOptions, resolvePlaceholders } from './resolve-placeholders.ts';
import type { Workspace } from './workspace.ts';

export interface DeploymentOptions extends ResolveOptions {
  /** Wins over the document's `endpoint_name`. */
  readonly endpoint?: string;
  /** Wins over the document's `name`. */
  readonly name?: string;
  /** Id of the model; wins over the document's `model`. */
  readonly model?: string;
  /** Added to the document's own; these win. */
  readonly tags?: Readonly<Record<string, string>>;
}

export interface ResolvedDeployment {
  readonly endpoint: string;
  readonly name: string;
  /** Body for `OnlineDeployments.create`. */
  readonly body: Json;
}

function required(value: string | undefined, key: string, file: string): string {
  if (value !== undefined) return value;
  throw new AzureMlError({
    code: 'AZUREML_REFERENCE_UNRESOLVED',
    seen: `${file} has no "${key}", and none was given`,
    expected: `"${key}" in the document or from the caller`,
  });
}

/** The document with another model: what it names itself is not looked up any more. */
function withModel(compiled: CompiledDocument, model: string): CompiledDocument {
  const properties = { ...(compiled.body.properties as JsonObject), model };
  return {
    ...compiled,
    body: { ...compiled.body, properties },
    references: compiled.references.filter(({ key }) => key !== 'model'),
  };
}

/** Uploads the scoring code and registers the environment of a compiled deployment; returns what is to be deployed. */
export async function resolveDeployment(
  workspace: Workspace,
  compiled: CompiledDocument,
  options: DeploymentOptions,
): Promise<ResolvedDeployment> {
  const endpoint = required(options.endpoint ?? compiled.resource.parent, 'endpoint_name', compiled.file);
  const name = required(options.name ?? compiled.name, 'name', compiled.file);
  const document = options.model === undefined ? compiled : withModel(compiled, options.model);
  const { body } = await resolvePlaceholders(workspace, document, options);
  const copy = copyBody(body);
  const { location } = await workspace.read();
  return {
    endpoint,
    name,
    body: {
      ...copy,
      location: copy.location ?? location,
      tags: { ...textsAt(copy, 'tags'), ...options.tags },
    },
  };
}

export interface EnsuredEnvironment extends Ensured {
  readonly id: string;
  readonly name: string;
  readonly version: string;
}

/**
 * Registers a compiled environment. Without a version its content is its version: an unchanged file is no new version.
 * @throws AzureMlError `AZUREML_IMMUTABLE` when the version exists with other content.
 */
export async function ensureEnvironment(
  workspace: Workspace,
  compiled: CompiledDocument,
  options: ResolveOptions & { readonly version?: string },
): Promise<EnsuredEnvironment> {
  const name = required(compiled.name, 'name', compiled.file);
  const { body } = await resolvePlaceholders(workspace, compiled, options);
  const version = options.version ?? compiled.version ?? digestOfJson(body).slice(0, 12);
  const { resource, created } = await workspace.environments.ensure(name, version, copyBody(body));
  return { resource, created, id: resource.id, name, version };
}
