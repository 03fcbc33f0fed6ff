import { ServiceError } from '../errors.ts';
import {
  durationMilliseconds,
  either,
  type JsonObject,
  numberMember,
  objectMember,
  stringMap,
  textMember,
} from '../fields.ts';
import { type Random, seededRandom } from '../random.ts';
import type { Job, Workspace } from '../state/records.ts';
import { createJob } from './job-record.ts';
import type { CompositeWork, Conduct } from './job-runner.ts';
import type { CompositeContext } from './pipeline-run.ts';
import { RunFailure } from './run-failure.ts';
import { planCommandJob, unknownNames } from './run-plan.ts';
import { type Distribution, drawTrial, gridOf, readSpace, type Trial } from './search-space.ts';
import { Slots } from './slots.ts';

/** A sweep, read from the body of a sweep job or of a sweep step. */
export interface Sweep {
  trial: JsonObject;
  space: Distribution[];
  algorithm: string;
  seed: number | undefined;
  metric: string;
  goal: 'minimize' | 'maximize';
  maxTrials: number;
  maxConcurrent: number;
  trialTimeout: string | undefined;
  timeoutMilliseconds: number | undefined;
}

const mostTrials = 1000;
const searched = /\$\{\{\s*search_space\.([\w.-]+)\s*\}\}/g;

function number(value: unknown, name: string): number | undefined {
  return numberMember({ value: either(value, name) ?? undefined }, 'value');
}

function seconds(value: unknown): number | undefined {
  const milliseconds = durationMilliseconds(String(value ?? ''));
  return milliseconds ?? (Number(value) > 0 ? Number(value) * 1000 : undefined);
}

/** Read a sweep. Errors: 400 for an algorithm, a search space or a goal that the service does not know. */
export function readSweep(properties: JsonObject): Sweep {
  const algorithm = either(properties, 'samplingAlgorithm');
  const word =
    typeof algorithm === 'string'
      ? algorithm
      : (textMember(algorithm, 'samplingAlgorithmType') ?? textMember(algorithm, 'type') ?? 'random');
  const objective = either(properties, 'objective');
  const metric = String(either(objective, 'primaryMetric') ?? '');
  const goal = (textMember(objective, 'goal') ?? '').toLowerCase();
  const limits = either(properties, 'limits');
  const space = readSpace(objectMember({ space: either(properties, 'searchSpace') }, 'space'));
  if (!['grid', 'random', 'bayesian'].includes(word.toLowerCase())) {
    throw new ServiceError(400, `The sampling algorithm ${word} is not one of Grid, Random, Bayesian.`);
  }
  if (metric === '' || (goal !== 'minimize' && goal !== 'maximize')) {
    throw new ServiceError(
      400,
      'Request is invalid and/or missing fields. objective.primaryMetric and objective.goal (Minimize or Maximize) are required.',
    );
  }
  const asked = number(limits, 'maxTotalTrials') ?? mostTrials;
  const trialTimeout = seconds(either(limits, 'trialTimeout'));
  const sweep: Sweep = {
    trial: objectMember(properties, 'trial'),
    space,
    algorithm: word.toLowerCase(),
    seed: number(algorithm, 'seed'),
    metric,
    goal,
    maxTrials: Math.max(1, Math.min(mostTrials, asked)),
    maxConcurrent: Math.max(1, number(limits, 'maxConcurrentTrials') ?? asked),
    trialTimeout: trialTimeout === undefined ? undefined : `PT${trialTimeout / 1000}S`,
    timeoutMilliseconds: seconds(either(limits, 'timeout')),
  };
  if (sweep.algorithm === 'grid') {
    gridOf(space);
  }
  return sweep;
}

/** Names that the command of a trial uses but nothing gives. */
export function unknownTrialNames(properties: JsonObject): string[] {
  const sweep = readSweep(properties);
  const names = sweep.space.map(({ name }) => name);
  const command = textMember(sweep.trial, 'command') ?? '';
  const inputs = [...Object.keys(objectMember(properties, 'inputs')), ...names];
  const lost = [...command.matchAll(searched)].map((match) => match[1] ?? '').filter((name) => !names.includes(name));
  return [
    ...unknownNames(command, inputs, Object.keys(objectMember(properties, 'outputs'))),
    ...lost.map((name) => `search_space.${name}`),
  ];
}

/** The values of all trials. Bayesian sampling is drawn at random here: a few trials teach nothing. */
function trialsOf(sweep: Sweep, random: Random): Trial[] {
  if (sweep.algorithm === 'grid') {
    return gridOf(sweep.space).slice(0, sweep.maxTrials);
  }
  const source = sweep.seed === undefined ? random : seededRandom(sweep.seed);
  return Array.from({ length: sweep.maxTrials }, () => drawTrial(sweep.space, source));
}

