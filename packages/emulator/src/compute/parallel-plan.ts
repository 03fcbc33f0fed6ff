import { durationMilliseconds, either, type JsonObject, member, objectMember, textMember } from '../fields.ts';
import type { Job, Workspace } from '../state/records.ts';
import { type BatchOptions, batchCommand } from './batch-command.ts';
import { modelReference } from './batch-plan.ts';
import { plainId } from './components.ts';
import { type Lookup, resolveUri } from './locations.ts';
import type { PipelineNode } from './pipeline-graph.ts';
import { planCommandJob, type RunPlan } from './run-plan.ts';

const defaultFileName = 'parallel_run_step.txt';

function boundName(text: string | undefined, kind: 'inputs' | 'outputs'): string | undefined {
  return new RegExp(`\\$\\{\\{\\s*${kind}\\.([\\w.-]+)\\s*\\}\\}`).exec(text ?? '')?.[1];
}

/** Seconds as parallel steps write them: a number, or an ISO 8601 duration. */
function seconds(value: unknown): number | undefined {
  const milliseconds = durationMilliseconds(String(value ?? ''));
  return milliseconds === undefined ? (Number(value) > 0 ? Number(value) : undefined) : milliseconds / 1000;
}

function settingsOf(node: PipelineNode): Omit<BatchOptions, 'script' | 'input' | 'output' | 'fileName'> {
  const read = (name: string) => {
    const found = either(node.body, name) ?? either(node.component.spec, name);
    return Number.isFinite(Number(found)) && found !== null && found !== '' ? Number(found) : undefined;
  };
  const retry = either(node.body, 'retrySettings') ?? either(node.component.spec, 'retrySettings');
  return {
    miniBatchSize: read('miniBatchSize') ?? 1,
    errorThreshold: read('errorThreshold') ?? -1,
    batchErrorThreshold: read('miniBatchErrorThreshold') ?? -1,
    maxRetries: Number(either(retry, 'maxRetries') ?? 2),
    timeoutSeconds: seconds(member(retry, 'timeout')) ?? 60,
    workers: read('maxConcurrencyPerInstance') ?? 1,
    summaryOnly: false,
    missingRowsAreErrors: false,
  };
}

/** What a parallel step runs: the batch driver around its entry script, over the files of its input. */
export function planParallelStep(lookup: Lookup, workspace: Workspace, job: Job, node: PipelineNode): RunPlan {
  const own = objectMember(node.body, 'task');
  const task: JsonObject = Object.keys(own).length > 0 ? own : objectMember(node.component.spec, 'task');
  const plan = planCommandJob(lookup, workspace, job);
  const inputText = either(node.body, 'inputData') ?? either(node.component.spec, 'inputData');
  const input = boundName(String(inputText ?? ''), 'inputs') ?? plan.inputs[0]?.name ?? '';
  const output = boundName(textMember(task, 'append_row_to'), 'outputs') ?? plan.outputs[0]?.name ?? '';
  const target = plan.outputs.find(({ name }) => name === output);
  const model = textMember(task, 'model');
  const reference = model === undefined ? undefined : plainId(model.replace(/^azureml:(?=azureml:)/, ''));
  const files = reference === undefined ? undefined : modelFiles(lookup, workspace, reference);
  return {
    ...plan,
    inputs:
      files === undefined
        ? plan.inputs
        : [...plan.inputs, { name: 'model', literal: undefined, isFile: false, location: files }],
    command: batchCommand(
      {
        ...settingsOf(node),
        script: textMember(task, 'entry_script') ?? textMember(task, 'entryScript') ?? '',
        input,
        output,
        fileName: target?.isFile ? '' : defaultFileName,
      },
      { hasModel: files !== undefined, arguments: textMember(task, 'program_arguments') ?? '' },
    ),
  };
}

function modelFiles(lookup: Lookup, workspace: Workspace, reference: string) {
  return reference.includes('/models/')
    ? modelReference(lookup, workspace, { referenceType: 'Id', assetId: reference })
    : resolveUri(lookup, workspace, reference);
}
