import type { Platform } from '../platform.ts';
import { ok, type Route, type ServiceRequest } from '../request.ts';

/** Audiences that the ARM plane takes, besides the emulator's own address. */
export const managementAudiences = ['https://management.azure.com', 'https://management.core.windows.net'];

/** Audience of scoring and batch calls with an Entra token. */
export const machineLearningAudiences = ['https://ml.azure.com'];

/** The ARM metadata document: a list of clouds, here one, whose addresses are all this server. */
function clouds(_request: ServiceRequest, { url, blobs, state }: Platform) {
  return {
    status: 200,
    body: [
      {
        name: 'AzureCloud',
        portal: 'https://portal.azure.com',
        resourceManager: `${url}/`,
        authentication: {
          loginEndpoint: `${url}/`,
          audiences: managementAudiences.map((audience) => `${audience}/`),
          tenant: state.data.tenantId,
          identityProvider: 'AAD',
        },
        machineLearning: machineLearningAudiences[0],
        suffixes: { storage: blobs.endpoint, acrLoginServer: 'azurecr.invalid', keyVaultDns: 'vault.invalid' },
      },
    ],
  };
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
