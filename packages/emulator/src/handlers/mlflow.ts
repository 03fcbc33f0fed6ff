import { randomUUID } from 'node:crypto';
import { artifactFolder, longUri } from '../compute/locations.ts';
import { notFound, ServiceError } from '../errors.ts';
import { isObject, member, numberMember, stringMap, textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import { ok, param, type Reply, type Route, type ServiceRequest, workspaceOf } from '../request.ts';
import type { Job, JobStatus, Workspace } from '../state/records.ts';
import { experimentId, newJob } from './jobs.ts';
import { lastValues, searchJobs } from './mlflow-search.ts';

const base =
  '/mlflow/:api/subscriptions/:sub/resourcegroups/:rg/providers/microsoft.machinelearningservices/workspaces/:ws/api/2.0/mlflow';

const statusWords: Partial<Record<JobStatus, string>> = {
  Completed: 'FINISHED',
  Failed: 'FAILED',
  Canceled: 'KILLED',
  NotResponding: 'FAILED',
  Running: 'RUNNING',
  Finalizing: 'RUNNING',
  CancelRequested: 'RUNNING',
};
const runStatuses: Record<string, JobStatus> = {
  FINISHED: 'Completed',
  FAILED: 'Failed',
  KILLED: 'Canceled',
  RUNNING: 'Running',
};

/** A parameter of a call: in the query of a GET, in the body of a POST. */
function value(request: ServiceRequest, name: string): string | undefined {
  return request.query.get(name) ?? textMember(request.body, name);
}

function required(request: ServiceRequest, name: string): string {
  const found = value(request, name);
  if (found === undefined || found === '') {
    throw new ServiceError(400, `Missing value for required parameter '${name}'.`);
  }
  return found;
}

function runOf(request: ServiceRequest, platform: Platform): [Workspace, Job] {
  const workspace = workspaceOf(request, platform);
  const id = value(request, 'run_id') ?? value(request, 'run_uuid') ?? '';
  const job = workspace.jobs.get(id);
  if (job === undefined) {
    throw notFound(`Run ${id} was not found.`);
  }
  return [workspace, job];
}

function pairs(map: Record<string, string>): object[] {
  return Object.entries(map).map(([key, text]) => ({ key, value: text }));
}

/**
 * Where a client keeps the artifacts of a run. The Azure ML plugin of MLflow talks to v2.0 and reads its own scheme;
 * MLflow without the plugin talks to the address of MLFLOW_TRACKING_URI (v1.0) and sends files through the server.
 */
function artifactUri(request: ServiceRequest, platform: Platform, job: Job): string {
  if (param(request, 'api') === 'v1.0') {
    return `mlflow-artifacts:/${job.name}`;
  }
  const experiment = encodeURIComponent(textMember(job.properties, 'experimentName') ?? 'Default');
  const id = platform.state.id(workspaceOf(request, platform));
  return `azureml://${new URL(platform.url).host}/mlflow/v2.0${id}/experiments/${experiment}/runs/${job.name}/artifacts`;
}

function renderRun(request: ServiceRequest, platform: Platform, workspace: Workspace, job: Job) {
  const time = (text: string | null) => (text === null ? undefined : new Date(text).getTime());
  const name = textMember(job.properties, 'displayName') ?? job.name;
  return {
    info: {
      run_id: job.name,
      run_uuid: job.name,
      run_name: name,
      experiment_id: experimentId(platform, workspace, textMember(job.properties, 'experimentName') ?? 'Default'),
      user_id: job.createdBy,
      status: statusWords[job.status] ?? 'SCHEDULED',
      start_time: time(job.startTime ?? job.createdAt),
      end_time: time(job.endTime),
      artifact_uri: artifactUri(request, platform, job),
      lifecycle_stage: 'active',
    },
    data: {
      metrics: lastValues(job.metrics),
      params: pairs(job.params),
      tags: pairs({ 'mlflow.runName': name, ...stringMap(job.properties.tags), ...job.runTags }),
    },
  };
}

function getRun(request: ServiceRequest, platform: Platform): Reply {
  return ok({ run: renderRun(request, platform, ...runOf(request, platform)) });
}

function createRun(request: ServiceRequest, platform: Platform): Reply {
  const workspace = workspaceOf(request, platform);
  const id = value(request, 'experiment_id');
  const experiment = [...workspace.experiments].find(([, known]) => known === id)?.[0] ?? 'Default';
  const displayName = value(request, 'run_name');
  const properties = { jobType: 'Base', experimentName: experiment, ...(displayName ? { displayName } : {}) };
  const job = newJob(platform, workspace, { name: randomUUID(), properties, identity: request.identity });
  job.runOnly = true;
  job.status = 'Running';
  job.startTime = platform.clock.now().toISOString();
  addTags(job, member(request.body, 'tags'));
  return ok({ run: renderRun(request, platform, workspace, job) });
}

function updateRun(request: ServiceRequest, platform: Platform): Reply {
  const [workspace, job] = runOf(request, platform);
  const status = runStatuses[value(request, 'status') ?? ''];
  // The status of a job belongs to the service; only runs without a job take it from the client.
  if (job.runOnly && status !== undefined) {
    job.status = status;
    job.endTime = status === 'Running' ? null : platform.clock.now().toISOString();
  }
  const name = value(request, 'run_name');
  if (name !== undefined) {
    job.properties.displayName = name;
  }
  platform.state.changed();
  return ok({ run_info: renderRun(request, platform, workspace, job).info });
}

function addMetric(platform: Platform, job: Job, point: unknown): void {
  const key = textMember(point, 'key');
  const number = numberMember(point, 'value');
  if (key === undefined || number === undefined) {
    throw new ServiceError(400, "Missing value for required parameter 'key' or 'value'.");
  }
  const timestamp = numberMember(point, 'timestamp') ?? platform.clock.now().getTime();
  job.metrics.push({ key, value: number, timestamp, step: numberMember(point, 'step') ?? 0 });
}

function addParam(job: Job, entry: unknown): void {
  const key = textMember(entry, 'key') ?? '';
  const text = String(member(entry, 'value') ?? '');
  const before = job.params[key];
  if (before !== undefined && before !== text) {
    throw new ServiceError(
      400,
      `Changing param values is not allowed. Param with key='${key}' was already logged with value='${before}'.`,
    );
  }
  job.params[key] = text;
}

function addTags(job: Job, tags: unknown): void {
  for (const tag of Array.isArray(tags) ? tags : []) {
    job.runTags[textMember(tag, 'key') ?? ''] = String(member(tag, 'value') ?? '');
  }
}

function deleteTag(request: ServiceRequest, platform: Platform): Reply {
  const [, job] = runOf(request, platform);
  delete job.runTags[required(request, 'key')];
  platform.state.changed();
  return ok({});
}

/** log-metric, log-parameter, set-tag and log-batch in one: each takes what the body has. */
function log(kind: 'metric' | 'param' | 'tag' | 'batch') {
  return (request: ServiceRequest, platform: Platform): Reply => {
    const [, job] = runOf(request, platform);
    const list = (name: string): unknown[] => {
      const found = member(request.body, name);
      return Array.isArray(found) ? found : [];
    };
    const metrics = kind === 'metric' ? [request.body] : kind === 'batch' ? list('metrics') : [];
    const params = kind === 'param' ? [request.body] : kind === 'batch' ? list('params') : [];
    for (const point of metrics) {
      addMetric(platform, job, point);
    }
    for (const entry of params) {
      addParam(job, entry);
    }
    addTags(job, kind === 'tag' ? [request.body] : kind === 'batch' ? list('tags') : []);
    platform.state.changed();
    return ok({});
  };
}

function metricHistory(request: ServiceRequest, platform: Platform): Reply {
  const [, job] = runOf(request, platform);
  const key = required(request, 'metric_key');
  return ok({ metrics: job.metrics.filter((point) => point.key === key) });
}

function renderExperiment(name: string, id: string) {
  return { experiment: { experiment_id: id, name, artifact_location: '', lifecycle_stage: 'active', tags: [] } };
}

function experimentByName(request: ServiceRequest, platform: Platform): Reply {
  const name = required(request, 'experiment_name');
  const id = workspaceOf(request, platform).experiments.get(name);
  if (id === undefined) {
    throw notFound(`Could not find experiment with name '${name}'.`);
  }
  return ok(renderExperiment(name, id));
}

function experiment(request: ServiceRequest, platform: Platform): Reply {
  const id = required(request, 'experiment_id');
  const found = [...workspaceOf(request, platform).experiments].find(([, known]) => known === id);
  if (found === undefined) {
    throw notFound(`Could not find experiment with id '${id}'.`);
  }
  return ok(renderExperiment(found[0], id));
}

function createExperiment(request: ServiceRequest, platform: Platform): Reply {
  const name = required(request, 'name');
  const workspace = workspaceOf(request, platform);
  if (workspace.experiments.has(name)) {
    throw new ServiceError(400, `Experiment '${name}' already exists.`);
  }
  return ok({ experiment_id: experimentId(platform, workspace, name) });
}

function searchExperiments(request: ServiceRequest, platform: Platform): Reply {
  const experiments = [...workspaceOf(request, platform).experiments];
  return ok({ experiments: experiments.map(([name, id]) => renderExperiment(name, id).experiment) });
}

function searchRuns(request: ServiceRequest, platform: Platform): Reply {
  const workspace = workspaceOf(request, platform);
  const { jobs, nextToken } = searchJobs(workspace, request.body);
  const runs = jobs.map((job) => renderRun(request, platform, workspace, job));
  return ok({ runs, ...(nextToken === undefined ? {} : { next_page_token: nextToken }) });
}

async function listArtifacts(request: ServiceRequest, platform: Platform): Promise<Reply> {
  const [workspace, job] = runOf(request, platform);
  const folder = artifactFolder(workspace, job.name);
  const path = value(request, 'path') ?? '';
  const items = await platform.blobs.list({ container: folder.container, path: `${folder.path}${path}` });
  const files = items.map((item) => ({
    path: item.path.slice(folder.path.length),
    is_dir: false,
    file_size: item.size,
  }));
  return ok({ root_uri: longUri(platform.state, workspace, folder), files: files.filter(isObject) });
}

function route(method: 'GET' | 'POST', path: string, handle: Route['handle']): Route {
  return { method, path: `${base}/${path}`, plane: 'mlflow', handle };
}

export const mlflowRoutes: Route[] = [
  route('GET', 'runs/get', getRun),
  route('POST', 'runs/create', createRun),
  route('POST', 'runs/update', updateRun),
  route('POST', 'runs/search', searchRuns),
  route('POST', 'runs/delete-tag', deleteTag),
  route('POST', 'runs/log-metric', log('metric')),
  route('POST', 'runs/log-parameter', log('param')),
  route('POST', 'runs/set-tag', log('tag')),
  route('POST', 'runs/log-batch', log('batch')),
  route('GET', 'metrics/get-history', metricHistory),
  route('GET', 'experiments/get-by-name', experimentByName),
  route('GET', 'experiments/get', experiment),
  route('POST', 'experiments/create', createExperiment),
  route('POST', 'experiments/search', searchExperiments),
  route('GET', 'artifacts/list', listArtifacts),
  // MLflow 3 looks here for models whenever it lists artifacts; the emulator keeps none.
  route('POST', 'logged-models/search', () => ok({ models: [] })),
];
