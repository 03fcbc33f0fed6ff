import { createJob, ensureExperiment, hasEnded, type JobStart } from '../compute/job-record.ts';
import { ServiceError } from '../errors.ts';
import { canonicalJson, isObject, type JsonObject, objectMember, stringMap } from '../fields.ts';
import type { Platform } from '../platform.ts';
import { ok, param, type Reply, type Route, type ServiceRequest, workspaceOf, workspacePath } from '../request.ts';
import type { Job, Workspace } from '../state/records.ts';
import { systemData } from '../state/state.ts';
import { readJob } from './job-checks.ts';
import { page, tagged, visible } from './paging.ts';

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}$/;
const changeable = ['description', 'tags', 'displayName', 'properties', 'isArchived'];
const answered = ['status', 'services', 'parameters'];

export { hasEnded };

/** The ARM body of a job. It has no error: the cause of a failure is in run history. */
export function renderJob(platform: Platform, workspace: Workspace, job: Job): object {
  const id = platform.state.id(workspace);
  const { properties } = job;
  const service = (jobServiceType: string, endpoint: string) => ({
    jobServiceType,
    endpoint,
    status: null,
    port: null,
  });
  return {
    id: `${id}/jobs/${job.name}`,
    name: job.name,
    type: 'Microsoft.MachineLearningServices/workspaces/jobs',
    systemData: systemData(job),
    properties: {
      description: null,
      displayName: job.name,
      experimentName: 'Default',
      isArchived: false,
      componentId: null,
      ...properties,
      tags: stringMap(properties.tags),
      properties: stringMap(properties.properties),
      status: job.status,
      services: {
        Tracking: service('Tracking', `azureml://${new URL(platform.url).host}/mlflow/v1.0${id}`),
        Studio: service('Studio', `${platform.url}/#job-${job.name}`),
      },
    },
  };
}

/** The id of an experiment, which is made when its name is first used. */
export function experimentId(platform: Platform, workspace: Workspace, name: string): string {
  return ensureExperiment(platform.state, workspace, name);
}

/** A job record before its first step. */
export function newJob(platform: Platform, workspace: Workspace, start: JobStart): Job {
  return createJob(platform, workspace, start);
}

/** Content of a job that a later PUT must repeat; defaults the service fills in count as absent. */
function fixedContent(properties: JsonObject): Record<string, string> {
  const fixed: Record<string, string> = {};
  const defaults: JsonObject = {
    experimentName: 'Default',
    resources: { instanceCount: 1, shmSize: '2g' },
    identity: { identityType: 'AMLToken' },
  };
  for (const [key, value] of Object.entries(properties)) {
    const plain = canonicalJson(value);
    const empty = value === null || plain === '{}' || plain === '[]' || plain === canonicalJson(defaults[key]);
    if (!changeable.includes(key) && !answered.includes(key) && !empty) {
      fixed[key] = plain;
    }
  }
  return fixed;
}

function updateJob(request: ServiceRequest, platform: Platform, job: Job): void {
  const sent = objectMember(request.body, 'properties');
  const [before, after] = [fixedContent(job.properties), fixedContent(sent)];
  const differing = [...new Set([...Object.keys(before), ...Object.keys(after)])].find(
    (key) => before[key] !== after[key],
  );
  if (differing !== undefined) {
    throw new ServiceError(
      platform.switches.immutableStatus,
      'A job with this name already exists. If you are trying to create a new job, use a different name. ' +
        `If you are trying to update an existing job, the existing job's ${differing} cannot be changed. ` +
        'Only description, tags, displayName, properties, and isArchived can be updated.',
      { inner: 'JobPropertyImmutable' },
    );
  }
  for (const field of changeable) {
    if (sent[field] !== undefined) {
      job.properties[field] = sent[field];
    }
  }
  job.modifiedAt = platform.clock.now().toISOString();
  platform.state.changed();
}

function putJob(request: ServiceRequest, platform: Platform): Reply {
  const workspace = workspaceOf(request, platform);
  const name = param(request, 'name');
  const existing = workspace.jobs.get(name);
  if (existing !== undefined) {
    updateJob(request, platform, existing);
    return ok(renderJob(platform, workspace, existing));
  }
  if (!namePattern.test(name)) {
    throw new ServiceError(400, `The job name ${name} is invalid: it must match ${namePattern.source}.`);
  }
  const sent = request.body.properties;
  if (!isObject(sent)) {
    throw new ServiceError(400, 'Request is invalid and/or missing fields. properties is required.');
  }
  const work = readJob(platform, workspace, sent);
  const job = newJob(platform, workspace, { name, properties: { ...sent }, identity: request.identity });
  try {
    void platform.jobs.submit(workspace, job, work(job));
  } catch (error) {
    workspace.jobs.delete(name);
    throw error;
  }
  return { status: 201, body: renderJob(platform, workspace, job) };
}

function listJobs(request: ServiceRequest, platform: Platform): Reply {
  const workspace = workspaceOf(request, platform);
  const all = [...workspace.jobs.values()].filter((job) => !job.runOnly && job.parent === undefined).reverse();
  const type = request.query.get('jobType');
  let found = visible(request, all, ({ properties }) => properties.isArchived === true);
  found = found.filter(({ properties }) => type === null || properties.jobType === type);
  found = tagged(request.query.get('tag'), found, ({ properties }) => stringMap(properties.tags));
  found = tagged(request.query.get('properties'), found, ({ properties }) => stringMap(properties.properties));
  return page(request, platform, { all: found, render: (job) => renderJob(platform, workspace, job) });
}

function cancelJob(request: ServiceRequest, platform: Platform): Reply {
  const job = platform.state.job(workspaceOf(request, platform), param(request, 'name'));
  if (hasEnded(job)) {
    if (platform.switches.cancelFinishedJob === 'refuse') {
      throw new ServiceError(
        400,
        `The job ${job.name} is in the terminal status ${job.status} and cannot be cancelled.`,
      );
    }
    return { status: 200 };
  }
  platform.jobs.cancel(job);
  const { resultUrl } = platform.operations.begin({
    prefix: 'cancel',
    location: workspaceOf(request, platform).location,
    apiVersion: request.query.get('api-version') ?? '',
    commit: () => undefined,
  });
  return platform.operations.accepted(resultUrl);
}

function deleteJob(request: ServiceRequest, platform: Platform): Reply {
  const workspace = workspaceOf(request, platform);
  const job = workspace.jobs.get(param(request, 'name'));
  if (job === undefined) {
    return { status: 204 };
  }
  platform.jobs.cancel(job);
  const below = [...workspace.jobs.values()].filter(({ parent, root }) => parent === job.name || root === job.name);
  for (const { name } of [job, ...below]) {
    workspace.jobs.delete(name);
  }
  platform.state.changed();
  return { status: 200 };
}

const base = `${workspacePath}/jobs`;

export const jobRoutes: Route[] = [
  { method: 'GET', path: base, plane: 'arm', handle: listJobs },
  { method: 'PUT', path: `${base}/:name`, plane: 'arm', handle: putJob },
  { method: 'DELETE', path: `${base}/:name`, plane: 'arm', handle: deleteJob },
  { method: 'POST', path: `${base}/:name/cancel`, plane: 'arm', handle: cancelJob },
  {
    method: 'GET',
    path: `${base}/:name`,
    plane: 'arm',
    handle: (request, platform) => {
      const workspace = workspaceOf(request, platform);
      return ok(renderJob(platform, workspace, platform.state.job(workspace, param(request, 'name'))));
    },
  },
];
