import { compileCode } from './code-reference.ts';
import type { Draft } from './draft.ts';
import { millisecondsToIso, secondsToIso } from './duration.ts';
import { compileEnvironment } from './environment-body.ts';
import { type JsonObject, type JsonValue, present } from './json.ts';
import type { MapReader } from './map-reader.ts';
import { compileModelOf } from './model-body.ts';

/** `code_configuration:` of an online or batch deployment. */
export function codeConfiguration(reader: MapReader, draft: Draft): JsonObject | undefined {
  const child = reader.child('code_configuration');
  if (!child) return undefined;
  const compiled = present({
    codeId: compileCode(child, draft),
    scoringScript: child.requiredText('scoring_script', 'the file with init() and run(), inside "code"'),
  });
  child.finish();
  return compiled;
}

/** `request_settings:`, milliseconds in the YAML. */
export function requestSettings(reader: MapReader, maxMilliseconds: number): JsonObject | undefined {
  const child = reader.child('request_settings');
  if (!child) return undefined;
  const timeout = child.whole('request_timeout_ms', { min: 1, max: maxMilliseconds });
  const wait = child.whole('max_queue_wait_ms', { min: 0 });
  const compiled = present({
    maxConcurrentRequestsPerInstance: child.whole('max_concurrent_requests_per_instance', { min: 1 }),
    requestTimeout: timeout === undefined ? undefined : millisecondsToIso(timeout),
    maxQueueWait: wait === undefined ? undefined : millisecondsToIso(wait),
  });
  child.finish();
  return compiled;
}

/** A probe, seconds in the YAML. */
export function probe(reader: MapReader, key: string): JsonObject | undefined {
  const child = reader.child(key);
  if (!child) return undefined;
  const seconds = (name: string, min: number) => {
    const value = child.whole(name, { min });
    return value === undefined ? undefined : secondsToIso(value);
  };
  const compiled = present({
    initialDelay: seconds('initial_delay', 0),
    period: seconds('period', 1),
    timeout: seconds('timeout', 1),
    successThreshold: child.whole('success_threshold', { min: 1 }),
    failureThreshold: child.whole('failure_threshold', { min: 1 }),
  });
  child.finish();
  return compiled;
}

function collection(child: MapReader, samplingRate: number | undefined): JsonObject {
  const isEnabled = child.boolean('enabled');
  const data = child.isMapAt('data') ? child.plain('data') : child.text('data');
  const compiled = present({
    dataCollectionMode: isEnabled === true ? 'enabled' : 'disabled',
    samplingRate,
    dataId: data as JsonValue | undefined,
    clientId: child.text('client_id'),
  });
  child.finish();
  return compiled;
}

/** `data_collector:`, what the endpoint stores of its requests. */
export function dataCollector(reader: MapReader): JsonObject | undefined {
  const child = reader.child('data_collector');
  if (!child) return undefined;
  const rate = child.fraction('sampling_rate', { min: 0, max: 1 });
  const collections = child.has('collections')
    ? child.child('collections')
    : child.missing('collections', 'what to collect, by name');
  const compiled = present({
    collections:
      collections &&
      Object.fromEntries(
        collections.entries().map((entry) => {
          const one = collections.childOf(entry);
          return [entry.key, one ? collection(one, rate) : {}];
        }),
      ),
    rollingRate: child.oneOf('rolling_rate', {
      year: 'year',
      month: 'month',
      day: 'day',
      hour: 'hour',
      minute: 'minute',
    }),
    requestLogging: requestLogging(child),
  });
  child.finish();
  return compiled;
}

function requestLogging(reader: MapReader): JsonObject | undefined {
  const child = reader.child('request_logging');
  if (!child) return undefined;
  const compiled = present({ captureHeaders: child.texts('capture_headers') });
  child.finish();
  return compiled;
}

/** What managed and Kubernetes deployments have in common. */
export function onlineProperties(reader: MapReader, draft: Draft, maxMilliseconds: number): JsonObject {
  return present({
    model: compileModelOf(reader, draft),
    modelMountPath: reader.text('model_mount_path'),
    environmentId: compileEnvironment(reader, draft),
    codeConfiguration: codeConfiguration(reader, draft),
    environmentVariables: reader.textMap('environment_variables'),
    appInsightsEnabled: reader.boolean('app_insights_enabled'),
    dataCollector: dataCollector(reader),
    requestSettings: requestSettings(reader, maxMilliseconds),
    livenessProbe: probe(reader, 'liveness_probe'),
    readinessProbe: probe(reader, 'readiness_probe'),
    startupProbe: probe(reader, 'startup_probe'),
    description: reader.text('description'),
    properties: reader.textMap('properties'),
  });
}
