import { errorText, SwitchyardError } from '@switchyard/domain';
import { arrayAt, isJson, objectAt, textAt } from './json.ts';

/** Addresses and audiences of one Azure cloud; no trailing slashes. */
export interface Cloud {
  readonly name: string;
  readonly resourceManager: string;
  /** Audience of tokens for Resource Manager, run history and MLflow. */
  readonly managementAudience: string;
  /** Entra authority host. */
  readonly authority: string;
  /** Audience of tokens for scoring with Entra sign-in. */
  readonly mlAudience: string;
  readonly storageAudience: string;
  readonly storageSuffix: string;
  /** False: the authority is not one that Entra's instance discovery knows. */
  readonly isPublic: boolean;
}

export const publicCloud: Cloud = {
  name: 'AzureCloud',
  resourceManager: 'https://management.azure.com',
  managementAudience: 'https://management.azure.com',
  authority: 'https://login.microsoftonline.com',
  mlAudience: 'https://ml.azure.com',
  storageAudience: 'https://storage.azure.com',
  storageSuffix: 'core.windows.net',
  isPublic: true,
};

export type CloudErrorCode = 'CLOUD_METADATA_UNREACHABLE' | 'CLOUD_METADATA_INVALID' | 'CLOUD_AMBIGUOUS';

export interface CloudInput {
  /** `ARM_CLOUD_METADATA_URL`. */
  readonly metadataUrl?: string | undefined;
  /** Reads JSON from a URL; given by tests. */
  readonly fetchJson?: (url: string) => Promise<unknown>;
}

async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.json();
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

function invalid(url: string, seen: string): SwitchyardError {
  return new SwitchyardError({
    code: 'CLOUD_METADATA_INVALID',
    seen: `${url} ${seen}`,
    expected: 'the ARM metadata document, with name, resourceManager and authentication.loginEndpoint',
    next: 'unset ARM_CLOUD_METADATA_URL to use public Azure',
  });
}

function pickCloud(url: string, answer: unknown): unknown {
  const clouds = Array.isArray(answer) ? answer : [answer];
  const byName = clouds.find((cloud) => textAt(cloud, 'name') === publicCloud.name);
  if (byName !== undefined) return byName;
  if (clouds.length === 1) return clouds[0];
  if (clouds.length === 0) throw invalid(url, 'lists no cloud');
  throw new SwitchyardError({
    code: 'CLOUD_AMBIGUOUS',
    seen: `${url} lists ${clouds.map((cloud) => textAt(cloud, 'name') ?? '?').join(', ')}`,
    expected: `a list with ${publicCloud.name} in it, or one cloud`,
    next: 'point ARM_CLOUD_METADATA_URL at the Resource Manager of the one cloud you mean',
  });
}

/** The ML audience is not in the metadata: the official SDK makes it from the portal's domain, and so do we. */
function mlAudienceOf(cloud: unknown): string {
  const portal = textAt(cloud, 'portal');
  const domain = portal && /^https?:\/\/[^/]*?\.azure\.([a-z.]+)\/?$/i.exec(portal)?.[1];
  return domain ? `https://ml.azure.${domain}` : publicCloud.mlAudience;
}

function managementAudienceOf(cloud: unknown, resourceManager: string): string {
  const audiences = arrayAt(objectAt(cloud, 'authentication'), 'audiences')
    .filter((audience) => typeof audience === 'string')
    .map(withoutSlash);
  const known = audiences.find((audience) => audience === resourceManager);
  // The classic audience (management.core.*) stands first in the list but is not what the ML services accept.
  return known ?? audiences.find((audience) => !audience.includes('management.core.')) ?? resourceManager;
}

/**
 * Reads which cloud to talk to. No URL: public Azure, without any request.
 * @throws SwitchyardError `CLOUD_METADATA_UNREACHABLE`, `CLOUD_METADATA_INVALID`, `CLOUD_AMBIGUOUS`.
 */
export async function loadCloud({ metadataUrl, fetchJson: read = fetchJson }: CloudInput = {}): Promise<Cloud> {
  if (metadataUrl === undefined) return publicCloud;
  let answer: unknown;
  try {
    answer = await read(metadataUrl);
  } catch (cause) {
    throw new SwitchyardError({
      code: 'CLOUD_METADATA_UNREACHABLE',
      seen: `${metadataUrl} did not answer: ${errorText(cause)}`,
      expected: 'the ARM metadata endpoint that ARM_CLOUD_METADATA_URL names',
      next: 'start the emulator, or unset ARM_CLOUD_METADATA_URL to use public Azure; for a local certificate set NODE_EXTRA_CA_CERTS',
      cause,
    });
  }
  const cloud = pickCloud(metadataUrl, answer);
  const resourceManager = textAt(cloud, 'resourceManager');
  const authority = textAt(objectAt(cloud, 'authentication'), 'loginEndpoint');
  if (!isJson(cloud) || !resourceManager || !authority) throw invalid(metadataUrl, 'is not a cloud');
  const base = withoutSlash(resourceManager);
  return {
    name: textAt(cloud, 'name') ?? 'unnamed',
    resourceManager: base,
    managementAudience: managementAudienceOf(cloud, base),
    authority: withoutSlash(authority),
    mlAudience: mlAudienceOf(cloud),
    storageAudience: publicCloud.storageAudience,
    storageSuffix: textAt(objectAt(cloud, 'suffixes'), 'storage') ?? publicCloud.storageSuffix,
    isPublic: withoutSlash(authority) === publicCloud.authority,
  };
}
