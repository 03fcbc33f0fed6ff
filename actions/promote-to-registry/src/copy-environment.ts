import type { Registry, Workspace } from '@switchyard/azureml';
import type { Promotion } from '@switchyard/documents';
import { isSwitchyardError, type Logger } from '@switchyard/domain';
import { type Project, readEnvironmentDocument } from '@switchyard/project';

/**
 * Copies the ML environment that the models need, once for all of them; null when the configuration names none.
 * Promotions of several circuits run side by side: one that comes second finds the version there.
 */
export async function copyEnvironment(parts: {
  readonly context: {
    readonly inputs: { readonly 'dry-run': boolean };
    readonly readFile: (path: string) => Promise<string>;
    readonly logger: Logger;
  };
  readonly project: Project;
  readonly workspace: Workspace;
  readonly registry: Registry;
}): Promise<Promotion['environment']> {
  const { context, project, workspace, registry } = parts;
  const document = await readEnvironmentDocument(project, context.readFile);
  if (document === null) return null;
  const { name, version } = document;
  const isThere = async () => (await registry.environments.read(name, version)) !== undefined;
  if (context.inputs['dry-run'] || (await isThere())) return { name, version, copied: false };
  context.logger.info(`Copying environment ${name} version ${version} to registry ${registry.name}`);
  try {
    await workspace.publish({
      type: 'environments',
      name,
      version,
      registry,
      destinationName: name,
      destinationVersion: version,
    });
    return { name, version, copied: true };
  } catch (error) {
    if (isSwitchyardError(error, 'AZUREML_CONFLICT') && (await isThere())) return { name, version, copied: false };
    throw error;
  }
}
