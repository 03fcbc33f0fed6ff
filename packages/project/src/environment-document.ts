import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Registry } from '@switchyard/azureml';
import { type CompiledDocument, compileDocument } from '@switchyard/azureml-yaml';
import { SwitchyardError } from '@switchyard/domain';
import type { AzurePlaces } from './open-azure.ts';
import type { Project } from './open-project.ts';

/** An ML environment with name and version, as job and deployment name it. */
export interface EnvironmentDocument {
  readonly name: string;
  readonly version: string;
  readonly compiled: CompiledDocument;
}

type ReadFile = (path: string) => Promise<string>;

/**
 * The az ml environment that `training.environment-file` names; null when it names none.
 * @throws SwitchyardError `CONFIG_ENVIRONMENT_UNVERSIONED`: without a version, workspaces and registry cannot agree.
 */
export async function readEnvironmentDocument(
  project: Project,
  readFile: ReadFile,
  places?: Pick<AzurePlaces, 'subscriptionId' | 'workspace'>,
): Promise<EnvironmentDocument | null> {
  const file = project.config.training['environment-file'];
  if (file === undefined) return null;
  const compiled = compileDocument({
    text: await readFile(file),
    file,
    context: {
      subscriptionId: places?.subscriptionId ?? '',
      resourceGroup: places?.workspace.resourceGroup ?? '',
      workspaceName: places?.workspace.name ?? '',
    },
    readText: (path) => readFileSync(join(project.folder, path), 'utf8'),
    expect: ['environment'],
  });
  const { name, version } = compiled;
  if (name !== undefined && version !== undefined) return { name, version, compiled };
  throw new SwitchyardError({
    code: 'CONFIG_ENVIRONMENT_UNVERSIONED',
    seen: `${file} has name "${name ?? ''}" and version "${version ?? ''}"`,
    expected: 'both',
    next: `add them to ${file}`,
  });
}

/** How a deployment outside dev names the environment: by its registry version. Undefined: as the file says. */
export async function environmentReference(
  project: Project,
  registry: Registry,
  readFile: ReadFile,
): Promise<string | undefined> {
  const document = await readEnvironmentDocument(project, readFile);
  return document === null ? undefined : registry.assetId('environments', document.name, document.version);
}
