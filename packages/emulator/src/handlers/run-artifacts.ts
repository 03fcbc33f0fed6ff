import type { BlobLocation } from '../compute/blob-store.ts';
import { artifactFolder } from '../compute/locations.ts';
import { notFound } from '../errors.ts';
import { isObject, textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import { ok, param, type Reply, type Route, type ServiceRequest, workspaceOf } from '../request.ts';

const base =
  '/history/v1.0/subscriptions/:sub/resourcegroups/:rg/providers/microsoft.machinelearningservices/workspaces/:ws/experiments/:experiment/runs/:run/artifacts';
const sasHours = 8;

/** The folder of the run that a request is about. */
function folderOf(request: ServiceRequest, platform: Platform): BlobLocation {
  const workspace = workspaceOf(request, platform);
  return artifactFolder(workspace, platform.state.job(workspace, param(request, 'run')).name);
}

/** One artifact as run history shows it, with an address that allows what `permissions` says. */
function render(request: ServiceRequest, platform: Platform, path: string, permissions = 'r') {
  const folder = folderOf(request, platform);
  const location = { container: folder.container, path: `${folder.path}${path}` };
  return {
    artifactId: `ExperimentRun/dcid.${param(request, 'run')}/${path}`,
    origin: 'ExperimentRun',
    container: `dcid.${param(request, 'run')}`,
    path,
    contentUri: `${platform.blobs.uri(location)}?${platform.blobs.signature(location, permissions, sasHours)}`,
  };
}

/** Artifacts of a run, all or below a path. */
async function list(request: ServiceRequest, platform: Platform): Promise<Reply> {
  const folder = folderOf(request, platform);
  const path = `${folder.path}${request.query.get('path') ?? request.query.get('prefix') ?? ''}`;
  const items = await platform.blobs.list({ container: folder.container, path });
  const value = items.map((item) => ({
    ...render(request, platform, item.path.slice(folder.path.length)),
    contentLength: item.size,
  }));
  return ok({ value, continuationToken: null });
}

/** Where to read one artifact. Errors: 404 when the run has no file of that path. */
async function contentInfo(request: ServiceRequest, platform: Platform): Promise<Reply> {
  const folder = folderOf(request, platform);
  const path = request.query.get('path') ?? '';
  const wanted = `${folder.path}${path}`;
  const items = await platform.blobs.list({ container: folder.container, path: wanted });
  if (!items.some((item) => item.path === wanted)) {
    throw notFound(`Artifact ${path} of run ${param(request, 'run')} was not found.`);
  }
  // The MLflow plugin downloads from addresses with the account in the host only.
  const { contentUri, ...artifact } = render(request, platform, path);
  const location = { container: folder.container, path: wanted };
  return ok({ ...artifact, contentUri: `${platform.blobs.hostUri(location)}?${contentUri.split('?')[1]}` });
}

/** Where to write artifacts that do not exist yet, by their paths. */
function createEmpty(request: ServiceRequest, platform: Platform): Reply {
  const sent = request.body.paths;
  const paths = (Array.isArray(sent) ? sent : []).filter(isObject).map((entry) => textMember(entry, 'path') ?? '');
  const information = paths.map((path) => [path, render(request, platform, path, 'rcw')] as const);
  return ok({
    artifacts: Object.fromEntries(information.map(([path, { contentUri: _uri, ...artifact }]) => [path, artifact])),
    artifactContentInformation: Object.fromEntries(information),
    errors: {},
  });
}

/** The files of runs: what the Azure ML plugin of MLflow and the portal read and write. */
export const runArtifactRoutes: Route[] = [
  { method: 'GET', path: base, plane: 'history', handle: list },
  { method: 'GET', path: `${base}/path`, plane: 'history', handle: list },
  { method: 'GET', path: `${base}/prefix/contentinfo`, plane: 'history', handle: list },
  { method: 'GET', path: `${base}/contentinfo`, plane: 'history', handle: contentInfo },
  { method: 'POST', path: `${base}/batch/metadata`, plane: 'history', handle: createEmpty },
];
