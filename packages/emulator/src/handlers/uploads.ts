import { randomUUID } from 'node:crypto';
import { accountName } from '../compute/blob-store.ts';
import { ServiceError } from '../errors.ts';
import { textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import {
  frontEndRegistryPath,
  ok,
  param,
  type Reply,
  type Route,
  registryPath,
  type ServiceRequest,
  workspacePath,
} from '../request.ts';
import { findAsset } from '../state/asset-store.ts';
import { type AssetType, assetTypes } from '../state/records.ts';
import { filesOf, ownerOf } from './assets.ts';

const uploadHours = 2;

function accountId(platform: Platform, resourceGroup: string): string {
  return `/subscriptions/${platform.state.data.subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Storage/storageAccounts/${accountName}`;
}

/** Give a fresh container to upload into, with a signature that allows reading, writing and listing just there. */
function startPendingUpload(typeOf: (request: ServiceRequest) => AssetType) {
  return async (request: ServiceRequest, platform: Platform): Promise<Reply> => {
    const owner = ownerOf(request, platform);
    const type = typeOf(request);
    const [name, version] = [param(request, 'name'), param(request, 'version')];
    const exists = platform.state.assets(owner, type).get(name)?.versions.has(version) ?? false;
    if (exists && owner.kind === 'registry' && platform.switches.uploadForExistingVersion === 'conflict') {
      throw new ServiceError(409, `${name}:${version} already exists in registry ${owner.name}.`);
    }
    const pendingUploadId = textMember(request.body, 'pendingUploadId') ?? randomUUID();
    if (!/^[a-zA-Z0-9-]{1,50}$/.test(pendingUploadId)) {
      throw new ServiceError(400, 'pendingUploadId may have letters, digits and dashes only.');
    }
    const location = { container: `${pendingUploadId.toLowerCase()}-upload`, path: '' };
    await platform.blobs.ensureContainer(location.container);
    const blobUri = platform.blobs.uri(location);
    return ok({
      pendingUploadId,
      pendingUploadType: 'TemporaryBlobReference',
      blobReferenceForConsumption: {
        blobUri,
        storageAccountArmId: accountId(platform, owner.resourceGroup),
        credential: {
          credentialType: 'SAS',
          sasUri: `${blobUri}?${platform.blobs.signature(location, 'rcwl', uploadHours)}`,
        },
      },
    });
  };
}

/** The kind of asset that the body's `assetId` names: the front end has one route for all kinds. */
function typeInBody(request: ServiceRequest): AssetType {
  const assetId = textMember(request.body, 'assetId') ?? '';
  const word = /^azureml:\/\/registries\/[^/]+\/([^/]+)\//i.exec(assetId)?.[1]?.toLowerCase();
  const type = assetTypes.find((known) => known === word);
  if (type === undefined) {
    throw new ServiceError(400, `The assetId '${assetId}' is not the id of a registry asset.`);
  }
  return type;
}

/**
 * A signature for reading the blobs of a registry version. The front end gives the address of the whole container, as
 * azure-ai-ml opens it; ARM gives that of the version's blobs.
 */
function dataReference(request: ServiceRequest, platform: Platform): Reply {
  const owner = platform.state.registry(param(request, 'rg'), param(request, 'reg'));
  const assetId = textMember(request.body, 'assetId') ?? '';
  const { reference, version } = findAsset(platform.state, assetId);
  if (reference.scope !== owner) {
    throw new ServiceError(400, `The asset ${assetId} is not in registry ${owner.name}.`);
  }
  const location = filesOf(platform, owner, version);
  const signature = platform.blobs.signature({ container: location.container, path: '' }, 'rl', uploadHours);
  const blobUri = platform.blobs.uri(location);
  const isFrontEnd = request.path.toLowerCase().startsWith('/mferp/');
  const readable = isFrontEnd ? platform.blobs.uri({ container: location.container, path: '' }) : blobUri;
  return ok({
    blobReferenceForConsumption: {
      blobUri,
      storageAccountArmId: accountId(platform, owner.resourceGroup),
      credential: { credentialType: 'SAS', sasUri: `${readable}?${signature}` },
    },
  });
}

function uploadRoute(base: string, type: AssetType): Route {
  const path = `${base}/${type}/:name/versions/:version/startpendingupload`;
  return { method: 'POST', path, plane: 'arm', handle: startPendingUpload(() => type) };
}

export const uploadRoutes: Route[] = [
  uploadRoute(workspacePath, 'codes'),
  uploadRoute(registryPath, 'codes'),
  uploadRoute(registryPath, 'models'),
  uploadRoute(registryPath, 'data'),
  {
    method: 'POST',
    path: `${registryPath}/datareferences/:name/versions/:version`,
    plane: 'arm',
    handle: dataReference,
  },
  {
    method: 'PUT',
    path: `${frontEndRegistryPath}/tempdatarefs/:name/versions/:version`,
    plane: 'arm',
    handle: startPendingUpload(typeInBody),
  },
  {
    method: 'POST',
    path: `${frontEndRegistryPath}/datarefs/:name/versions/:version`,
    plane: 'arm',
    handle: dataReference,
  },
];
