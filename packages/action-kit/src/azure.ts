import type { Environment } from './environment.ts';
import { input } from './input.ts';

/** The inputs by which every action that talks to Azure ML signs in; names as azure/login has them. */
export const azureInputs = {
  'subscription-id': input.optional(),
  'tenant-id': input.optional(),
  'client-id': input.optional(),
  'client-secret': input.optional(),
} as const;

interface AzureInputs {
  readonly 'subscription-id': string | undefined;
  readonly 'tenant-id': string | undefined;
  readonly 'client-id': string | undefined;
  readonly 'client-secret': string | undefined;
}

/** What is needed to sign in: inputs first, then the `AZURE_*` variables. */
export interface AzureSettings {
  readonly cloudMetadataUrl: string | undefined;
  readonly subscriptionId: string | undefined;
  readonly tenantId: string | undefined;
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  readonly canRequestIdToken: boolean;
  readonly pollSeconds: number | undefined;
}

export function azureSettings(inputs: AzureInputs, environment: Environment): AzureSettings {
  return {
    cloudMetadataUrl: environment.cloudMetadataUrl,
    subscriptionId: inputs['subscription-id'] ?? environment.azureSubscriptionId,
    tenantId: inputs['tenant-id'] ?? environment.azureTenantId,
    clientId: inputs['client-id'] ?? environment.azureClientId,
    clientSecret: inputs['client-secret'] ?? environment.azureClientSecret,
    canRequestIdToken: environment.canRequestIdToken,
    pollSeconds: environment.pollSeconds,
  };
}
