import { deploymentKey } from '../compute/deployment-pool.ts';
import { percentile, type ScoredRequest } from '../compute/scoring-metrics.ts';
import { ServiceError } from '../errors.ts';
import { durationMilliseconds } from '../fields.ts';
import type { Platform } from '../platform.ts';
import { ok, type Reply, type Route, type ServiceRequest, workspacePath } from '../request.ts';
import type { OnlineEndpoint } from '../state/records.ts';
import { endpointOf } from './online-endpoints.ts';

const path = `${workspacePath}/onlineendpoints/:endpoint/providers/microsoft.insights/metrics`;
const percentiles: Record<string, number> = {
  RequestLatency_P50: 0.5,
  RequestLatency_P90: 0.9,
  RequestLatency_P95: 0.95,
  RequestLatency_P99: 0.99,
};

/** What one dimension of a request is called and is. */
const dimensions: Record<string, (request: ScoredRequest) => string> = {
  statuscode: ({ statusCode }) => String(statusCode),
  statuscodeclass: ({ statusCode }) => `${Math.floor(statusCode / 100)}xx`,
  modelstatuscode: ({ modelStatusCode }) => String(modelStatusCode),
};

const camelNames: Record<string, string> = {
  statuscode: 'statusCode',
  statuscodeclass: 'statusCodeClass',
  modelstatuscode: 'modelStatusCode',
};

function dimensionName(platform: Platform, name: string): string {
  return platform.switches.monitorDimensionCase === 'camel' ? (camelNames[name] ?? name) : name;
}

interface Condition {
  name: string;
  value: string;
}

function readFilter(text: string): Condition[] {
  return text
    .split(/\s+and\s+/i)
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const match = /^\s*\(?\s*(\w+)\s+eq\s+'([^']*)'\s*\)?\s*$/i.exec(part);
      const name = match?.[1]?.toLowerCase() ?? '';
      if (match === null || (name !== 'deployment' && dimensions[name] === undefined)) {
        throw new ServiceError(400, `The filter '${part}' is not understood. Expected: deployment eq 'green'.`, {
          code: 'BadRequest',
        });
      }
      return { name, value: match[2] ?? '' };
    });
}

function readSpan(request: ServiceRequest, now: number): { from: number; to: number } {
  const text = request.query.get('timespan');
  const [first = '', second = ''] = (text ?? '').split('/');
  const from = text === null ? now - 3600_000 : Date.parse(first);
  const to = text === null ? now : Date.parse(second);
  if (Number.isNaN(from) || Number.isNaN(to) || from >= to) {
    throw new ServiceError(400, `The timespan '${text}' is not a start and an end.`, { code: 'BadRequest' });
  }
  return { from, to };
}

interface Series {
  labels: Map<string, string>;
  /** Requests by the start of their minute. */
  minutes: Map<number, ScoredRequest[]>;
}

/** Requests grouped by deployment and by the dimensions that the filter names. */
function collect(
  platform: Platform,
  endpoint: OnlineEndpoint,
  span: { from: number; to: number },
  conditions: Condition[],
): Series[] {
  const series = new Map<string, Series>();
  const fits = (value: string, wanted: string) => wanted === '*' || wanted.toLowerCase() === value.toLowerCase();
  const byDeployment = conditions.find(({ name }) => name === 'deployment');
  for (const deployment of endpoint.deployments.values()) {
    if (byDeployment !== undefined && !fits(deployment.name, byDeployment.value)) {
      continue;
    }
    for (const { start, requests } of platform.metrics.minutes(
      deploymentKey(endpoint, deployment.name),
      span.from,
      span.to,
    )) {
      for (const request of requests) {
        const labels = new Map(byDeployment === undefined ? [] : [['deployment', deployment.name]]);
        const values = conditions.filter(({ name }) => name !== 'deployment');
        if (!values.every(({ name, value }) => fits(dimensions[name]?.(request) ?? '', value))) {
          continue;
        }
        for (const { name } of values) {
          labels.set(name, dimensions[name]?.(request) ?? '');
        }
        const key = [...labels.values()].join('|');
        const one = series.get(key) ?? { labels, minutes: new Map<number, ScoredRequest[]>() };
        series.set(key, one);
        const kept = one.minutes.get(start) ?? [];
        kept.push(request);
        one.minutes.set(start, kept);
      }
    }
  }
  return [...series.values()];
}

function aggregate(metric: string, minutes: ScoredRequest[][]): number {
  const latencies = minutes.flat().map(({ milliseconds }) => milliseconds);
  if (metric === 'RequestsPerMinute') {
    return latencies.length / minutes.length;
  }
  const share = percentiles[metric];
  const value =
    share === undefined
      ? latencies.reduce((sum, one) => sum + one, 0) / latencies.length
      : percentile(latencies, share);
  return Math.round(value * 1000) / 1000;
}

function data(metric: string, series: Series, interval: number): object[] {
  const buckets = new Map<number, ScoredRequest[][]>();
  for (const [start, requests] of series.minutes) {
    const bucket = Math.floor(start / interval) * interval;
    buckets.set(bucket, [...(buckets.get(bucket) ?? []), requests]);
  }
  return [...buckets].map(([start, minutes]) => ({
    timeStamp: new Date(start).toISOString(),
    average: aggregate(metric, minutes),
  }));
}

/** Azure Monitor metrics of an endpoint, from the requests it really had. Minutes without traffic are not in the answer. */
function metrics(request: ServiceRequest, platform: Platform): Reply {
  const [, endpoint] = endpointOf(request, platform);
  const names = (request.query.get('metricnames') ?? 'RequestsPerMinute').split(',').map((name) => name.trim());
  const unknown = names.find(
    (name) => !['RequestsPerMinute', 'RequestLatency'].includes(name) && percentiles[name] === undefined,
  );
  if (unknown !== undefined) {
    throw new ServiceError(400, `The metric ${unknown} is not known.`, { code: 'BadRequest' });
  }
  const now = platform.clock.now().getTime();
  const asked = readSpan(request, now);
  const span = { from: asked.from, to: Math.min(asked.to, now - platform.switches.monitorLagSeconds * 1000) };
  const interval = durationMilliseconds(request.query.get('interval') ?? 'PT1M') ?? 60_000;
  const series = collect(platform, endpoint, span, readFilter(request.query.get('$filter') ?? ''));
  return ok({
    cost: 0,
    timespan: `${new Date(asked.from).toISOString()}/${new Date(asked.to).toISOString()}`,
    interval: request.query.get('interval') ?? 'PT1M',
    namespace: 'Microsoft.MachineLearningServices/workspaces/onlineEndpoints',
    resourceregion: endpoint.location,
    value: names.map((metric) => ({
      id: `${request.path}/${metric}`,
      type: 'Microsoft.Insights/metrics',
      name: { value: metric, localizedValue: metric },
      unit: metric === 'RequestsPerMinute' ? 'Count' : 'MilliSeconds',
      errorCode: 'Success',
      timeseries: series.map((one) => ({
        metadatavalues: [...one.labels].map(([name, value]) => ({
          name: { value: dimensionName(platform, name), localizedValue: dimensionName(platform, name) },
          value,
        })),
        data: data(metric, one, interval),
      })),
    })),
  });
}

export const metricRoutes: Route[] = [{ method: 'GET', path, plane: 'arm', handle: metrics }];
