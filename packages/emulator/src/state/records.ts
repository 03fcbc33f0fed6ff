import type { JsonObject } from '../fields.ts';

/** The kinds of versioned assets. */
export type AssetType = 'codes' | 'models' | 'data' | 'environments' | 'components';

export const assetTypes: readonly AssetType[] = ['codes', 'models', 'data', 'environments', 'components'];

/** When and by whom a resource was made and last changed (ISO times). */
export interface Stamp {
  createdAt: string;
  createdBy: string;
  modifiedAt: string;
}

/** One version of an asset. `sequence` orders versions that were made in the same millisecond. */
export interface AssetVersion extends Stamp {
  version: string;
  sequence: number;
  properties: JsonObject;
}

/** A named asset with its versions. */
export interface AssetContainer extends Stamp {
  name: string;
  properties: JsonObject;
  versions: Map<string, AssetVersion>;
}

/** What workspaces and registries have in common. */
export interface Scope {
  kind: 'workspace' | 'registry';
  name: string;
  resourceGroup: string;
  location: string;
  guid: string;
  createdAt: string;
  assets: Map<AssetType, Map<string, AssetContainer>>;
}

/** A registry; its blobs live in one container. */
export interface Registry extends Scope {
  kind: 'registry';
  container: string;
}

/** A datastore is a name for one blob container. */
export interface Datastore {
  name: string;
  container: string;
  isDefault: boolean;
}

/** A compute cluster of a workspace. */
export interface Compute {
  name: string;
}

export interface Workspace extends Scope {
  kind: 'workspace';
  datastores: Datastore[];
  computes: Compute[];
  jobs: Map<string, Job>;
  /** Experiment ids by name. */
  experiments: Map<string, string>;
  onlineEndpoints: Map<string, OnlineEndpoint>;
  batchEndpoints: Map<string, BatchEndpoint>;
  /** Schedules by name; a state of an earlier version has none. */
  schedules?: Map<string, Schedule>;
}

/** A schedule: kept and shown, never started. */
export interface Schedule extends Stamp {
  name: string;
  properties: JsonObject;
  provisioningState: ProvisioningState;
}

/** The words a job's status can be. */
export type JobStatus =
  | 'NotStarted'
  | 'Starting'
  | 'Provisioning'
  | 'Preparing'
  | 'Queued'
  | 'Running'
  | 'Finalizing'
  | 'CancelRequested'
  | 'Completed'
  | 'Failed'
  | 'Canceled'
  | 'NotResponding';

/** One metric value of a run; `timestamp` in milliseconds since 1970. */
export interface MetricPoint {
  key: string;
  value: number;
  timestamp: number;
  step: number;
}

/** A job, which is at the same time its run in run history and in MLflow. */
export interface Job extends Stamp {
  name: string;
  /** `properties` as they were sent. */
  properties: JsonObject;
  status: JobStatus;
  startTime: string | null;
  endTime: string | null;
  error: { code: string; message: string } | null;
  metrics: MetricPoint[];
  params: Record<string, string>;
  /** MLflow tags that are not job tags. */
  runTags: Record<string, string>;
  /** Named outputs: asset id, type word and uri, set when the job has completed. */
  outputs: Record<string, { assetId: string; type: string; uri: string }>;
  /** Paths of log files, written so far. */
  logs: string[];
  /** True for runs made through MLflow, which have no ARM job. */
  runOnly: boolean;
  /** The run that started this one: a pipeline, a sweep or a batch job. Such a job is not in the list of jobs. */
  parent?: string;
  /** The first run above this one. */
  root?: string;
  /** What the step of a pipeline was made of; a step with the same text may take over its outputs. */
  stepKey?: string;
  /** Set for a batch scoring job. */
  batch: { endpoint: string; deployment: string; request: JsonObject } | null;
}

export type ProvisioningState = 'Creating' | 'Updating' | 'Deleting' | 'Succeeded' | 'Failed' | 'Canceled';

/** What all endpoints and deployments have. */
export interface Tracked extends Stamp {
  name: string;
  location: string;
  tags: Record<string, string>;
  kind: unknown;
  identity: unknown;
  sku: JsonObject | null;
  properties: JsonObject;
  provisioningState: ProvisioningState;
  operationUrl: string | null;
}

export interface OnlineEndpoint extends Tracked {
  guid: string;
  /** The split that scoring uses now, in percent by deployment. */
  traffic: Record<string, number>;
  mirrorTraffic: Record<string, number>;
  primaryKey: string;
  secondaryKey: string;
  deployments: Map<string, OnlineDeployment>;
}

export interface OnlineDeployment extends Tracked {
  /** The definition that the running process was started from; null when none ever started. */
  running: JsonObject | null;
}

export interface BatchEndpoint extends Tracked {
  guid: string;
  deployments: Map<string, Tracked>;
}

/** A long-running operation that a status URL tells about. */
export interface Operation {
  id: string;
  status: 'InProgress' | 'Succeeded' | 'Failed' | 'Canceled';
  startTime: string;
  endTime: string | null;
  error: { code: string; message: string } | null;
}

/** Everything the emulator remembers. */
export interface StateData {
  subscriptionId: string;
  tenantId: string;
  location: string;
  /** Secret part of the signing of endpoint tokens. */
  tokenKey: string;
  storageKey: string;
  url: string;
  blobUrl: string;
  sequence: number;
  workspaces: Map<string, Workspace>;
  registries: Map<string, Registry>;
  operations: Map<string, Operation>;
}