function trialBody(sweep: Sweep, job: Job, trial: Trial): JsonObject {
  const command = (textMember(sweep.trial, 'command') ?? '').replaceAll(
    searched,
    (all, name: string) => trial[name] ?? all,
  );
  const values = Object.fromEntries(
    Object.entries(trial).map(([name, value]) => [name, { jobInputType: 'literal', value }]),
  );
  return {
    ...sweep.trial,
    jobType: 'Command',
    command,
    displayName: textMember(job.properties, 'displayName') ?? job.name,
    experimentName: textMember(job.properties, 'experimentName') ?? 'Default',
    computeId: job.properties.computeId ?? null,
    inputs: { ...objectMember(job.properties, 'inputs'), ...values },
    outputs: objectMember(job.properties, 'outputs'),
    limits: sweep.trialTimeout === undefined ? null : { jobLimitsType: 'Command', timeout: sweep.trialTimeout },
    tags: { hyperparameters: JSON.stringify(trial), ...trial },
    properties: { 'azureml.runsource': 'azureml.scriptrun', 'azureml.sweepid': job.name },
  };
}

/** The best value that a trial has logged; undefined when it logged none. */
function scoreOf(job: Job, sweep: Sweep): number | undefined {
  const values = job.metrics
    .filter(({ key, value }) => key === sweep.metric && Number.isFinite(value))
    .map(({ value }) => value);
  return values.length === 0 ? undefined : sweep.goal === 'minimize' ? Math.min(...values) : Math.max(...values);
}

function bestOf(trials: Job[], sweep: Sweep): { job: Job; score: number } | undefined {
  const sign = sweep.goal === 'minimize' ? 1 : -1;
  return trials
    .flatMap((job) => {
      const score = job.status === 'Completed' ? scoreOf(job, sweep) : undefined;
      return score === undefined ? [] : [{ job, score }];
    })
    .sort((a, b) => sign * (a.score - b.score))[0];
}

async function conductTrials(
  context: CompositeContext,
  place: { workspace: Workspace; job: Job; sweep: Sweep },
  conduct: Conduct,
): Promise<Job[]> {
  const { workspace, job, sweep } = place;
  const slots = new Slots(sweep.maxConcurrent);
  const started: Job[] = [];
  let late = false;
  const limit = sweep.timeoutMilliseconds;
  const timer = setTimeout(
    () => {
      late = true;
      conduct.cancel(started);
    },
    Math.min(limit ?? 2 ** 31 - 1, 2 ** 31 - 1),
  );
  const run = async (trial: Trial, index: number) => {
    const release = await slots.take(conduct.signal).catch(() => undefined);
    if (release === undefined || late || conduct.signal.aborted) {
      release?.();
      return;
    }
    const properties = trialBody(sweep, job, trial);
    const child = createJob(context, workspace, {
      name: `${job.name}_${index}`,
      properties,
      identity: job.createdBy,
      parent: job,
    });
    started.push(child);
    conduct.note(`Trial ${child.name}: ${JSON.stringify(trial)}`);
    await conduct.run(child, planCommandJob(context, workspace, child)).finally(release);
    conduct.note(
      `Trial ${child.name} is ${child.status}; ${sweep.metric} ${scoreOf(child, sweep) ?? 'was not logged'}.`,
    );
  };
  await Promise.all(trialsOf(sweep, context.random).map(run)).finally(() => clearTimeout(timer));
  return started;
}

/** The work of a sweep. It fails when every trial failed; its outputs are those of the best trial. */
export function sweepWork(context: CompositeContext, workspace: Workspace, job: Job, sweep: Sweep): CompositeWork {
  return {
    log: 'azureml-logs/hyperdrive.txt',
    conduct: async (conduct) => {
      const trials = await conductTrials(context, { workspace, job, sweep }, conduct);
      const ran = trials.filter(({ status }) => status === 'Completed');
      if (ran.length === 0 && !conduct.signal.aborted) {
        const failed = trials.find(({ error }) => error !== null);
        throw new RunFailure(
          failed?.error?.code ?? 'UserError',
          `No trial of the sweep completed. ${failed?.name ?? ''}: ${failed?.error?.message ?? 'the sweep ran into its time limit'}`,
        );
      }
      const best = bestOf(trials, sweep);
      if (best === undefined && context.switches.sweepWithoutMetric === 'Failed' && !conduct.signal.aborted) {
        throw new RunFailure('UserError', `No trial logged the primary metric ${sweep.metric}.`);
      }
      if (best !== undefined) {
        Object.assign(job.outputs, best.job.outputs);
        job.properties.properties = {
          ...stringMap(job.properties.properties),
          best_child_run_id: best.job.name,
          score: String(best.score),
          best_metric_status: 'Succeeded',
        };
      }
    },
  };
}
