import { type AssetKind, type AssetReader, VersionedAssets } from './assets.ts';
import { AzureMlError } from './azure-ml-error.ts';
import { digestOfFiles, type FileDigest } from './digest.ts';
import type { Resource } from './json.ts';
import { digestFiles, openRegistryModel } from './model-files.ts';
import { createModels, type ModelReader } from './models.ts';
import { registryScope } from './scope.ts';
import { readResource, type Session } from './session.ts';

/** An Azure ML registry. Versions in it are never changed or deleted, only tagged. */
export interface Registry {
  readonly resourceGroup: string;
  readonly name: string;
  /** ARM id. */
  readonly id: string;
  readonly models: ModelReader;
  readonly environments: AssetReader;
  /** @throws AzureMlError `REGISTRY_NOT_FOUND`. */
  read(): Promise<Resource>;
  /** The id a deployment names an asset by. */
  assetId(type: AssetKind, name: string, version: string): string;
  /** Text of one file of a model; undefined when there is none. */
  readModelFile(name: string, version: string, path: string): Promise<string | undefined>;
  modelFiles(name: string, version: string): Promise<FileDigest[]>;
  /** `sha256:<hex>`, equal to the digest of the same files in a workspace. */
  modelDigest(name: string, version: string): Promise<string>;
}

export function createRegistry(session: Session, resourceGroup: string, name: string): Registry {
  const scope = registryScope(session, resourceGroup, name);
  const modelFiles = async (model: string, version: string) => {
    const { blobs, uri } = await openRegistryModel(scope, model, version);
    return digestFiles(blobs, uri);
  };
  return {
    resourceGroup,
    name,
    id: scope.path,
    models: createModels(scope),
    environments: new VersionedAssets(scope, 'environments'),
    assetId: (type, asset, version) => `azureml://registries/${name}/${type}/${asset}/versions/${version}`,
    async read() {
      const resource = await readResource(session, { path: scope.path, what: `read ${scope.label}` });
      if (resource) return resource;
      throw new AzureMlError({
        code: 'REGISTRY_NOT_FOUND',
        seen: `there is no ${scope.label} in resource group "${resourceGroup}" of subscription ${session.subscriptionId}`,
        expected: 'an Azure ML registry',
        next: 'check the registry name and its resource group',
        status: 404,
      });
    },
    modelFiles,
    modelDigest: async (model, version) => digestOfFiles(await modelFiles(model, version)),
    async readModelFile(model, version, path) {
      const { blobs } = await openRegistryModel(scope, model, version);
      const content = await blobs.read(path);
      return content === undefined ? undefined : new TextDecoder().decode(content);
    },
  };
}
