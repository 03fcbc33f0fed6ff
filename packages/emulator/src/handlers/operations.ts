import { notFound } from '../errors.ts';
import type { Platform } from '../platform.ts';
import { ok, param, type Reply, type Route, type ServiceRequest } from '../request.ts';
import type { Operation } from '../state/records.ts';

function find(request: ServiceRequest, platform: Platform): Operation {
  const operation = platform.state.data.operations.get(param(request, 'id'));
  if (operation === undefined) {
    throw notFound(`Operation ${param(request, 'id')} was not found.`);
  }
  return operation;
}

/** The status document behind `Azure-AsyncOperation`. */
function status(request: ServiceRequest, platform: Platform): Reply {
  const operation = find(request, platform);
  const running = operation.status === 'InProgress';
  return {
    status: 200,
    headers: running ? platform.operations.pending() : {},
    body: {
      id: request.path,
      name: operation.id,
      status: running ? platform.switches.runningWord : operation.status,
      startTime: operation.startTime,
      endTime: operation.endTime,
      percentComplete: running ? 0 : 100,
      properties: {},
      ...(operation.error === null ? {} : { error: { ...operation.error, details: [] } }),
    },
  };
}

/** The result behind `Location`: 202 while running, then the resource (or 204), or the error. */
function result(request: ServiceRequest, platform: Platform): Reply {
  const operation = find(request, platform);
  if (operation.status === 'InProgress') {
    const location = `${platform.url}${request.path}?${request.query}`;
    return { status: 202, headers: { location, ...platform.operations.pending() } };
  }
  if (operation.error !== null) {
    const code = operation.error.code === 'UserError' ? 409 : 400;
    return { status: code, body: { error: { ...operation.error, target: null, details: [], additionalInfo: [] } } };
  }
  const body = platform.operations.result(operation.id);
  return body === undefined ? { status: 204 } : ok(body);
}

const base = '/subscriptions/:sub/providers/microsoft.machinelearningservices/locations/:location';

export const operationRoutes: Route[] = [
  { method: 'GET', path: `${base}/mfeoperationsstatus/:id`, plane: 'arm', handle: status },
  { method: 'GET', path: `${base}/mfeoperationresults/:id`, plane: 'arm', handle: result },
];
