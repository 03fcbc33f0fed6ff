import type { BlobLocation } from '../compute/blob-store.ts';
import { artifactFolder } from '../compute/locations.ts';
import { notFound, ServiceError } from '../errors.ts';
import type { Platform } from '../platform.ts';
import { ok, type Reply, type Route, type ServiceRequest, workspaceOf } from '../request.ts';

const mark = '/mlflow-artifacts/artifacts';
const base = `/mlflow/:api/subscriptions/:sub/resourcegroups/:rg/providers/microsoft.machinelearningservices/workspaces/:ws/api/2.0${mark}`;

/** The place of `{run}/{path}`. Errors: 404 when there is no such run. */
function place(request: ServiceRequest, platform: Platform, name: string): BlobLocation {
  const workspace = workspaceOf(request, platform);
  const [run = '', ...path] = name.split('/').filter((part) => part !== '');
  if (path.includes('..')) {
    throw new ServiceError(400, 'Invalid artifact path.');
  }
  if (!workspace.jobs.has(run)) {
    throw notFound(`Run ${run} was not found.`);
  }
  const folder = artifactFolder(workspace, run);
  return { container: folder.container, path: `${folder.path}${path.join('/')}` };
}

/** What stands behind `.../mlflow-artifacts/artifacts/` in the path. */
function nameOf(request: ServiceRequest): string {
  const start = request.path.toLowerCase().indexOf(mark) + mark.length + 1;
  return decodeURIComponent(request.path.slice(start));
}

async function upload(request: ServiceRequest, platform: Platform): Promise<Reply> {
  await platform.blobs.write(place(request, platform, nameOf(request)), Buffer.from(request.bytes));
  return ok({});
}

/** Files and folders directly below a path, by their own names. */
async function list(request: ServiceRequest, platform: Platform): Promise<Reply> {
  const location = place(request, platform, request.query.get('path') ?? '');
  const folder = location.path.endsWith('/') ? location.path : `${location.path}/`;
  const found = new Map<string, { path: string; is_dir: boolean; file_size?: number }>();
  for (const { path, size } of await platform.blobs.list(location)) {
    if (path.startsWith(folder)) {
      const [name = '', ...below] = path.slice(folder.length).split('/');
      found.set(name, below.length > 0 ? { path: name, is_dir: true } : { path: name, is_dir: false, file_size: size });
    }
  }
  return ok({ files: [...found.values()] });
}

async function download(request: ServiceRequest, platform: Platform): Promise<Reply> {
  const name = nameOf(request);
  if (name === '') {
    return list(request, platform);
  }
  const body = await platform.blobs.read(place(request, platform, name));
  if (body === undefined) {
    throw notFound(`The artifact ${name} was not found.`);
  }
  return { status: 200, body, headers: { 'content-type': 'application/octet-stream' } };
}

/** Artifacts sent through the server, for MLflow clients without the Azure ML plugin. */
export const mlflowArtifactRoutes: Route[] = [
  { method: 'PUT', path: `${base}/*`, plane: 'mlflow', raw: true, handle: upload },
  { method: 'GET', path: `${base}/*`, plane: 'mlflow', handle: download },
];
