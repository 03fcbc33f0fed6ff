import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelVersion, Registry } from '@switchyard/azureml';
import { type CompiledDocument, type CompileInput, compileDocument } from '@switchyard/azureml-yaml';
import { type Circuit, type EnvironmentSettings, fillSet, fillTemplate } from '@switchyard/config';
import { digestOf } from '@switchyard/documents';
import { type Logger, SwitchyardError } from '@switchyard/domain';
import { type AzurePlaces, environmentReference, type Project, setArguments } from '@switchyard/project';
import { confighashOf } from '@switchyard/rollout';
import type { DeploymentSettings } from './deployment-settings.ts';

/** Where and what to deploy. */
export interface DeploymentTarget {
  readonly project: Project;
  readonly circuit: Circuit;
  readonly environment: EnvironmentSettings;
  readonly settings: DeploymentSettings;
  readonly places: AzurePlaces;
  readonly registry: Registry;
  readonly endpoint: string;
  readonly model: ModelVersion;
}

export interface CompiledDeployment {
  readonly endpoint: CompiledDocument;
  readonly deployment: CompiledDocument;
  readonly confighash: string;
  /** Text of the request that the model must answer. */
  readonly sampleRequest: string;
}

interface Context {
  readonly inputs: { readonly set: readonly string[] };
  readonly logger: Logger;
  readonly readFile: (path: string) => Promise<string>;
}

/** Compiles the az ml files of endpoint and deployment in memory; the user's files stay as they are. */
export async function compileDeployment(context: Context, target: DeploymentTarget): Promise<CompiledDeployment> {
  const { settings, endpoint, circuit, environment } = target;
  const endpointDocument = await compile(context, target, settings.endpointFile, {
    set: [`name=${endpoint}`],
    expect: ['managedOnlineEndpoint'],
  });
  const deployment = await compile(context, target, settings.file, {
    set: await deploymentArguments(context, target),
    expect: ['managedOnlineDeployment'],
  });
  const values = { circuit, environment: environment.name };
  if (settings.sampleRequest === undefined) throw noSampleRequest();
  return {
    endpoint: endpointDocument,
    deployment,
    confighash: hashOf(target, deployment),
    sampleRequest: await context.readFile(fillTemplate(settings.sampleRequest, values)),
  };
}

async function compile(
  context: Context,
  { project, places }: DeploymentTarget,
  file: string,
  how: Pick<CompileInput, 'set' | 'expect'>,
): Promise<CompiledDocument> {
  const { workspace, subscriptionId } = places;
  const compiled = compileDocument({
    text: await context.readFile(file),
    file,
    context: { subscriptionId, resourceGroup: workspace.resourceGroup, workspaceName: workspace.name },
    readText: (path) => readFileSync(join(project.folder, path), 'utf8'),
    ...how,
  });
  for (const { message, position } of compiled.warnings) {
    context.logger.warning(`${position.file}:${position.line}:${position.column}: ${message}`);
  }
  return compiled;
}

async function deploymentArguments(context: Context, target: DeploymentTarget): Promise<string[]> {
  const { project, circuit, environment, endpoint, model, registry, settings } = target;
  const values = fillSet(project.config.deployment?.set ?? {}, { circuit, environment: environment.name });
  const reference = await environmentReference(project, registry, context.readFile);
  const own = {
    endpoint_name: endpoint,
    model: registry.assetId('models', model.name, model.version),
    environment: reference,
    instance_count: environment['instance-count'],
    instance_type: environment['instance-type'],
  };
  const present = Object.entries(own).filter(([, value]) => value !== undefined);
  return [
    ...present.map(([name, value]) => `${name}=${value}`),
    ...setArguments(settings.file, values),
    ...context.inputs.set,
  ];
}

function hashOf({ project, model }: DeploymentTarget, compiled: CompiledDocument): string {
  const { properties } = compiled.body as { properties: Record<string, unknown> };
  const code = compiled.uploads.find((upload) => upload.kind === 'code');
  return confighashOf({
    model: model.name,
    version: model.version,
    environment: typeof properties.environmentId === 'string' ? properties.environmentId : digestOf(compiled.inline),
    code: code === undefined ? null : codeDigest(project, code.path),
    instanceType: typeof properties.instanceType === 'string' ? properties.instanceType : null,
    settings: {
      request: properties.requestSettings ?? null,
      liveness: properties.livenessProbe ?? null,
      readiness: properties.readinessProbe ?? null,
      code: properties.codeConfiguration ?? null,
    },
    environmentVariables: (properties.environmentVariables ?? {}) as Record<string, string>,
  });
}

function codeDigest(project: Project, folder: string): string {
  const prefix = `${folder.replace(/\/$/, '')}/`;
  return digestOf(project.files.filter(({ path }) => path === folder || path.startsWith(prefix)));
}

/** A slot that nobody has asked anything proves nothing. */
function noSampleRequest(): SwitchyardError {
  return new SwitchyardError({
    code: 'CONFIG_SAMPLE_REQUEST_MISSING',
    seen: 'no sample request is configured',
    expected: 'a JSON request that the model must answer before it gets traffic',
    next: 'set deployment.sample-request in switchyard.yml, or the input "sample-request"',
  });
}
