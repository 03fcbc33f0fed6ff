import { errorText } from '@switchyard/domain';
import { evaluateCondition, evaluateText, type Job, type Scope } from '@switchyard/workflow';
import { githubContext } from './github-context.ts';
import type { LoadedWorkflow } from './load-workflow.ts';
import type { NodeResult } from './node-result.ts';
import type { Frame, Run } from './run.ts';
import { runInstances } from './run-instances.ts';
import type { JobResult } from './run-result.ts';

export interface GraphResult {
  readonly result: Exclude<JobResult, 'skipped'>;
  /** Of a called workflow. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** Runs the jobs of a workflow: each as soon as those it needs have ended. */
export async function runGraph(run: Run, loaded: LoadedWorkflow, frame: Frame): Promise<GraphResult> {
  return new Graph(run, loaded, frame).run();
}

class Graph {
  readonly #run: Run;
  readonly #loaded: LoadedWorkflow;
  readonly #frame: Frame;
  readonly #nodes = new Map<string, Promise<NodeResult>>();
  readonly #ended = new Map<string, NodeResult>();

  constructor(run: Run, loaded: LoadedWorkflow, frame: Frame) {
    this.#run = run;
    this.#loaded = loaded;
    this.#frame = frame;
  }

  async run(): Promise<GraphResult> {
    const { jobs, call } = this.#loaded.workflow;
    const results = await Promise.all(jobs.map((job) => this.#node(job.id)));
    const jobContexts = Object.fromEntries(this.#ended);
    const scope = { contexts: { ...this.#contexts({}), jobs: jobContexts } };
    const outputs = (call?.outputs ?? []).map(({ key, value }) => [key, evaluateText(value, scope)] as const);
    return { result: worst(results), outputs: Object.fromEntries(outputs) };
  }

  #node(id: string): Promise<NodeResult> {
    const known = this.#nodes.get(id) ?? this.#start(id);
    this.#nodes.set(id, known);
    return known;
  }

  async #start(id: string): Promise<NodeResult> {
    const job = this.#job(id);
    await Promise.all(job.needs.map((need) => this.#node(need)));
    const node = await this.#runNode(job);
    this.#ended.set(id, node);
    return node;
  }

  async #runNode(job: Job): Promise<NodeResult> {
    const needs = Object.fromEntries(job.needs.map((need) => [need, this.#ended.get(need)]));
    const scope = this.#scope(job, needs);
    try {
      if (!evaluateCondition(job.condition, scope)) return this.#skip(job);
      return await runInstances({
        run: this.#run,
        loaded: this.#loaded,
        frame: this.#frame,
        job,
        needs,
        scope,
        runNested: runGraph,
      });
    } catch (error) {
      return this.#fail(job, error);
    }
  }

  #skip(job: Job): NodeResult {
    // A cancelled run leaves the jobs it never came to as cancelled; others were not wanted.
    const result = this.#frame.signal.aborted ? 'cancelled' : 'skipped';
    return this.#report(job, result);
  }

  #fail(job: Job, error: unknown): NodeResult {
    const annotation = { level: 'error', message: errorText(error) } as const;
    const id = this.#frame.prefix + job.id;
    this.#run.emit({ type: 'annotation', job: id, step: '', annotation });
    return this.#report(job, 'failure');
  }

  #report(job: Job, result: JobResult): NodeResult {
    const id = this.#frame.prefix + job.id;
    const now = Date.now();
    this.#run.reports.push({ id, name: id, result, outputs: {}, steps: [], startedAt: now, finishedAt: now });
    this.#run.emit({ type: 'job-finished', job: id, result, milliseconds: 0 });
    return { result, outputs: {} };
  }

  #scope(job: Job, needs: Readonly<Record<string, unknown>>): Scope {
    const results = this.#ancestors(job).map((id) => this.#ended.get(id)?.result);
    const cancelled = () => this.#frame.signal.aborted;
    const functions = {
      always: () => true,
      cancelled,
      success: () => !cancelled() && results.every((result) => result === 'success'),
      failure: () => !cancelled() && results.some((result) => result === 'failure'),
    };
    return { contexts: this.#contexts(needs), functions };
  }

  /** Everything a job waits for, directly or through others: `success()` looks at all of them. */
  #ancestors(job: Job): string[] {
    const found = new Set<string>();
    const visit = (id: string) => {
      if (found.has(id)) return;
      found.add(id);
      for (const need of this.#job(id).needs) visit(need);
    };
    for (const need of job.needs) visit(need);
    return [...found];
  }

  #contexts(needs: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const { inputs, secrets } = this.#frame;
    return { github: { ...githubContext(this.#run) }, vars: this.#run.options.vars ?? {}, inputs, needs, secrets };
  }

  #job(id: string): Job {
    const job = this.#loaded.workflow.jobs.find((each) => each.id === id);
    if (!job) throw new Error(`job '${id}' is gone`);
    return job;
  }
}

function worst(nodes: readonly NodeResult[]): GraphResult['result'] {
  if (nodes.some((node) => node.result === 'failure')) return 'failure';
  return nodes.some((node) => node.result === 'cancelled') ? 'cancelled' : 'success';
}
