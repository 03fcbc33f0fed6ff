import type { DeploymentPlan, DeploymentState } from '@switchyard/documents';
import { formatTraffic } from '@switchyard/domain';
import { code, escapeText, joinBlocks } from './markdown.ts';
import { markdown, renderTable } from './table.ts';
import { fence, renderTrafficBars } from './traffic-bars.ts';

/** What a deployment would do; nothing was written. */
export function renderDeploymentPlan(plan: DeploymentPlan): string {
  const { circuit, environment, endpoint, model, steps } = plan;
  return joinBlocks([
    `### Plan: ${escapeText(circuit)} in ${escapeText(environment)}`,
    `${code(`${model.name}:${model.version}`)} on endpoint ${code(endpoint)}${plan.slot === null ? '' : `, slot ${code(plan.slot)}`}.`,
    renderTable(
      ['Action', 'What', 'Detail'],
      steps.map((step) => [step.action, step.what, step.detail]),
    ),
    `Traffic ${code(formatTraffic(plan.before))} → ${code(formatTraffic(plan.after))}. An abort restores ${code(formatTraffic(plan.restore))}.`,
  ]);
}

/** A deployment as it went: the split now, and every decision with its time. */
export function renderDeployment(state: DeploymentState): string {
  const { circuit, environment, endpoint, model, phase, slot, decisions } = state;
  return joinBlocks([
    `### ${escapeText(circuit)} in ${escapeText(environment)}: ${phase}`,
    `${code(`${model.name}:${model.version}`)} on endpoint ${code(endpoint)}, slot ${code(slot)}, rollout ${code(state.rollout)}.`,
    fence(renderTrafficBars(state.current)),
    renderTable(
      ['Time', 'Phase', 'Verdict', 'Detail'],
      decisions.map((decision) => [decision.at, decision.phase, decision.verdict, decision.detail]),
    ),
    `Before the rollout: ${code(formatTraffic(state.restore.traffic))}.`,
  ]);
}

/** Several circuits of one run in one table. */
export function renderDeployments(states: readonly DeploymentState[]): string {
  const rows = states.map((state) => [
    state.circuit,
    markdown(code(`${state.model.name}:${state.model.version}`)),
    state.phase,
    markdown(code(formatTraffic(state.current))),
  ]);
  return joinBlocks([renderTable(['Circuit', 'Model', 'Phase', 'Traffic'], rows)]);
}
