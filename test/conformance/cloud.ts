import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { startAzure } from '../support/azure.ts';

/** The emulator as a client finds it: by the ARM metadata document alone. */
export interface Cloud {
  readonly resourceManager: string;
  readonly authority: string;
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly subscription: string;
  stop(): Promise<void>;
}

/** Starts an emulator of this test file's own and makes this process trust its certificate. */
export async function openCloud(options: readonly string[] = []): Promise<Cloud> {
  const { env, stop } = await startAzure(options);
  const { ARM_CLOUD_METADATA_URL: metadataUrl = '', NODE_EXTRA_CA_CERTS: caFile = '' } = env;
  const { AZURE_CLIENT_ID: clientId = '', AZURE_CLIENT_SECRET: clientSecret = '' } = env;
  const { AZURE_SUBSCRIPTION_ID: subscription = '' } = env;
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(caFile, 'utf8')]);
  const response = await fetch(metadataUrl);
  const [cloud] = (await response.json()) as [
    { resourceManager: string; authentication: { loginEndpoint: string; tenant: string } },
  ];
  return {
    resourceManager: cloud.resourceManager.replace(/\/$/, ''),
    authority: cloud.authentication.loginEndpoint,
    tenant: cloud.authentication.tenant,
    clientId,
    clientSecret,
    subscription,
    stop,
  };
}
