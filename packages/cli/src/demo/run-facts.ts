import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '@switchyard/runner';
import type { Observer } from './observer.ts';

export const circuits = [
  'PLANT001_CIRCUIT01',
  'PLANT001_CIRCUIT02',
  'PLANT002_CIRCUIT01',
  'PLANT002_CIRCUIT02',
  'PLANT003_CIRCUIT01',
];

export const modelOf = (circuit: string) => circuit.toLowerCase().replace('_', '-');
export const endpointOf = (circuit: string, environment: string) => `${modelOf(circuit)}-${environment}`;

export function jobOf(run: RunResult, word: string): RunResult['jobs'][number] | undefined {
  return run.jobs.find((job) => job.id.includes(word) || job.name.includes(word));
}

export function stepOutput(run: RunResult, job: string, step: string, output: string): string {
  const found = run.jobs.find(({ name }) => name.endsWith(job))?.steps.find(({ id }) => id === step);
  return found?.outputs[output] ?? 'absent';
}

export function outputOf(run: RunResult, job: string, output: string): unknown {
  return JSON.parse(jobOf(run, job)?.outputs[output] ?? 'null');
}

export function verdictOf(run: RunResult, circuit: string): string {
  return stepOutput(run, `Train ${circuit}`, 'gate', 'decision');
}

/** Reads a report of the run from its artifacts. */
export function artifact(run: RunResult, name: string, file: string): unknown {
  return JSON.parse(readFileSync(join(run.artifacts[name] ?? '', file), 'utf8'));
}

export function primaryMetric(run: RunResult, circuit: string): { champion: number; challenger: number } {
  const verdict = artifact(run, `training-${circuit}`, 'verdict.json') as {
    rules: { metric: string; champion: number | null; challenger: number | null }[];
  };
  const rule = verdict.rules.find(({ metric, champion }) => metric === 'mae' && champion !== null);
  return { champion: rule?.champion ?? Number.NaN, challenger: rule?.challenger ?? Number.NaN };
}

export function rampOf(run: RunResult, circuit: string): string[] {
  const job = run.jobs.find(({ name }) => name.endsWith(`Deploy ${circuit}`));
  const environment = job?.environment ?? '';
  const state = artifact(run, `deployment-${environment}-${circuit}`, 'deployment_state.json') as {
    decisions: { verdict: string; detail: string }[];
  };
  return state.decisions
    .filter(({ verdict }) => verdict === 'shift')
    .map(({ detail }) => detail.replace(/^.*becomes /, ''));
}

export function planOf(run: RunResult): { from: string; to: string }[] {
  const lines = JSON.parse(stepOutput(run, 'Plan rollback', 'plan', 'plan-json')) as { from: string; to: string }[];
  return lines.map(({ from, to }) => ({ from, to }));
}

export function allAt(version: string): Record<string, string> {
  return Object.fromEntries(circuits.map((circuit) => [circuit, version]));
}

export async function registryVersions(observer: Observer): Promise<Record<string, string>> {
  const pairs = await Promise.all(
    circuits.map(async (circuit) => [circuit, (await observer.registryVersions(modelOf(circuit))).join(',')]),
  );
  return Object.fromEntries(pairs) as Record<string, string>;
}

export async function servedVersion(
  observer: Observer,
  environment: 'test' | 'production',
  circuit: string,
): Promise<string> {
  const facts = await observer.endpoint(environment, endpointOf(circuit, environment));
  const [slot] = Object.entries(facts?.traffic ?? {}).find(([, share]) => share === 100) ?? [];
  return (slot && facts?.deployments[slot]) || 'none';
}
