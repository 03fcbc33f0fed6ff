import { type Assets, VersionedAssets } from './assets.ts';
import type { BlobFolder } from './blob-container.ts';
import { createDatastores } from './datastores.ts';
import { digestOfFiles, type FileDigest } from './digest.ts';
import type { SnapshotOptions } from './folder-snapshot.ts';
import { createJobOutputs, type JobOutputs } from './job-outputs.ts';
import { createJobs, type Jobs } from './jobs.ts';
import { type MetricsOptions, readMetrics } from './metrics.ts';
import { digestFiles } from './model-files.ts';
import { createModels, type Models, modelUri } from './models.ts';
import { createOnlineEndpoints, type OnlineEndpoints } from './online-endpoints.ts';
import { type Publication, type Published, publish } from './publish.ts';
import { type WorkspaceInfo, workspaceScope } from './scope.ts';
import type { Session } from './session.ts';
import { type UploadedCode, type UploadedData, uploadCode, uploadData } from './upload.ts';

/** An Azure ML workspace. */
export interface Workspace {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  /** ARM id. */
  readonly id: string;
  readonly jobs: Jobs;
  readonly outputs: JobOutputs;
  readonly models: Models;
  readonly environments: Assets;
  readonly data: Assets;
  readonly codes: Assets;
  readonly onlineEndpoints: OnlineEndpoints;
  /** Read once and kept. @throws AzureMlError `WORKSPACE_NOT_FOUND`. */
  read(): Promise<WorkspaceInfo>;
  /** Proves names, sign-in and rights before any work is done. @throws AzureMlError `WORKSPACE_NOT_FOUND`, `AZUREML_FORBIDDEN`, ... */
  checkReachable(): Promise<WorkspaceInfo>;
  metrics(job: string, options?: MetricsOptions): Promise<Record<string, number>>;
  uploadCode(path: string, options?: SnapshotOptions): Promise<UploadedCode>;
  uploadData(path: string): Promise<UploadedData>;
  publish(publication: Publication): Promise<Published>;
  modelFiles(name: string, version: string): Promise<FileDigest[]>;
  /** `sha256:<hex>`, equal to the digest of the same files in a registry. */
  modelDigest(name: string, version: string): Promise<string>;
}

export function createWorkspace(session: Session, resourceGroup: string, name: string): Workspace {
  const scope = workspaceScope(session, resourceGroup, name);
  const datastores = createDatastores(scope);
  const outputs = createJobOutputs(scope, datastores);
  const openModel = async (model: string, version: string): Promise<{ blobs: BlobFolder; uri: string }> => {
    const uri = await modelUri(scope, model, version);
    const [, job, output, path = ''] =
      /^azureml:\/\/jobs\/([^/]+)\/outputs\/([^/]+)(?:\/paths\/?(.*))?$/.exec(uri) ?? [];
    if (!job || !output) return { uri, blobs: await datastores.openUri(uri) };
    const root = (await outputs.location(job, output)).replace(/\/$/, '');
    return { uri, blobs: await datastores.openUri(path === '' ? root : `${root}/${path}`) };
  };
  const modelFiles = async (model: string, version: string) => {
    const { blobs, uri } = await openModel(model, version);
    return digestFiles(blobs, uri);
  };
  return {
    subscriptionId: session.subscriptionId,
    resourceGroup,
    name,
    id: scope.path,
    jobs: createJobs(scope),
    outputs,
    models: createModels(scope),
    environments: new VersionedAssets(scope, 'environments'),
    data: new VersionedAssets(scope, 'data'),
    codes: new VersionedAssets(scope, 'codes'),
    onlineEndpoints: createOnlineEndpoints(scope),
    read: () => scope.info(),
    checkReachable: () => scope.info(),
    metrics: (job, options) => readMetrics(scope, job, options),
    uploadCode: (path, options) => uploadCode({ scope, datastores }, path, options),
    uploadData: (path) => uploadData({ scope, datastores }, path),
    publish: (publication) => publish(scope, publication),
    modelFiles,
    modelDigest: async (model, version) => digestOfFiles(await modelFiles(model, version)),
  };
}
