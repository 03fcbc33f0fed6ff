import { SwitchyardError } from '@switchyard/domain';
import type { Cloud } from './cloud.ts';
import { loginFailure } from './login-failure.ts';

export type LoginErrorCode = 'AZURE_NO_CREDENTIALS' | 'AZURE_LOGIN_FAILED';

/** What the client needs of a credential; every credential of @azure/identity is one. */
export interface TokenCredential {
  getToken(scope: string | string[], options?: object): Promise<{ token: string; expiresOnTimestamp: number } | null>;
}

export interface CredentialInput {
  readonly cloud: Cloud;
  readonly tenantId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  /** A fresh GitHub OIDC token for audience `api://AzureADTokenExchange`; called for every token request, since it lives 5 minutes. */
  readonly idToken?: (() => Promise<string>) | undefined;
  /** Use the session of `az login` or azure/login when nothing else is given. */
  readonly azureCli?: boolean | undefined;
}

/** Turns what the credential throws into an error of ours. */
function explained(credential: TokenCredential, explain: (cause: unknown) => SwitchyardError): TokenCredential {
  return {
    async getToken(scope, options) {
      try {
        return await credential.getToken(scope, options);
      } catch (cause) {
        throw explain(cause);
      }
    },
  };
}

function noCredentials(input: CredentialInput): SwitchyardError {
  const missing = [
    ...(input.tenantId ? [] : ['input "tenant-id" (or AZURE_TENANT_ID)']),
    ...(input.clientId ? [] : ['input "client-id" (or AZURE_CLIENT_ID)']),
    ...(input.idToken ? [] : ['"permissions: id-token: write" on the job (or input "client-secret")']),
  ];
  return new SwitchyardError({
    code: 'AZURE_NO_CREDENTIALS',
    seen: `there is no way to sign in: missing ${missing.join(', ')}`,
    expected: 'tenant-id, client-id and a GitHub identity token',
    next: 'give what is missing, or run azure/login before this step',
  });
}

/**
 * Chooses how to sign in: client secret, then GitHub OIDC, then the session of the Azure CLI. @azure/identity is loaded here, and only here.
 * @throws SwitchyardError `AZURE_NO_CREDENTIALS`; `getToken` throws `AZURE_LOGIN_FAILED`.
 */
export async function createCredential(input: CredentialInput): Promise<TokenCredential> {
  const { cloud, tenantId, clientId, clientSecret, idToken } = input;
  const options = { authorityHost: cloud.authority, disableInstanceDiscovery: !cloud.isPublic };
  if (tenantId && clientId && clientSecret) {
    const { ClientSecretCredential } = await import('@azure/identity');
    const credential = new ClientSecretCredential(tenantId, clientId, clientSecret, options);
    return explained(credential, (cause) => loginFailure(cause, `client secret of ${clientId}`));
  }
  if (tenantId && clientId && idToken) {
    const { ClientAssertionCredential } = await import('@azure/identity');
    const credential = new ClientAssertionCredential(tenantId, clientId, idToken, options);
    return explained(credential, (cause) => loginFailure(cause, `GitHub identity for ${clientId}`));
  }
  if (input.azureCli) {
    const { AzureCliCredential } = await import('@azure/identity');
    // No az, or no session in it: then nothing at all was given to sign in with.
    const explain = (cause: unknown) =>
      cause instanceof Error && cause.name === 'CredentialUnavailableError'
        ? noCredentials(input)
        : loginFailure(cause, 'the session of the Azure CLI');
    return explained(new AzureCliCredential(tenantId ? { tenantId } : {}), explain);
  }
  throw noCredentials(input);
}
