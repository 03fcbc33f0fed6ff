import { AzureMlError } from './azure-ml-error.ts';
import { isBusy } from './failures.ts';
import type { Resource } from './json.ts';
import { textAt } from './json.ts';
import { waitForOperation } from './poller.ts';
import type { Registry } from './registry.ts';
import type { WorkspaceScope } from './scope.ts';
import { readBack } from './session.ts';
import { armUrl } from './transport.ts';

export interface Publication {
  readonly type: 'models' | 'environments';
  readonly name: string;
  readonly version: string;
  readonly registry: Registry;
  readonly destinationName: string;
  readonly destinationVersion: string;
  readonly signal?: AbortSignal;
}

export interface Published {
  /** The version in the registry. */
  readonly resource: Resource;
  /** False when the registry had it before. */
  readonly copied: boolean;
}

/**
 * Copies one asset version from a workspace to a registry and waits until the registry shows it. A version that is
 * there already is returned as it is: the caller compares the content.
 */
export async function publish(scope: WorkspaceScope, publication: Publication): Promise<Published> {
  const { type, name, version, registry, destinationName, destinationVersion, signal } = publication;
  const { session } = scope;
  const read = async () => {
    if (type === 'environments') return registry.environments.read(destinationName, destinationVersion);
    return (await registry.models.read(destinationName, destinationVersion))?.resource;
  };
  const isThere = (resource: Resource | undefined) =>
    /^succeeded$/i.test(textAt(resource?.properties, 'provisioningState') ?? (resource ? 'Succeeded' : ''));
  const before = await read();
  if (before) return { resource: before, copied: false };
  const what = `publish ${type === 'models' ? 'model' : 'environment'} "${name}" version ${version} of ${scope.label} to registry "${registry.name}"`;
  const path = `${scope.path}/${type}/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}/publish`;
  const body = { registryName: registry.name, destinationName, destinationVersion };
  let copied = true;
  try {
    const started = await session.transport.send({
      method: 'POST',
      url: armUrl(session.transport.cloud, path),
      what,
      body,
      signal,
    });
    await waitForOperation(session, {
      started,
      method: 'POST',
      what,
      signal,
      isDone: async () => isThere(await read()),
    });
  } catch (error) {
    // Another run published the same version meanwhile; what it wrote is read below.
    if (!isBusy(error)) throw error;
    copied = false;
  }
  const resource = await readBack(session, { what, read, isThere, signal, seconds: 300 });
  if (resource) return { resource, copied };
  throw new AzureMlError({
    code: 'AZUREML_READ_BACK_FAILED',
    kind: 'failure',
    seen: `cannot ${what}: the registry does not show it`,
  });
}
