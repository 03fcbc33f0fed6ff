import type { ActionContext, azureInputs, InputParsers } from '@switchyard/action-kit';
import { azureSettings } from '@switchyard/action-kit';
import type { AzureMl, Registry, Workspace } from '@switchyard/azureml';
import type { Config, EnvironmentSettings } from '@switchyard/config';
import { SwitchyardError } from '@switchyard/domain';

type AzureContext = ActionContext<typeof azureInputs & InputParsers>;

/** The Azure ML places that an action works with. */
export interface AzurePlaces {
  readonly azure: AzureMl;
  readonly subscriptionId: string;
  readonly workspace: Workspace;
  /** @throws SwitchyardError `CONFIG_REGISTRY_MISSING` when neither input nor configuration names one. */
  registry(name?: string): Registry;
}

/** What inputs may say instead of switchyard.yml. */
interface PlaceInputs {
  readonly 'resource-group': string | undefined;
  readonly 'workspace-name': string | undefined;
}

/**
 * Signs in to the cloud of the profile and opens the workspace of an environment; the workspace is asked for at once,
 * so that a wrong name or a missing right shows before any work.
 * @throws SwitchyardError `CLOUD_*`, `AZURE_*`, `WORKSPACE_NOT_FOUND`, `AZUREML_*`.
 */
export async function openAzure(
  context: AzureContext,
  config: Config,
  settings: EnvironmentSettings,
  place: PlaceInputs,
): Promise<AzurePlaces> {
  const { logger, clock, maskSecret, requestIdToken } = context;
  // Loaded here: an action that never signs in starts without the SDK.
  const { connect, createCredential, loadCloud } = await import('@switchyard/azureml');
  const login = azureSettings(context.inputs, context.environment);
  const subscriptionId = requireSubscription(login.subscriptionId ?? settings['subscription-id']);
  const cloud = await loadCloud(login.cloudMetadataUrl === undefined ? {} : { metadataUrl: login.cloudMetadataUrl });
  const credential = await createCredential({
    cloud,
    ...(login.tenantId !== undefined && { tenantId: login.tenantId }),
    ...(login.clientId !== undefined && { clientId: login.clientId }),
    ...(login.clientSecret !== undefined && { clientSecret: login.clientSecret }),
    ...(login.canRequestIdToken && { idToken: () => requestIdToken('api://AzureADTokenExchange') }),
    azureCli: login.clientId === undefined,
  });
  const azure = connect({
    cloud,
    credential,
    subscriptionId,
    logger,
    clock,
    userAgent: 'switchyard',
    settings: login.pollSeconds === undefined ? {} : { pollSeconds: login.pollSeconds },
    onSecret: maskSecret,
  });
  const resourceGroup = place['resource-group'] ?? settings['resource-group'];
  const workspace = azure.workspace(resourceGroup, place['workspace-name'] ?? settings['workspace-name']);
  await workspace.checkReachable();
  return { azure, subscriptionId, workspace, registry: (name) => openRegistry(azure, config, name) };
}

function requireSubscription(subscriptionId: string | undefined): string {
  if (subscriptionId !== undefined) return subscriptionId;
  throw new SwitchyardError({
    code: 'AZURE_NO_SUBSCRIPTION',
    seen: 'no subscription is given',
    expected: 'the input "subscription-id" or the variable AZURE_SUBSCRIPTION_ID',
    next: 'pass the variable of your repository as subscription-id',
  });
}

function openRegistry(azure: AzureMl, config: Config, name: string | undefined): Registry {
  const registryName = name ?? config.registry?.['registry-name'];
  if (config.registry !== undefined && registryName !== undefined) {
    return azure.registry(config.registry['resource-group'], registryName);
  }
  throw new SwitchyardError({
    code: 'CONFIG_REGISTRY_MISSING',
    seen: 'switchyard.yml names no registry',
    expected: '"registry:" with resource-group and registry-name',
    next: 'add it to switchyard.yml',
  });
}
