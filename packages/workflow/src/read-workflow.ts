import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { SwitchyardError } from '@switchyard/domain';
import { readPermissions } from './permissions.ts';
import { readConcurrency, readDefaults, readJob } from './read-job.ts';
import { readTokens, throwFirstError } from './read-tokens.ts';
import { entriesOf, find, literalList, literalText, type MappingEntry, type Token, unexpected } from './token.ts';
import type { CallInterface, InputDefinition, Trigger, Workflow } from './workflow.ts';

/**
 * Reads a workflow file. `file` is the path shown in errors.
 *
 * @throws SwitchyardError with the place of the first mistake, or of the first key this product does not support.
 */
export async function readWorkflow(content: string, file: string): Promise<Workflow> {
  const { context, value } = parseWorkflow({ name: file, content }, new NoOperationTraceWriter());
  throwFirstError(context, file);
  if (!value) throw new SwitchyardError({ code: 'WORKFLOW_EMPTY', seen: `${file} is empty`, expected: 'a workflow' });
  // The conversion itself is not used: it drops keys. It finds mistakes the schema does not (cycles in `needs`, ...).
  await convertWorkflowTemplate(context, value);
  throwFirstError(context, file);
  return readRoot(readTokens(value, file, content), file);
}

function readRoot(root: Token, file: string): Workflow {
  const on = find(root, 'on');
  const dispatch = find(on, 'workflow_dispatch');
  return {
    file,
    name: literalText(find(root, 'name'), '`name`') ?? file,
    triggers: readTriggers(on),
    dispatchInputs: entriesOf(find(dispatch, 'inputs'), '`inputs`').map(readInput),
    call: readCall(on),
    env: find(root, 'env'),
    defaults: readDefaults(find(root, 'defaults')),
    permissions: readPermissions(find(root, 'permissions')),
    concurrency: readConcurrency(find(root, 'concurrency')),
    jobs: entriesOf(find(root, 'jobs'), '`jobs`').map(readJob),
  };
}

const filterKeys = ['branches', 'branches-ignore', 'tags', 'tags-ignore', 'paths', 'paths-ignore', 'types'];

function readTriggers(on: Token | undefined): Trigger[] {
  if (on === undefined) return [];
  if (on.kind !== 'mapping') {
    const items = on.kind === 'sequence' ? on.items : [on];
    return items.map((item) => ({ event: literalText(item, '`on`') ?? '', position: item.position, filters: {} }));
  }
  return on.entries.map(({ key, position, value }) => {
    const lists = filterKeys.flatMap((filter) => {
      const list = find(value, filter);
      return list ? [[filter, literalList(list, `\`${filter}\``)] as const] : [];
    });
    return { event: key, position, filters: Object.fromEntries(lists) };
  });
}

function readCall(on: Token | undefined): CallInterface | undefined {
  const call = find(on, 'workflow_call');
  if (!call) return readTriggers(on).some((each) => each.event === 'workflow_call') ? emptyCall : undefined;
  return {
    inputs: entriesOf(find(call, 'inputs'), '`inputs`').map(readInput),
    secrets: entriesOf(find(call, 'secrets'), '`secrets`').map(({ key, value }) => ({
      name: key,
      required: literalText(find(value, 'required'), '`required`') === 'true',
    })),
    outputs: entriesOf(find(call, 'outputs'), '`outputs`').map((entry) => {
      const value = find(entry.value, 'value');
      if (!value) throw unexpected(entry.value, `output '${entry.key}'`, 'a mapping with `value`');
      return { ...entry, value };
    }),
  };
}

const emptyCall: CallInterface = { inputs: [], secrets: [], outputs: [] };

const inputTypes = ['string', 'boolean', 'number', 'choice', 'environment'] as const;

function readInput({ key, position, value }: MappingEntry): InputDefinition {
  const typeToken = find(value, 'type');
  const text = literalText(typeToken, '`type`') ?? 'string';
  const type = inputTypes.find((each) => each === text);
  if (!type) throw unexpected(typeToken ?? value, `type of input '${key}'`, inputTypes.join(', '));
  return {
    name: key,
    type,
    required: literalText(find(value, 'required'), '`required`') === 'true',
    default: find(value, 'default'),
    options: literalList(find(value, 'options'), '`options`'),
    position,
  };
}
