import { plainId } from '../compute/components.ts';
import type { JobWork } from '../compute/job-runner.ts';
import { type PipelineNode, readGraph } from '../compute/pipeline-graph.ts';
import { pipelineDefinition, pipelineWork } from '../compute/pipeline-run.ts';
import { codeLocation, planCommandJob, unknownNames } from '../compute/run-plan.ts';
import { computeOf } from '../compute/step-job.ts';
import { readSweep, sweepWork, unknownTrialNames } from '../compute/sweep-run.ts';
import { ServiceError } from '../errors.ts';
import { type JsonObject, objectMember, textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import { checkReference } from '../state/asset-store.ts';
import type { Job, Workspace } from '../state/records.ts';
import { findCompute } from './workspaces.ts';

function missing(name: string): ServiceError {
  return new ServiceError(400, `Request is invalid and/or missing fields. ${name} is required.`);
}

function checkCompute(workspace: Workspace, id: string | undefined): void {
  if (id !== undefined) {
    findCompute(workspace, id.split('/').pop() ?? '');
  }
}

function checkRequired(sent: JsonObject, place: string): void {
  for (const field of ['command', 'environmentId']) {
    if (!/[a-zA-Z0-9]/.test(textMember(sent, field) ?? '')) {
      throw missing(`${place}${field}`);
    }
  }
}

function refuseNames(names: string[]): void {
  if (names.length > 0) {
    throw new ServiceError(400, `The command uses ${names.join(', ')}, which the job does not declare.`);
  }
}

function checkCommand(platform: Platform, workspace: Workspace, sent: JsonObject): void {
  checkRequired(sent, '');
  const compute = textMember(sent, 'computeId');
  checkCompute(workspace, compute);
  if (compute === undefined && textMember(objectMember(sent, 'resources'), 'instanceType') === undefined) {
    throw missing('computeId or resources.instanceType');
  }
  refuseNames(
    unknownNames(
      textMember(sent, 'command') ?? '',
      Object.keys(objectMember(sent, 'inputs')),
      Object.keys(objectMember(sent, 'outputs')),
    ),
  );
  checkReference(platform.state, textMember(sent, 'environmentId'));
}

function checkSweep(platform: Platform, workspace: Workspace, sent: JsonObject): void {
  const trial = objectMember(sent, 'trial');
  checkRequired(trial, 'trial.');
  checkCompute(workspace, textMember(sent, 'computeId'));
  refuseNames(unknownTrialNames(sent));
  checkReference(platform.state, textMember(trial, 'environmentId'));
  codeLocation(platform, textMember(trial, 'codeId'));
}

/** Refuse steps whose compute does not exist. Also used for the component of a batch deployment. */
export function checkSteps(workspace: Workspace, nodes: Map<string, PipelineNode>, settings: JsonObject): void {
  for (const { body, kind } of nodes.values()) {
    if (kind !== 'pipeline') {
      checkCompute(workspace, computeOf(body, settings));
    }
  }
}

function checkPipeline(platform: Platform, workspace: Workspace, sent: JsonObject): void {
  const definition = pipelineDefinition(sent);
  checkSteps(workspace, readGraph(platform.state, definition), definition.settings);
}

/** A pipeline job whose steps are those of a component that it names. */
function withComponent(sent: JsonObject): JsonObject {
  const id = plainId(textMember(sent, 'componentId'));
  if (id === undefined || Object.keys(objectMember(sent, 'jobs')).length > 0) {
    return sent;
  }
  const bind = (kind: 'inputs' | 'outputs') =>
    Object.fromEntries(
      Object.keys(objectMember(sent, kind)).map((name) => [
        name,
        { value: `$\{{parent.${kind}.${name}}}`, type: 'literal' },
      ]),
    );
  const component = { type: 'pipeline', componentId: id, inputs: bind('inputs'), outputs: bind('outputs') };
  return { ...sent, jobs: { component } };
}

/**
 * Check the body of a new job and give what it runs.
 * Errors: 400 and 404 in the service's words; 400 for kinds of jobs that the emulator does not run.
 */
export function readJob(platform: Platform, workspace: Workspace, sent: JsonObject): (job: Job) => JobWork {
  const jobType = textMember(sent, 'jobType');
  if (jobType === 'Command') {
    checkCommand(platform, workspace, sent);
    return (job) => planCommandJob(platform, workspace, job);
  }
  if (jobType === 'Pipeline') {
    const complete = withComponent(sent);
    checkPipeline(platform, workspace, complete);
    return (job) => pipelineWork(platform, workspace, job, pipelineDefinition(complete));
  }
  if (jobType === 'Sweep') {
    checkSweep(platform, workspace, sent);
    return (job) => sweepWork(platform, workspace, job, readSweep(job.properties));
  }
  if (jobType === 'Spark' || jobType === 'AutoML') {
    const message = `The emulator does not run ${jobType} jobs; it runs Command, Pipeline and Sweep jobs. Use one of them, or Azure Machine Learning itself.`;
    throw new ServiceError(400, message);
  }
  throw missing('jobType');
}
