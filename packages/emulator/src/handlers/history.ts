import { childrenOf } from '../compute/job-record.ts';
import { artifactFolder } from '../compute/locations.ts';
import { isObject, type JsonObject, objectMember, stringMap, textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import { ok, param, type Reply, type Route, type ServiceRequest, workspaceOf } from '../request.ts';
import { findAsset } from '../state/asset-store.ts';
import type { Job, Workspace } from '../state/records.ts';
import { experimentId } from './jobs.ts';

const tail = '/subscriptions/:sub/resourcegroups/:rg/providers/microsoft.machinelearningservices/workspaces/:ws';
const history = `/history/v1.0${tail}`;
const sasHours = 8;

function errorOf(job: Job): object | null {
  if (job.error === null) {
    return null;
  }
  const { code, message } = job.error;
  return { error: { code, message, messageParameters: {}, details: [] }, correlation: {}, time: job.endTime };
}

function experimentName(job: Job): string {
  return textMember(job.properties, 'experimentName') ?? 'Default';
}

/** Run history has words of its own for models; azure-ai-ml goes by them when it downloads named outputs. */
const outputWords: Record<string, string> = {
  custom_model: 'CustomModel',
  mlflow_model: 'MLFlowModel',
  triton_model: 'TritonModel',
};

/** What a run is: clients read the kind of a job from this word. */
function runType(job: Job): string {
  const words: Record<string, string> = { Pipeline: 'azureml.PipelineRun', Sweep: 'hyperdrive' };
  const step = stringMap(job.properties.properties)['azureml.runsource'] === 'azureml.StepRun';
  return words[String(job.properties.jobType)] ?? (step ? 'azureml.StepRun' : 'azureml.scriptrun');
}

/** A run as run history shows it. */
function renderRun(platform: Platform, workspace: Workspace, job: Job): object {
  return {
    runId: job.name,
    rootRunId: job.root ?? job.name,
    parentRunId: job.parent ?? null,
    experimentId: experimentId(platform, workspace, experimentName(job)),
    experimentName: experimentName(job),
    status: job.status,
    createdUtc: job.createdAt,
    startTimeUtc: job.startTime,
    endTimeUtc: job.endTime,
    displayName: textMember(job.properties, 'displayName') ?? job.name,
    description: textMember(job.properties, 'description') ?? null,
    runType: runType(job),
    tags: stringMap(job.properties.tags),
    properties: stringMap(job.properties.properties),
    inputs: {},
    outputs: Object.fromEntries(
      Object.entries(job.outputs).map(([name, { assetId, type }]) => [
        name,
        { assetId, type: outputWords[type] ?? type },
      ]),
    ),
    error: errorOf(job),
    warnings: null,
  };
}

function find(request: ServiceRequest, platform: Platform, id = param(request, 'run')): [Workspace, Job] {
  const workspace = workspaceOf(request, platform);
  return [workspace, platform.state.job(workspace, id)];
}

/** Status, error, log files (with signatures) and outputs of a run: what `az ml job stream` reads. */
function details(request: ServiceRequest, platform: Platform): Reply {
  const [workspace, job] = find(request, platform);
  const folder = artifactFolder(workspace, job.name);
  const logFiles: Record<string, string> = {};
  const early = ['NotStarted', 'Starting', 'Preparing', 'Provisioning', 'Queued'].includes(job.status);
  for (const path of early ? [] : job.logs) {
    const location = { container: folder.container, path: `${folder.path}${path}` };
    logFiles[path] = `${platform.blobs.uri(location)}?${platform.blobs.signature(location, 'r', sasHours)}`;
  }
  return ok({ ...renderRun(platform, workspace, job), target: null, logFiles, warnings: [] });
}

function runData(request: ServiceRequest, platform: Platform): Reply {
  const [workspace, job] = find(request, platform, textMember(request.body, 'runId') ?? '');
  return ok({ runMetadata: renderRun(platform, workspace, job), runDefinition: null, jobSpecification: null });
}

/** PATCH merges: tags, properties, description and displayName. */
function patchRun(request: ServiceRequest, platform: Platform): Reply {
  const [workspace, job] = find(request, platform);
  const { body } = request;
  for (const field of ['tags', 'properties']) {
    if (isObject(body[field])) {
      job.properties[field] = { ...stringMap(job.properties[field]), ...stringMap(body[field]) };
    }
  }
  for (const field of ['description', 'displayName']) {
    if (typeof body[field] === 'string') {
      job.properties[field] = body[field];
    }
  }
  platform.state.changed();
  return ok(renderRun(platform, workspace, job));
}

/** The runs that a pipeline, a sweep or a batch job has started. Command jobs have none. */
function children(request: ServiceRequest, platform: Platform): Reply {
  const [workspace, job] = find(request, platform);
  return ok({ value: childrenOf(workspace, job).map((child) => renderRun(platform, workspace, child)) });
}

/** Turn asset ids into storage uris; ids that name nothing are left out. */
function resolvedUris(render: (properties: JsonObject) => JsonObject) {
  return (request: ServiceRequest, platform: Platform): Reply => {
    const values: Record<string, JsonObject> = {};
    for (const id of Array.isArray(request.body.values) ? request.body.values.map(String) : []) {
      try {
        values[id] = render(findAsset(platform.state, id).version.properties);
      } catch {
        // The service leaves unknown ids out of the answer.
      }
    }
    return ok({ values });
  };
}

const typeWords: Record<string, string> = { uri_folder: 'UriFolder', uri_file: 'UriFile', mltable: 'MLTable' };

function dataUris(properties: JsonObject): JsonObject {
  return { uri: properties.dataUri, type: typeWords[String(properties.dataType)] ?? properties.dataType };
}

/** Native metrics service: names, then all values of one. */
function metricNames(request: ServiceRequest, platform: Platform): Reply {
  const [, job] = find(request, platform);
  const names = [...new Set(job.metrics.map(({ key }) => key))];
  const value = names.map((name) => ({
    metricKey: { namespace: '', name, labels: {}, columnNames: [name] },
    columns: { [name]: 'Double' },
  }));
  return ok({ value, continuationToken: null });
}

function metricValues(request: ServiceRequest, platform: Platform): Reply {
  const [, job] = find(request, platform);
  const name = textMember(request.body, 'metricName') ?? '';
  const points = job.metrics.filter(({ key }) => key === name);
  const value = points.map(({ value: number, timestamp, step }, index) => ({
    metricId: `${job.name}-${name}-${index}`,
    createdUtc: new Date(timestamp).toISOString(),
    step,
    data: { [name]: number },
  }));
  return ok({ name, columns: { [name]: 'Double' }, value });
}

export const historyRoutes: Route[] = [
  { method: 'GET', path: `${history}/runs/:run/details`, plane: 'history', handle: details },
  { method: 'GET', path: `${history}/runs/:run/children`, plane: 'history', handle: children },
  {
    method: 'GET',
    path: `${history}/runs/:run`,
    plane: 'history',
    handle: (request, platform) => ok(renderRun(platform, ...find(request, platform))),
  },
  { method: 'PATCH', path: `${history}/runs/:run`, plane: 'history', handle: patchRun },
  { method: 'POST', path: `${history}/rundata`, plane: 'history', handle: runData },
  { method: 'POST', path: `/metric/v2.0${tail}/runs/:run/list`, plane: 'history', handle: metricNames },
  { method: 'POST', path: `/metric/v2.0${tail}/runs/:run/full`, plane: 'history', handle: metricValues },
  {
    method: 'POST',
    path: `/data/v1.0${tail}/dataversion/batchgetresolveduris`,
    plane: 'history',
    handle: resolvedUris(dataUris),
  },
  {
    method: 'POST',
    path: `/modelregistry/v1.0${tail}/models/batchgetresolveduris`,
    plane: 'history',
    handle: resolvedUris((properties) => ({
      path: properties.modelUri,
      type: objectMember({ properties }, 'properties').modelType,
    })),
  },
];
