import { azureInputs, defineAction, input } from '@switchyard/action-kit';
import { ensureEnvironment } from '@switchyard/azureml';
import { openAzure, openProject, readEnvironmentDocument } from '@switchyard/project';
import { renderTrainingPlan, renderTrainingReport } from '@switchyard/reports';
import { assertTrainingAllowed } from './assert-training-allowed.ts';
import { compileTrainingJob } from './compile-training-job.ts';
import { registerModel } from './register-model.ts';
import { runTrainingJob } from './run-training-job.ts';
import { trainingFingerprint } from './training-fingerprint.ts';

export const train = defineAction({
  name: 'train',
  inputs: {
    config: input.text('switchyard.yml'),
    circuit: input.required(),
    environment: input.text('dev'),
    file: input.optional(),
    set: input.lines(),
    'resource-group': input.optional(),
    'workspace-name': input.optional(),
    ...azureInputs,
    'timeout-minutes': input.wholeNumber({ min: 1, max: 30_240, fallback: '120' }),
    'dry-run': input.boolean('false'),
    'report-file': input.optional(),
  },
  outputs: ['job-name', 'model-name', 'model-version', 'metrics-json', 'fingerprint', 'reattached'],
  run: async (context) => {
    const { inputs, clock } = context;
    const project = await openProject(context.environment.workspaceFolder, inputs.config, context.readFile);
    const circuit = project.circuit(inputs.circuit);
    const settings = project.settings(inputs.environment);
    assertTrainingAllowed(project.config, inputs.environment);
    const startedAt = clock.now();
    const places = await openAzure(context, project.config, settings, inputs);
    const fingerprint = trainingFingerprint(await project.fingerprint(circuit), inputs);
    const job = await compileTrainingJob({ context, project, circuit, fingerprint, places });
    if (inputs['dry-run']) {
      return {
        status: 'planned',
        message: `would submit job ${job.name} to ${places.workspace.name}`,
        summary: renderTrainingPlan({
          circuit: circuit.name,
          job: job.name,
          workspace: places.workspace.name,
          fingerprint,
        }),
        outputs: { 'job-name': job.name, fingerprint, 'report-file': await context.writeReport(job.compiled.body) },
      };
    }
    const mlEnvironment = await readEnvironmentDocument(project, context.readFile, places);
    if (mlEnvironment) await ensureEnvironment(places.workspace, mlEnvironment.compiled, { folder: project.folder });
    const run = await runTrainingJob({ context, workspace: places.workspace, job, folder: project.folder });
    const report = await registerModel({
      context,
      project,
      circuit,
      fingerprint,
      workspace: places.workspace,
      run,
      startedAt,
    });
    return {
      status: run.reattached && report.modelExisted ? 'no-change' : 'done',
      message: `${circuit.name}: job ${run.name} completed, model ${report.document.model.name} version ${report.document.model.version}`,
      summary: renderTrainingReport(report.document),
      outputs: {
        'job-name': run.name,
        'model-name': report.document.model.name,
        'model-version': report.document.model.version,
        'metrics-json': JSON.stringify(report.document.metrics),
        fingerprint,
        reattached: String(run.reattached),
        'report-file': await context.writeReport(report.document),
      },
    };
  },
});
