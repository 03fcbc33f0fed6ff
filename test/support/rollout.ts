import type { JournalEntry } from './azure.ts';
import type { BundleRun } from './bundle.ts';
import { writesOf } from './journal.ts';
import { type Line, quick } from './line.ts';
import { endpointPath, type Resource } from './resources.ts';

/** The parts of deployment_state.json that tests look at. */
export interface State {
  readonly phase: string;
  readonly restore: { readonly traffic: object; readonly mirrorTraffic: object };
  readonly current: object;
  readonly decisions: readonly { readonly verdict: string; readonly detail: string }[];
}

/** A ramp in three steps, each as short as it may be. */
export const ramp = { 'traffic-steps': '10,50,100', ...quick };

/** Deploys a registry version to production, whatever the end. */
export function deployVersion(
  line: Line,
  version: string,
  inputs: Readonly<Record<string, string>> = {},
  options: Parameters<Line['run']>[2] = {},
): Promise<BundleRun> {
  const all = { environment: 'production', 'model-version': version, ...ramp, ...inputs };
  return line.run('blue-green-deploy', all, options);
}

/** A circuit whose endpoint serves version 1 from the slot blue. */
export async function createServing(line: Line): Promise<Line> {
  const serving = line.sibling();
  await serving.deploy('production', { 'model-version': '1' });
  return serving;
}

export function stateOf(run: BundleRun): State {
  return run.report as State;
}

export function decisionsOf(run: BundleRun): string[] {
  return stateOf(run).decisions.map(({ verdict }) => verdict);
}

/** Puts Python at the start of the scoring function, as a commit. */
export function scoringDoes(line: Line, python: readonly string[]): void {
  const first = '    request = json.loads(raw_data)';
  const lines = python.map((text) => `    ${text}\n`).join('');
  line.repository.edit('src/score/score.py', first, `${lines}${first}`);
  line.repository.commit('test: change the scoring function');
}

/** Python that fails from the call after `calls` on. */
export function failingAfter(calls: number): string[] {
  return [
    'calls = globals()["_calls"] = globals().get("_calls", 0) + 1',
    `if calls > ${calls}:`,
    `    raise RuntimeError("worn out after ${calls} calls")`,
  ];
}

/** PUTs of the endpoint itself: only they can move traffic. */
export function trafficWrites(requests: readonly JournalEntry[], line: Line): string[] {
  const name = line.endpoint('production');
  return writesOf(requests).filter((write) => write.startsWith('PUT') && write.endsWith(`/onlineEndpoints/${name}`));
}

export async function readDeployment(line: Line, slot: string): Promise<Resource> {
  const { body } = await line.azure.call('GET', `${endpointPath(line, 'production')}/deployments/${slot}`);
  return body as Resource;
}
