import { tmpdir } from 'node:os';

/** The emulator's name in the metadata document, for clients that have addresses of their own for AzureCloud. */
export const cloudName = 'AzureEmulator';

/** The variables of this process that every child process gets. */
function inherited(): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of [
    'PATH',
    'HOME',
    'LANG',
    'LC_ALL',
    'TZ',
    'TMPDIR',
    'USER',
    'PYENV_ROOT',
    'PYENV_VERSION',
    'VIRTUAL_ENV',
  ]) {
    const value = process.env[name];
    if (value !== undefined) {
      kept[name] = value;
    }
  }
  return kept;
}

/** Environment of the blob store: its account and key are passed in a variable, never on the command line. */
export function azuriteEnvironment(account: string, key: string): Record<string, string> {
  return { ...inherited(), AZURITE_ACCOUNTS: `${account}:${key}` };
}

/** Variables that lead the official Python clients to the emulator: the cloud's addresses, and its name in them. */
export function cloudEnvironment(url: string): Record<string, string> {
  return {
    ARM_CLOUD_METADATA_URL: `${url}/metadata/endpoints?api-version=2022-09-01`,
    AZUREML_CURRENT_CLOUD: cloudName,
    REGISTRY_DISCOVERY_ENDPOINT_URL: `${url}/`,
  };
}

/** Variables that make Python, Node and curl trust the emulator's certificate authority. */
export function trustEnvironment(files: { caFile: string; bundleFile: string }): Record<string, string> {
  return {
    NODE_EXTRA_CA_CERTS: files.caFile,
    REQUESTS_CA_BUNDLE: files.bundleFile,
    SSL_CERT_FILE: files.bundleFile,
    CURL_CA_BUNDLE: files.bundleFile,
  };
}

/** Environment of user code: what the machine needs to run programs, plus what the caller adds. Nothing else of ours. */
export function userEnvironment(added: Record<string, string>): Record<string, string> {
  return { ...inherited(), PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1', ...added };
}

/** The folder for scratch data of this machine. */
export function scratchParent(): string {
  return tmpdir();
}
