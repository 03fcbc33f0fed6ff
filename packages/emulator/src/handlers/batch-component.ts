import { type DeclaredInput, declaredInputs, declaredOutputs, findComponent } from '../compute/components.ts';
import { nestedDefinition, type PipelineDefinition, readGraph } from '../compute/pipeline-graph.ts';
import { ServiceError } from '../errors.ts';
import { type JsonObject, member, objectMember, textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import type { Tracked, Workspace } from '../state/records.ts';
import { checkSteps } from './job-checks.ts';

/** A batch deployment's pipeline component, ready to be run. */
export interface DeployedComponent {
  spec: JsonObject;
  definition: PipelineDefinition;
}

function read(platform: Platform, properties: JsonObject): DeployedComponent | undefined {
  const configuration = objectMember(properties, 'deploymentConfiguration');
  if (Object.keys(configuration).length === 0) {
    return undefined;
  }
  if (textMember(configuration, 'deploymentConfigurationType')?.toLowerCase() !== 'pipelinecomponent') {
    throw new ServiceError(400, 'The deploymentConfigurationType of a batch deployment must be PipelineComponent.');
  }
  const id = textMember(objectMember(configuration, 'componentId'), 'assetId');
  const { spec } = findComponent(platform.state, { componentId: id }, 'The deployment');
  return { spec, definition: nestedDefinition(spec, objectMember(configuration, 'settings')) };
}

/** The pipeline component of a deployment; undefined for a model deployment. */
export function deploymentComponent(platform: Platform, deployment: Tracked): DeployedComponent | undefined {
  return read(platform, deployment.properties);
}

/** Refuse a deployment whose component cannot run. */
export function checkComponent(platform: Platform, workspace: Workspace, properties: JsonObject): void {
  const component = read(platform, properties);
  if (component !== undefined) {
    checkSteps(workspace, readGraph(platform.state, component.definition), component.definition.settings);
  }
}

const typeWords: Record<string, string> = {
  urifolder: 'uri_folder',
  urifile: 'uri_file',
  mltable: 'mltable',
  literal: 'literal',
  custommodel: 'custom_model',
  mlflowmodel: 'mlflow_model',
  tritonmodel: 'triton_model',
};

function typeOf(definition: unknown, field: string, fallback: string): string {
  const word = (textMember(definition, field) ?? '').toLowerCase().replaceAll('_', '');
  return typeWords[word] ?? fallback;
}

function jobInput(declared: DeclaredInput, given: unknown): JsonObject | undefined {
  const value = member(given, 'value');
  const uri = textMember(given, 'uri');
  if (uri !== undefined) {
    return { jobInputType: typeOf(given, 'jobInputType', declared.type), uri };
  }
  const text = value === undefined || value === null ? declared.fallback : String(value);
  return text === undefined ? undefined : { jobInputType: 'literal', value: text };
}

/** Inputs, outputs and steps of the job that an invocation of the component starts. Errors: 400 for a missing input. */
export function componentJob({ spec, definition }: DeployedComponent, sent: JsonObject): JsonObject {
  const given = objectMember(sent, 'inputData');
  const inputs: JsonObject = {};
  for (const declared of declaredInputs(spec)) {
    const value = jobInput(declared, member(given, declared.name));
    if (value !== undefined) {
      inputs[declared.name] = value;
    } else if (!declared.optional) {
      throw new ServiceError(400, `The invocation needs a value for the input ${declared.name}.`);
    }
  }
  const unknown = Object.keys(given).find((name) => !definition.inputs.includes(name));
  if (unknown !== undefined) {
    throw new ServiceError(400, `The pipeline component has no input ${unknown}.`);
  }
  const outputs = Object.fromEntries(
    [...declaredOutputs(spec)].map(([name, type]) => {
      const wanted = member(objectMember(sent, 'outputData'), name);
      const uri = textMember(wanted, 'uri');
      const jobOutputType = typeOf(wanted, 'jobOutputType', type);
      return [name, { jobOutputType, ...(uri === undefined ? {} : { uri }) }];
    }),
  );
  return { inputs, outputs, jobs: definition.jobs, settings: definition.settings };
}
