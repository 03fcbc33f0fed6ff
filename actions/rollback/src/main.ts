import { azureInputs, defineAction, input } from '@switchyard/action-kit';
import { selectCircuits } from '@switchyard/circuits';
import type { RollbackReport } from '@switchyard/documents';
import { errorText, type Status, SwitchyardError } from '@switchyard/domain';
import { openAzure, openProject } from '@switchyard/project';
import { renderRollback } from '@switchyard/reports';
import { RollbackRefused, rollBackCircuit } from './roll-back-circuit.ts';

export const rollback = defineAction({
  name: 'rollback',
  inputs: {
    config: input.text('switchyard.yml'),
    circuits: input.list(),
    environment: input.required(),
    to: input.text('previous'),
    reason: input.required(),
    'incident-id': input.optional(),
    'resource-group': input.optional(),
    'workspace-name': input.optional(),
    ...azureInputs,
    'timeout-minutes': input.wholeNumber({ min: 1, max: 360, fallback: '30' }),
    'dry-run': input.boolean('false'),
    'report-file': input.optional(),
  },
  outputs: ['rolled-back-json', 'failed-json', 'plan-json'],
  run: async (context) => {
    const { inputs } = context;
    const project = await openProject(context.environment.workspaceFolder, inputs.config, context.readFile);
    const circuits = selectCircuits(inputs.circuits.includes('ALL') ? 'ALL' : inputs.circuits, project.circuits);
    if (circuits.length === 0) throw nothingChosen();
    const places = await openAzure(context, project.config, project.settings(inputs.environment), inputs);
    const plans: RollbackReport['plans'] = [];
    const failures: RollbackReport['failures'] = [];
    const statuses = new Set<Status>();
    // One that fails does not keep the others from going back.
    for (const circuit of circuits) {
      try {
        plans.push(await rollBackCircuit({ context, project, circuit, workspace: places.workspace }));
      } catch (error) {
        failures.push({ circuit: circuit.name, message: errorText(error) });
        statuses.add(error instanceof RollbackRefused ? error.status : 'error');
        context.logger.warning(`${circuit.name}: ${errorText(error)}`);
      }
    }
    const { reason, environment } = inputs;
    const incident = inputs['incident-id'] ?? null;
    const report: RollbackReport = {
      schema: 'switchyard/rollback-report/v1',
      environment,
      reason,
      incident,
      plans,
      failures,
    };
    return {
      status: statusOf(statuses, inputs['dry-run']),
      message: sentence(report, inputs['dry-run']),
      summary: [...plans.map(renderRollback), ...failures.map(renderFailure)].join('\n'),
      outputs: {
        'rolled-back-json': JSON.stringify(
          plans.filter(({ status }) => status === 'done').map(({ circuit }) => circuit),
        ),
        'failed-json': JSON.stringify(failures.map(({ circuit }) => circuit)),
        'plan-json': JSON.stringify(plans.map(planLine)),
        'report-file': await context.writeReport(report),
      },
    };
  },
});

/** One word for all circuits: the reason they share, `error` where they differ. */
function statusOf(failed: ReadonlySet<Status>, isDryRun: boolean): Status {
  const [first] = failed;
  if (first === undefined) return isDryRun ? 'planned' : 'done';
  return failed.size === 1 ? first : 'error';
}

function sentence({ plans, failures }: RollbackReport, isDryRun: boolean): string {
  const done = plans.map(
    ({ endpoint, current, target }) => `${endpoint} ${current.model.version} -> ${target.model.version}`,
  );
  const parts = [`${isDryRun ? 'would roll back' : 'rolled back'} ${done.join(', ') || 'nothing'}`];
  if (failures.length > 0)
    parts.push(`ROLLBACK_INCOMPLETE: ${failures.map(({ circuit, message }) => `${circuit}: ${message}`).join('; ')}`);
  return parts.reverse().join('; ');
}

function planLine({ circuit, endpoint, path, current, target }: RollbackReport['plans'][number]): object {
  return { circuit, endpoint, path, from: current.model.version, to: target.model.version };
}

function renderFailure({ circuit, message }: RollbackReport['failures'][number]): string {
  return `### ${circuit}: not rolled back\n\n${message}\n`;
}

function nothingChosen(): SwitchyardError {
  return new SwitchyardError({
    code: 'INPUT_MISSING',
    seen: 'input "circuits" is empty',
    expected: 'circuit names separated by commas, or ALL',
    next: 'set "circuits" under "with:"',
  });
}
