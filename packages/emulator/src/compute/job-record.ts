import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { type JsonObject, textMember } from '../fields.ts';
import type { Job, Workspace } from '../state/records.ts';
import { type State, stamp } from '../state/state.ts';

/** The id of an experiment, which is made when its name is first used. */
export function ensureExperiment(state: State, workspace: Workspace, name: string): string {
  const known = workspace.experiments.get(name);
  if (known !== undefined) {
    return known;
  }
  const id = randomUUID();
  workspace.experiments.set(name, id);
  state.changed();
  return id;
}

/** What a job record begins with. */
export interface JobStart {
  name: string;
  properties: JsonObject;
  identity: string;
  /** The run that starts this one. */
  parent?: Job;
}

/** Add a job record to a workspace, before its first step. */
export function createJob(context: { state: State; clock: Clock }, workspace: Workspace, start: JobStart): Job {
  ensureExperiment(context.state, workspace, textMember(start.properties, 'experimentName') ?? 'Default');
  const { parent } = start;
  const job: Job = {
    name: start.name,
    properties: start.properties,
    status: 'NotStarted',
    startTime: null,
    endTime: null,
    error: null,
    metrics: [],
    params: {},
    runTags: {},
    outputs: {},
    logs: [],
    runOnly: false,
    batch: null,
    ...(parent === undefined ? {} : { parent: parent.name, root: parent.root ?? parent.name }),
    ...stamp(context.clock.now(), start.identity),
  };
  workspace.jobs.set(job.name, job);
  context.state.changed();
  return job;
}

const ended = new Set(['Completed', 'Failed', 'Canceled', 'NotResponding']);

/** True when a job will not change its status any more. */
export function hasEnded(job: Job): boolean {
  return ended.has(job.status);
}

/** The runs that a run has started, in the order of their start. */
export function childrenOf(workspace: Workspace, job: Job): Job[] {
  return [...workspace.jobs.values()].filter((candidate) => candidate.parent === job.name);
}
