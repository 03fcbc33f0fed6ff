import { cloudName } from '../environment.ts';
import type { Platform } from '../platform.ts';
import { ok, type Route, type ServiceRequest } from '../request.ts';

/** Audiences that the ARM plane takes, besides the emulator's own address. */
export const managementAudiences = ['https://management.azure.com', 'https://management.core.windows.net'];

/** Audience of scoring and batch calls with an Entra token. */
export const machineLearningAudiences = ['https://ml.azure.com'];

/**
 * The ARM metadata document: a list of clouds whose addresses are all this server. The same cloud is there under two
 * names: azure-ai-ml takes the first cloud whose address is that of the document and has addresses of its own for the
 * name AzureCloud; other clients look for AzureCloud.
 */
function clouds(_request: ServiceRequest, { url, blobs, state }: Platform) {
  const cloud = {
    portal: 'https://portal.azure.com',
    resourceManager: `${url}/`,
    authentication: {
      loginEndpoint: `${url}/`,
      audiences: managementAudiences.map((audience) => `${audience}/`),
      tenant: state.data.tenantId,
      identityProvider: 'AAD',
    },
    machineLearning: machineLearningAudiences[0],
    // Clients put `{account}.blob.` before the suffix; names below localhost are this machine (RFC 6761).
    suffixes: {
      storage: `core.localhost:${new URL(blobs.url).port}`,
      acrLoginServer: 'azurecr.invalid',
      keyVaultDns: 'vault.invalid',
    },
  };
  return ok([cloudName, 'AzureCloud'].map((name) => ({ name, ...cloud })));
}

/** Addresses of the services behind a workspace. */
function discovery(_request: ServiceRequest, { url }: Platform) {
  return ok({
    api: url,
    catalog: url,
    experimentation: url,
    history: url,
    hyperdrive: url,
    labeling: url,
    modelregistry: url,
    modelmanagement: url,
    notebooks: url,
    pipelines: url,
    studio: url,
  });
}

export const metadataRoutes: Route[] = [
  { method: 'GET', path: '/metadata/endpoints', plane: 'open', handle: clouds },
  { method: 'GET', path: '/discovery', plane: 'open', handle: discovery },
  { method: 'GET', path: '/discovery/workspaces/:guid', plane: 'open', handle: discovery },
];
