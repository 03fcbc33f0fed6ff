import type { SourcePosition } from '@switchyard/domain';
import type { JsonObject } from './json.ts';

/** Kinds of az ml documents that can be compiled; one file each in `kinds/`. */
export type DocumentKind =
  | 'commandJob'
  | 'pipelineJob'
  | 'sweepJob'
  | 'commandComponent'
  | 'parallelComponent'
  | 'pipelineComponent'
  | 'environment'
  | 'model'
  | 'data'
  | 'managedOnlineEndpoint'
  | 'managedOnlineDeployment'
  | 'kubernetesOnlineEndpoint'
  | 'kubernetesOnlineDeployment'
  | 'batchEndpoint'
  | 'modelBatchDeployment'
  | 'pipelineComponentBatchDeployment'
  | 'schedule';

/** Where the document goes: what the ids in its body are made of. */
export interface CompileContext {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly workspaceName: string;
  /** Given: the document goes into this registry, and short references are to it. */
  readonly registryName?: string;
  /** Region of the workspace; endpoints and deployments carry it. Left out: the client fills it in. */
  readonly location?: string;
}

/** Local files that must be uploaded before the body is complete. */
export interface Upload {
  /** Dotted place in the document, `inputs.data`. */
  readonly key: string;
  readonly kind: 'code' | 'data' | 'model' | 'file' | 'build';
  /** Normalised; relative ones are seen from where the document's own path is seen from. */
  readonly path: string;
  /** Stands in the body where the id or URI of the uploaded asset belongs. */
  readonly placeholder: string;
  readonly position: SourcePosition;
}

/** An asset named by label (`azureml:name@latest`): only the service knows the version. */
export interface Reference {
  readonly key: string;
  readonly type: AssetType;
  readonly name: string;
  readonly label: string;
  /** Name of the registry, when the asset is not in the workspace. */
  readonly registry?: string;
  readonly placeholder: string;
  readonly position: SourcePosition;
}

/** An asset written out inside another document; it is registered before its user. */
export interface InlineAsset {
  readonly key: string;
  readonly type: InlineAssetType;
  /** Of assets that the document names; undefined: registered without a name of its own. */
  readonly name?: string;
  readonly version?: string;
  /** May hold placeholders of uploads, references and of inline assets that come before it in the list. */
  readonly body: JsonObject;
  readonly placeholder: string;
  readonly position: SourcePosition;
}

export type AssetType = 'environments' | 'models' | 'data' | 'codes';

export type InlineAssetType = 'environments' | 'components' | 'models' | 'data';

/** What the service would do in silence; `lint` counts all but `YAML_NOTE` as mistakes. */
export type WarningCode = 'YAML_KEY_UNKNOWN' | 'YAML_KEY_IGNORED' | 'YAML_VERSION_LATEST' | 'YAML_NOTE';

export interface CompileWarning {
  readonly code: WarningCode;
  readonly message: string;
  readonly position: SourcePosition;
}

export type ResourceType =
  | 'jobs'
  | 'environments'
  | 'models'
  | 'data'
  | 'components'
  | 'schedules'
  | 'onlineEndpoints'
  | 'onlineEndpoints/deployments'
  | 'batchEndpoints'
  | 'batchEndpoints/deployments';

/** A REST resource made from an az ml document. */
export interface CompiledDocument {
  readonly kind: DocumentKind;
  readonly name: string | undefined;
  /** Of assets; undefined when the document gives none. */
  readonly version: string | undefined;
  readonly file: string;
  readonly resource: {
    readonly type: ResourceType;
    /** Name of the endpoint a deployment belongs to. */
    readonly parent?: string;
  };
  readonly body: JsonObject;
  readonly uploads: readonly Upload[];
  readonly references: readonly Reference[];
  readonly inline: readonly InlineAsset[];
  readonly warnings: readonly CompileWarning[];
}
