import { errorText, SwitchyardError } from '@switchyard/domain';

/** What to do for each Entra error that a workflow can run into. */
const nextSteps: Readonly<Record<string, string>> = {
  AADSTS700213:
    'the subject of the GitHub token matches no federated credential: add one with exactly the subject shown above (a job with "environment:" has the environment form; repositories made since July 2026 have ids in it)',
  AADSTS700211:
    'the issuer of the GitHub token matches no federated credential: set its issuer to https://token.actions.githubusercontent.com',
  AADSTS700212: 'the audience of the token matches no federated credential: set it to api://AzureADTokenExchange',
  AADSTS70021:
    'no federated credential matches yet: compare issuer, subject and audience; a new one needs some minutes, run again',
  AADSTS700024: 'the GitHub token was too old: it lives about 5 minutes; run again, and report this if it repeats',
  AADSTS700016: 'no application has this client id in the tenant: check client-id and tenant-id',
  AADSTS90002: 'there is no such tenant: check tenant-id',
  AADSTS900023: 'the tenant id is malformed: check tenant-id',
  AADSTS7000215: 'the client secret is wrong: use its value and not its id, or move to a federated credential',
  AADSTS7000222: 'the client secret has expired: make a new one, or move to a federated credential',
  AADSTS500011: 'the audience is not known in the tenant: check ARM_CLOUD_METADATA_URL and the tenant',
};

/** The AADSTS number in a text. */
export function aadstsCode(text: string): string | undefined {
  return /AADSTS\d+/.exec(text)?.[0];
}

/** `AZURE_LOGIN_FAILED` with Entra's own words and the next step for its number. */
export function loginFailure(cause: unknown, how: string): SwitchyardError {
  const text = errorText(cause);
  const code = aadstsCode(text);
  const fromAuthority = /AADSTS\d+:[^\n]*?(?= Trace ID:|\n|$)/.exec(text)?.[0];
  const isTls = /self-signed|certificate|endpoints_resolution_error/i.test(text);
  return new SwitchyardError({
    code: 'AZURE_LOGIN_FAILED',
    seen: `${how} was refused: ${fromAuthority ?? text.split('\n')[0]}`,
    expected: 'a token from Entra',
    next:
      (code && nextSteps[code]) ??
      (isTls
        ? 'set NODE_EXTRA_CA_CERTS to the certificate of the authority'
        : 'check tenant-id, client-id and the federated credential'),
    cause,
  });
}
