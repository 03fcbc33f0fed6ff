import { defineAction, input } from '@switchyard/action-kit';
import type { ChangedCircuits } from '@switchyard/documents';
import { openProject } from '@switchyard/project';
import { renderChangedCircuits } from '@switchyard/reports';
import { detectCircuits } from './detect-circuits.ts';
import { findBase } from './find-base.ts';

export const detectChangedCircuits = defineAction({
  name: 'detect-changed-circuits',
  inputs: {
    config: input.text('switchyard.yml'),
    base: input.optional(),
    head: input.optional(),
    circuits: input.list(),
    token: input.optional(),
    'report-file': input.optional(),
  },
  outputs: ['changed-circuits-json', 'any-changed', 'count', 'base', 'head', 'reasons-json'],
  run: async (context) => {
    const { inputs, environment } = context;
    const project = await openProject(environment.workspaceFolder, inputs.config, context.readFile);
    const document = await detectCircuits(project, {
      requested: inputs.circuits,
      head: inputs.head ?? project.commit,
      configFile: inputs.config,
      findBase: () => findBase(context),
      compare: { token: inputs.token, apiUrl: environment.githubApiUrl, repository: environment.repository },
      logger: context.logger,
    });
    const names = document.circuits.map((circuit) => circuit.circuit);
    return {
      status: 'done',
      message: `${names.length} of ${project.circuits.length} circuits: ${names.join(', ') || 'none'}`,
      summary: renderChangedCircuits(document),
      outputs: {
        'changed-circuits-json': JSON.stringify(names),
        'any-changed': String(names.length > 0),
        count: String(names.length),
        base: document.base ?? '',
        head: document.head,
        'reasons-json': JSON.stringify(reasonsByCircuit(document)),
        'report-file': await context.writeReport(document),
      },
    };
  },
});

function reasonsByCircuit(document: ChangedCircuits): Record<string, readonly string[]> {
  return Object.fromEntries(document.circuits.map(({ circuit, reasons }) => [circuit, reasons]));
}
