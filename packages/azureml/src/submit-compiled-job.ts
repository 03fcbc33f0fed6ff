import type { CompiledDocument } from '@switchyard/azureml-yaml';
import type { JobSubmission } from './jobs.ts';
import { copyBody, objectAt, textsAt } from './json.ts';
import { assertTags } from './models.ts';
import { type ResolveOptions, resolvePlaceholders } from './resolve-placeholders.ts';
import type { Workspace } from './workspace.ts';

export interface SubmitOptions extends ResolveOptions {
  /** Of the job: the same name with the same content is the same job. */
  readonly name: string;
  /** Added to the document's own; these win. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly properties?: Readonly<Record<string, string>>;
  readonly displayName?: string;
}

/**
 * Uploads what a compiled job needs and submits it.
 * @throws AzureMlError, as `Jobs.submit` and the uploads do.
 */
export async function submitCompiledJob(
  workspace: Workspace,
  compiled: CompiledDocument,
  options: SubmitOptions,
): Promise<JobSubmission> {
  const { body } = await resolvePlaceholders(workspace, compiled, options);
  const properties = objectAt(copyBody(body), 'properties');
  const tags = { ...textsAt(properties, 'tags'), ...options.tags };
  assertTags(tags);
  const own = { ...textsAt(properties, 'properties'), ...options.properties };
  const displayName = options.displayName ?? properties.displayName ?? options.name;
  return workspace.jobs.submit(options.name, { properties: { ...properties, displayName, tags, properties: own } });
}
