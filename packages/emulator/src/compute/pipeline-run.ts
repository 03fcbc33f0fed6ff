import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { canonicalJson, type JsonObject, member, objectMember, stringMap } from '../fields.ts';
import type { Random } from '../random.ts';
import type { Job, Workspace } from '../state/records.ts';
import type { State } from '../state/state.ts';
import type { Switches } from '../switches.ts';
import type { BlobStore } from './blob-store.ts';
import { registerOutput } from './job-outputs.ts';
import { createJob } from './job-record.ts';
import type { CompositeWork, Conduct, JobWork } from './job-runner.ts';
import { planParallelStep } from './parallel-plan.ts';
import { nestedDefinition, type PipelineDefinition, type PipelineNode, readGraph } from './pipeline-graph.ts';
import { boundOutputs, type PipelineScope } from './pipeline-values.ts';
import { RunFailure } from './run-failure.ts';
import { planCommandJob } from './run-plan.ts';
import { stepBody, stepKey } from './step-job.ts';
import { readSweep, sweepWork } from './sweep-run.ts';

/** What pipelines and sweeps need from the rest of the emulator. */
export interface CompositeContext {
  state: State;
  clock: Clock;
  blobs: BlobStore;
  random: Random;
  switches: Switches;
}

/** The definition of a pipeline job from its own body. */
export function pipelineDefinition(properties: JsonObject): PipelineDefinition {
  return {
    jobs: objectMember(properties, 'jobs'),
    settings: objectMember(properties, 'settings'),
    inputs: Object.keys(objectMember(properties, 'inputs')),
    outputs: Object.keys(objectMember(properties, 'outputs')),
  };
}

function flag(settings: JsonObject, name: string, fallback: boolean): boolean {
  const camel = name.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
  const value = member(settings, name) ?? member(settings, camel);
  return value === undefined || value === null ? fallback : String(value).toLowerCase() === 'true';
}

/** Runs the steps of one pipeline. */
class PipelineRun {
  readonly #context: CompositeContext;
  readonly #workspace: Workspace;
  readonly #job: Job;
  readonly #definition: PipelineDefinition;
  readonly #scope: PipelineScope;
  readonly #conduct: Conduct;
  readonly #children = new Set<Job>();
  readonly #failed: Job[] = [];
  #stopped: boolean = false;

