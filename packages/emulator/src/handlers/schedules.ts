import { notFound, ServiceError } from '../errors.ts';
import { type JsonObject, objectMember, stringMap, textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import {
  apiVersion,
  ok,
  param,
  type Reply,
  type Route,
  type ServiceRequest,
  workspaceOf,
  workspacePath,
} from '../request.ts';
import type { Schedule, Workspace } from '../state/records.ts';
import { stamp, systemData } from '../state/state.ts';
import { page } from './paging.ts';

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}$/;
const triggers = ['cron', 'recurrence'];
const actions = ['createjob', 'invokebatchendpoint', 'createmonitor', 'importdata'];

function schedulesOf(workspace: Workspace): Map<string, Schedule> {
  workspace.schedules ??= new Map();
  return workspace.schedules;
}

function render(platform: Platform, workspace: Workspace, schedule: Schedule): object {
  return {
    id: `${platform.state.id(workspace)}/schedules/${schedule.name}`,
    name: schedule.name,
    type: 'Microsoft.MachineLearningServices/workspaces/schedules',
    systemData: systemData(schedule),
    properties: { ...schedule.properties, provisioningState: schedule.provisioningState },
  };
}

function find(request: ServiceRequest, platform: Platform): [Workspace, Schedule] {
  const workspace = workspaceOf(request, platform);
  const schedule = schedulesOf(workspace).get(param(request, 'name'));
  if (schedule === undefined) {
    throw notFound(`Schedule ${param(request, 'name')} not found in workspace ${workspace.name}`);
  }
  return [workspace, schedule];
}

function check(name: string, sent: JsonObject): void {
  if (!namePattern.test(name)) {
    throw new ServiceError(400, `The schedule name ${name} is invalid: it must match ${namePattern.source}.`);
  }
  const trigger = objectMember(sent, 'trigger');
  const kind = textMember(trigger, 'triggerType')?.toLowerCase() ?? '';
  if (!triggers.includes(kind)) {
    throw new ServiceError(
      400,
      'Request is invalid and/or missing fields. trigger.triggerType must be Cron or Recurrence.',
    );
  }
  const expression = textMember(trigger, 'expression') ?? '';
  if (kind === 'cron' && expression.trim().split(/\s+/).length !== 5) {
    throw new ServiceError(400, `The cron expression '${expression}' does not have five parts.`);
  }
  if (kind === 'recurrence' && textMember(trigger, 'frequency') === undefined) {
    throw new ServiceError(400, 'Request is invalid and/or missing fields. trigger.frequency is required.');
  }
  const action = textMember(objectMember(sent, 'action'), 'actionType') ?? '';
  if (!actions.includes(action.toLowerCase())) {
    throw new ServiceError(400, 'Request is invalid and/or missing fields. action.actionType is required.');
  }
}

/** Create or replace. The emulator keeps schedules; it does not start what they plan. */
function put(request: ServiceRequest, platform: Platform): Reply {
  const workspace = workspaceOf(request, platform);
  const name = param(request, 'name');
  const sent = objectMember(request.body, 'properties');
  check(name, sent);
  const existing = schedulesOf(workspace).get(name);
  const { provisioningState: _state, ...rest } = sent;
  const now = platform.clock.now();
  const schedule: Schedule = {
    ...(existing ?? stamp(now, request.identity)),
    modifiedAt: now.toISOString(),
    name,
    properties: {
      displayName: name,
      description: null,
      isEnabled: true,
      ...rest,
      tags: stringMap(rest.tags),
      properties: stringMap(rest.properties),
    },
    provisioningState: existing ? 'Updating' : 'Creating',
  };
  schedulesOf(workspace).set(name, schedule);
  const { statusUrl } = platform.operations.begin({
    prefix: 'sc',
    location: workspace.location,
    apiVersion: apiVersion(request),
    commit: () => {
      schedule.provisioningState = 'Succeeded';
    },
    fail: () => {
      schedule.provisioningState = 'Failed';
    },
  });
  platform.state.changed();
  return platform.operations.created(statusUrl, existing ? 200 : 201, render(platform, workspace, schedule));
}

function remove(request: ServiceRequest, platform: Platform): Reply {
  const workspace = workspaceOf(request, platform);
  const schedule = schedulesOf(workspace).get(param(request, 'name'));
  if (schedule === undefined) {
    return { status: 204 };
  }
  schedule.provisioningState = 'Deleting';
  const { resultUrl } = platform.operations.begin({
    prefix: 'sc',
    location: workspace.location,
    apiVersion: apiVersion(request),
    commit: () => void schedulesOf(workspace).delete(schedule.name),
  });
  return platform.operations.accepted(resultUrl);
}

function list(request: ServiceRequest, platform: Platform): Reply {
  const workspace = workspaceOf(request, platform);
  const view = (request.query.get('listViewType') ?? 'EnabledOnly').toLowerCase();
  const all = [...schedulesOf(workspace).values()].filter(
    ({ properties }) => view === 'all' || (properties.isEnabled === false) === (view === 'disabledonly'),
  );
  return page(request, platform, { all, render: (schedule) => render(platform, workspace, schedule) });
}

const base = `${workspacePath}/schedules`;

export const scheduleRoutes: Route[] = [
  { method: 'GET', path: base, plane: 'arm', handle: list },
  { method: 'PUT', path: `${base}/:name`, plane: 'arm', handle: put },
  { method: 'DELETE', path: `${base}/:name`, plane: 'arm', handle: remove },
  {
    method: 'GET',
    path: `${base}/:name`,
    plane: 'arm',
    handle: (request, platform) => ok(render(platform, ...find(request, platform))),
  },
];
