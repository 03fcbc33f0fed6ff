import { compileCode } from '../code-reference.ts';
import type { Compilation, Draft } from '../draft.ts';
import { millisecondsToIso, secondsToIso } from '../duration.ts';
import { compileEnvironment } from '../environment-body.ts';
import { type JsonObject, present } from '../json.ts';
import type { MapReader } from '../map-reader.ts';
import { readName } from '../name.ts';
import { compileReference } from '../reference.ts';

// Limit of the service for managed endpoints, quota page.
const maxRequestMilliseconds = 180_000;

function model(reader: MapReader, draft: Draft): string | undefined {
  const entry = reader.entry('model');
  if (!entry) return undefined;
  if (reader.isMapAt('model')) {
    reader.mistake('YAML_NOT_SUPPORTED', entry, {
      seen: '"model" is written in place',
      expected: 'azureml:<name>:<version>, a registry id or an ARM id',
      next: 'register the model first and name it here',
    });
    return undefined;
  }
  const text = reader.text('model');
  return text === undefined ? undefined : compileReference(reader, draft, { entry, type: 'models', text });
}

function codeConfiguration(reader: MapReader, draft: Draft): JsonObject | undefined {
  const child = reader.child('code_configuration');
  if (!child) return undefined;
  const compiled = present({
    codeId: compileCode(child, draft),
    scoringScript: child.requiredText('scoring_script', 'the file with init() and run(), inside "code"'),
  });
  child.finish();
  return compiled;
}

function requestSettings(reader: MapReader): JsonObject | undefined {
  const child = reader.child('request_settings');
  if (!child) return undefined;
  const timeout = child.whole('request_timeout_ms', { min: 1, max: maxRequestMilliseconds });
  const wait = child.whole('max_queue_wait_ms', { min: 0 });
  const compiled = present({
    maxConcurrentRequestsPerInstance: child.whole('max_concurrent_requests_per_instance', { min: 1 }),
    requestTimeout: timeout === undefined ? undefined : millisecondsToIso(timeout),
    maxQueueWait: wait === undefined ? undefined : millisecondsToIso(wait),
  });
  child.finish();
  return compiled;
}

function probe(reader: MapReader, key: string): JsonObject | undefined {
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

function scaleSettings(reader: MapReader): JsonObject {
  const child = reader.child('scale_settings');
  if (!child) return { scaleType: 'Default' };
  // Managed deployments scale through Azure Monitor; target utilization is a Kubernetes setting.
  const scaleType = child.oneOf('type', { default: 'Default' });
  child.finish();
  return present({ scaleType });
}

/** az ml managedOnlineDeployment to `onlineEndpoints/{endpoint}/deployments/{name}`. */
export function compileManagedOnlineDeployment(reader: MapReader, draft: Draft): Compilation {
  const name = readName(reader, 'name', 'endpoint');
  const parent = readName(reader, 'endpoint_name', 'endpoint');
  reader.refuse('data_collector', 'remove it and collect data with your own logging');
  const capacity = reader.has('instance_count')
    ? reader.whole('instance_count', { min: 1, max: 50 })
    : reader.missing('instance_count', 'the number of instances');
  const properties = present({
    endpointComputeType: 'Managed',
    instanceType: reader.requiredText('instance_type', 'a virtual machine size, Standard_DS3_v2'),
    model: model(reader, draft),
    modelMountPath: reader.text('model_mount_path'),
    environmentId: compileEnvironment(reader, draft),
    codeConfiguration: codeConfiguration(reader, draft),
    environmentVariables: reader.textMap('environment_variables'),
    appInsightsEnabled: reader.boolean('app_insights_enabled'),
    egressPublicNetworkAccess: reader.oneOf('egress_public_network_access', {
      enabled: 'Enabled',
      disabled: 'Disabled',
    }),
    scaleSettings: scaleSettings(reader),
    requestSettings: requestSettings(reader),
    livenessProbe: probe(reader, 'liveness_probe'),
    readinessProbe: probe(reader, 'readiness_probe'),
    startupProbe: probe(reader, 'startup_probe'),
    description: reader.text('description'),
    properties: reader.textMap('properties'),
  });
  const body = present({
    location: draft.context.location,
    tags: reader.textMap('tags'),
    sku: present({ name: 'Default', capacity }),
    properties,
  });
  return { name, resource: { type: 'onlineEndpoints/deployments', ...(parent === undefined ? {} : { parent }) }, body };
}
