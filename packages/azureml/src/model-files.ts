import { type BlobFolder, inParallel, openBlobFolder, splitBlobUrl } from './blob-container.ts';
import { type FileDigest, sha256 } from './digest.ts';
import { objectAt, textAt } from './json.ts';
import { modelUri } from './models.ts';
import type { Scope } from './scope.ts';
import { postForAnswer } from './session.ts';

/** Digest of every file, in parallel. A model that is one file has that file's own name. */
export async function digestFiles(blobs: BlobFolder, uri: string): Promise<FileDigest[]> {
  const ownName =
    uri
      .split('?')[0]
      ?.split('/')
      .findLast((part) => part !== '') ?? 'model';
  return inParallel(await blobs.list(), async ({ path }) => ({
    path: path === '' ? ownName : path,
    sha256: sha256((await blobs.read(path)) ?? new Uint8Array()),
  }));
}

/** Opens the files of a registry's model version: the registry gives a signature for reading them. */
export async function openRegistryModel(
  scope: Scope,
  name: string,
  version: string,
): Promise<{ blobs: BlobFolder; uri: string }> {
  const uri = await modelUri(scope, name, version);
  const what = `read the files of model "${name}" version ${version} in ${scope.label}`;
  const answer = await postForAnswer(scope.session, {
    path: `${scope.path}/datareferences/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`,
    what,
    body: { assetId: `azureml://registries/${scope.name}/models/${name}/versions/${version}`, blobUri: uri },
  });
  const reference = objectAt(answer, 'blobReferenceForConsumption');
  const signed = textAt(objectAt(reference, 'credential'), 'sasUri');
  const { containerUrl, prefix } = splitBlobUrl(textAt(reference, 'blobUri') ?? uri);
  if (!signed) {
    return {
      uri,
      blobs: openBlobFolder({
        containerUrl,
        prefix,
        access: { kind: 'token', credential: scope.session.credential },
        what,
      }),
    };
  }
  scope.session.onSecret(signed);
  const signature = new URL(signed).search;
  scope.session.onSecret(signature.slice(1));
  return { uri, blobs: openBlobFolder({ containerUrl, prefix, access: { kind: 'sas', signature }, what }) };
}
