import type { Registry, Workspace } from '@switchyard/azureml';
import { type Logger, SwitchyardError } from '@switchyard/domain';

/**
 * Publishes the model version and proves that the registry holds the same files. A version that is there already counts
 * when its content is the same; with `dry-run` nothing is written.
 * @throws SwitchyardError `REGISTRY_CONTENT_DIFFERS`, `PROMOTE_SOURCE_CHANGED`, `AZUREML_*`.
 */
export async function copyModel(parts: {
  readonly context: {
    readonly inputs: { readonly 'dry-run': boolean };
    readonly logger: Logger;
    readonly signal: AbortSignal;
  };
  readonly workspace: Workspace;
  readonly registry: Registry;
  readonly model: { readonly name: string; readonly version: string; readonly contentDigest: string };
}): Promise<{ existed: boolean }> {
  const { context, workspace, registry, model } = parts;
  const { name, version, contentDigest } = model;
  const source = await workspace.modelDigest(name, version);
  if (source !== contentDigest) throw differs('PROMOTE_SOURCE_CHANGED', `workspace ${workspace.name}`, model, source);
  const existing = await registry.models.read(name, version);
  if (existing === undefined) {
    if (context.inputs['dry-run']) return { existed: false };
    context.logger.info(
      `Copying ${name} version ${version} from workspace ${workspace.name} to registry ${registry.name}`,
    );
    await workspace.publish({
      type: 'models',
      name,
      version,
      registry,
      destinationName: name,
      destinationVersion: version,
      signal: context.signal,
    });
  }
  const copied = await registry.modelDigest(name, version);
  if (copied !== contentDigest) throw differs('REGISTRY_CONTENT_DIFFERS', `registry ${registry.name}`, model, copied);
  context.logger.info(`Registry content equals what was judged: ${contentDigest}`);
  return { existed: existing !== undefined };
}

function differs(
  code: string,
  place: string,
  { name, version, contentDigest }: { name: string; version: string; contentDigest: string },
  seen: string,
): SwitchyardError {
  return new SwitchyardError({
    code,
    seen: `${name} version ${version} in ${place} has the content ${seen}`,
    expected: `${contentDigest}, the content that was judged`,
    next: 'nothing was overwritten; find out who wrote this version, and train again to get a version of its own',
  });
}
