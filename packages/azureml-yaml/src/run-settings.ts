import { secondsToIso } from './duration.ts';
import { type JsonObject, type JsonValue, present } from './json.ts';
import { type KeyCase, keyed } from './key-case.ts';
import type { MapReader } from './map-reader.ts';

/** `resources:` of a job, a node or a component. */
export function readResources(reader: MapReader, keyCase: KeyCase): JsonObject | undefined {
  const child = reader.child('resources');
  if (!child) return undefined;
  const compiled = keyed(keyCase, {
    locations: child.texts('locations'),
    instance_count: child.whole('instance_count', { min: 1 }),
    instance_type: child.text('instance_type'),
    max_instance_count: child.whole('max_instance_count', { min: 1 }),
    shm_size: child.text('shm_size'),
    docker_args: child.text('docker_args'),
    properties: child.plain('properties') as JsonValue | undefined,
  });
  child.finish();
  return compiled;
}

const distributionTypes = {
  pytorch: 'PyTorch',
  mpi: 'Mpi',
  tensorflow: 'TensorFlow',
  ray: 'Ray',
} as const;

/** `distribution:` of a job or a node. A component keeps the words of the YAML: `spec`. */
export function readDistribution(reader: MapReader, form: KeyCase | 'spec'): JsonObject | undefined {
  const child = reader.child('distribution');
  if (!child) return undefined;
  const type = child.has('type')
    ? child.oneOf('type', distributionTypes)
    : child.missing('type', 'pytorch, mpi or tensorflow');
  const isTensorFlow = type === 'TensorFlow';
  const members = {
    process_count_per_instance: child.whole('process_count_per_instance', { min: 1 }),
    worker_count: child.whole('worker_count', { min: 1 }),
    parameter_server_count: child.whole('parameter_server_count', { min: 0 }) ?? (isTensorFlow ? 0 : undefined),
    port: child.whole('port', { min: 1 }),
    address: child.text('address'),
    include_dashboard: child.boolean('include_dashboard'),
    dashboard_port: child.whole('dashboard_port', { min: 1 }),
    head_node_additional_args: child.text('head_node_additional_args'),
    worker_node_additional_args: child.text('worker_node_additional_args'),
  };
  child.finish();
  return form === 'spec'
    ? present({ type: type?.toLowerCase(), ...members })
    : keyed(form, { distribution_type: type, ...members });
}

/** `limits:` of a command. */
export function readCommandLimits(reader: MapReader, keyCase: KeyCase): JsonObject | undefined {
  const child = reader.child('limits');
  if (!child) return undefined;
  const seconds = child.whole('timeout', { min: 1 });
  child.finish();
  return keyed(keyCase, {
    job_limits_type: 'Command',
    timeout: seconds === undefined ? undefined : secondsToIso(seconds),
  });
}

/** `identity:` of a job or a node. */
export function readJobIdentity(reader: MapReader, keyCase: KeyCase): JsonObject | undefined {
  const child = reader.child('identity');
  if (!child) return undefined;
  const type = child.oneOf('type', {
    aml_token: 'AMLToken',
    amltoken: 'AMLToken',
    managed: 'Managed',
    managed_identity: 'Managed',
    user: 'UserIdentity',
    user_identity: 'UserIdentity',
  });
  const compiled = keyed(keyCase, {
    identity_type: type,
    client_id: child.text('client_id'),
    object_id: child.text('object_id'),
    resource_id: child.text('msi_resource_id'),
  });
  child.finish();
  return compiled;
}

/** `queue_settings:` of a job or a node. */
export function readQueueSettings(reader: MapReader, keyCase: KeyCase): JsonObject | undefined {
  const child = reader.child('queue_settings');
  if (!child) return undefined;
  const tiers = { null: 'Null', spot: 'Spot', basic: 'Basic', standard: 'Standard', premium: 'Premium' };
  const priority = child.oneOf('priority', { low: '1', medium: '2', high: '3' });
  const compiled = keyed(keyCase, {
    job_tier: child.oneOf('job_tier', tiers),
    priority: priority === undefined ? undefined : Number(priority),
  });
  child.finish();
  return compiled;
}

const serviceTypes = {
  ssh: 'SSH',
  jupyter_lab: 'JupyterLab',
  tensor_board: 'TensorBoard',
  vs_code: 'VSCode',
  custom: 'Custom',
} as const;

function readService(child: MapReader, keyCase: KeyCase): JsonObject {
  const ownProperties = child.textMap('properties');
  const nodes = child.oneOf('nodes', { all: 'All' });
  const jobServiceType =
    child.oneOf('type', serviceTypes) ??
    child.oneOf('job_service_type', { ...serviceTypes, tensorboard: 'TensorBoard' });
  const special = present({ sshPublicKeys: child.text('ssh_public_keys'), logDir: child.text('log_dir') });
  const properties = { ...ownProperties, ...special };
  const compiled = keyed(keyCase, {
    job_service_type: jobServiceType,
    endpoint: child.text('endpoint'),
    port: child.whole('port', { min: 1, max: 65535 }),
    nodes: nodes === undefined ? undefined : keyed(keyCase, { nodes_value_type: nodes }),
    properties: Object.keys(properties).length === 0 ? undefined : properties,
  });
  child.finish();
  return compiled;
}

/** `services:` of a job or a node: what a person can open while it runs. */
export function readServices(reader: MapReader, keyCase: KeyCase): JsonObject | undefined {
  const services = reader.child('services');
  if (!services) return undefined;
  const entries = services.entries().map((entry): [string, JsonValue | undefined] => {
    const child = services.childOf(entry);
    return [entry.key, child && readService(child, keyCase)];
  });
  return present(Object.fromEntries(entries));
}