  constructor(run: {
    context: CompositeContext;
    workspace: Workspace;
    job: Job;
    definition: PipelineDefinition;
    conduct: Conduct;
  }) {
    this.#context = run.context;
    this.#workspace = run.workspace;
    this.#job = run.job;
    this.#definition = run.definition;
    this.#conduct = run.conduct;
    this.#scope = {
      inputs: objectMember(run.job.properties, 'inputs'),
      outputs: objectMember(run.job.properties, 'outputs'),
      nodes: readGraph(run.context.state, run.definition),
      finished: new Map(),
    };
  }

  /** Errors: RunFailure with the errors of the failed steps. */
  async run(): Promise<void> {
    const started = new Map<string, Promise<void>>();
    const start = (node: PipelineNode): Promise<void> => {
      const running = started.get(node.name) ?? this.#step(node, () => Promise.all(node.after.map(again)));
      started.set(node.name, running);
      return running;
    };
    const again = (name: string) => {
      const node = this.#scope.nodes.get(name);
      return node === undefined ? Promise.resolve() : start(node);
    };
    await Promise.all([...this.#scope.nodes.values()].map(start));
    if (this.#failed.length > 0) {
      this.#refuse();
    }
    this.#collectOutputs();
  }

  #refuse(): void {
    const texts = this.#failed.map((child) => {
      const name = stringMap(child.properties.properties)['azureml.nodeid'] ?? child.name;
      return `${name} (${child.name}): ${child.error?.message ?? child.status}`;
    });
    const message = `Pipeline has some failed steps. See child run or execution logs for more details. ${texts.join(' ')}`;
    if (this.#stopped || this.#context.switches.pipelineWithFailedSteps === 'Failed') {
      throw new RunFailure(this.#failed[0]?.error?.code ?? 'UserError', message);
    }
    this.#conduct.note(message);
  }

  async #step(node: PipelineNode, previous: () => Promise<unknown>): Promise<void> {
    await previous();
    const blocked = node.after.some((name) => !this.#scope.finished.has(name));
    if (this.#stopped || this.#conduct.signal.aborted || blocked) {
      this.#conduct.note(`${node.name} is not run.`);
      return;
    }
    const { settings } = this.#definition;
    const body = stepBody(this.#scope, node, { parent: this.#job, settings });
    const child = createJob(this.#context, this.#workspace, {
      name: randomUUID(),
      properties: body,
      identity: this.#job.createdBy,
      parent: this.#job,
    });
    this.#children.add(child);
    child.stepKey = canonicalJson(stepKey(node, body));
    if (!this.#reuse(node, child)) {
      this.#conduct.note(`${node.name} starts as ${child.name}.`);
      await this.#conduct.run(child, this.#work(node, child)).catch(() => undefined);
    }
    this.#conduct.note(`${node.name} is ${child.status}.`);
    if (child.status === 'Completed') {
      this.#scope.finished.set(node.name, child);
    } else {
      this.#fail(child);
    }
  }

  #fail(child: Job): void {
    if (this.#conduct.signal.aborted || this.#stopped) {
      return;
    }
    this.#failed.push(child);
    const goOn = this.#context.switches.continueOnStepFailure;
    if (!flag(this.#definition.settings, 'continue_on_step_failure', goOn)) {
      this.#stopped = true;
      this.#conduct.cancel(this.#children);
    }
  }

  /** What a step runs. Its names are known to be good; values that lead nowhere fail the step, not the pipeline. */
  #work(node: PipelineNode, child: Job): JobWork {
    try {
      const { settings } = this.#definition;
      if (node.kind === 'pipeline') {
        const nested = nestedDefinition(node.component.spec, { ...settings, ...objectMember(node.body, 'settings') });
        return pipelineWork(this.#context, this.#workspace, child, nested);
      }
      if (node.kind === 'sweep') {
        return sweepWork(this.#context, this.#workspace, child, readSweep(child.properties));
      }
      return node.kind === 'parallel'
        ? planParallelStep(this.#context, this.#workspace, child, node)
        : planCommandJob(this.#context, this.#workspace, child);
    } catch (error) {
      const conduct = () => Promise.reject(error);
      return { log: 'logs/azureml/executionlogs.txt', conduct };
    }
  }

  /** Take the outputs of a former run of the same step. Gives whether there was one. */
  #reuse(node: PipelineNode, child: Job): boolean {
    const deterministic = member(node.component.spec, 'is_deterministic') !== false;
    if (node.kind === 'pipeline' || !deterministic || flag(this.#definition.settings, 'force_rerun', false)) {
      return false;
    }
    const former = [...this.#workspace.jobs.values()]
      .reverse()
      .find((one) => one !== child && one.stepKey === child.stepKey && one.status === 'Completed');
    if (former === undefined) {
      return false;
    }
    const original = stringMap(former.properties.properties)['azureml.reusedrunid'] ?? former.name;
    const now = this.#context.clock.now();
    child.properties.properties = {
      ...stringMap(child.properties.properties),
      'azureml.isreused': 'true',
      'azureml.reusedrunid': original,
      'azureml.reusedpipelinerunid': this.#workspace.jobs.get(original)?.parent ?? '',
    };
    for (const [name, { type, uri }] of Object.entries(former.outputs)) {
      registerOutput(
        { state: this.#context.state, now },
        { workspace: this.#workspace, job: child },
        { name, type, uri },
      );
    }
    child.status = 'Completed';
    child.startTime = now.toISOString();
    child.endTime = now.toISOString();
    this.#context.state.changed();
    this.#conduct.note(`${node.name} takes the outputs of ${original}.`);
    return true;
  }

  #collectOutputs(): void {
    for (const [output, node, from] of boundOutputs(this.#scope.nodes)) {
      const made = this.#scope.finished.get(node)?.outputs[from];
      if (made !== undefined) {
        this.#job.outputs[output] = made;
      }
    }
  }
}

/** The work of a pipeline job or of a nested pipeline. Errors while it runs become the job's error. */
export function pipelineWork(
  context: CompositeContext,
  workspace: Workspace,
  job: Job,
  definition: PipelineDefinition,
): CompositeWork {
  return {
    log: 'logs/azureml/executionlogs.txt',
    conduct: (conduct) => new PipelineRun({ context, workspace, job, definition, conduct }).run(),
  };
}
