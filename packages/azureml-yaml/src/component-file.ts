import { anonymous } from './component-id.ts';
import { portTypes } from './component-port.ts';
import { type ComponentType, compileComponentSpec } from './component-spec.ts';
import { addInline, type ComponentFile, type Draft } from './draft.ts';
import { readLinked } from './linked-file.ts';
import type { Entry, MapReader } from './map-reader.ts';
import { resolveFromDocument } from './path.ts';

const componentTypes: Readonly<Record<string, ComponentType>> = {
  command: 'command',
  parallel: 'parallel',
  pipeline: 'pipeline',
};

/** Why a component or node of this type is not compiled, by type. */
export const refusedTypes: Readonly<Record<string, string>> = {
  spark: 'run the Spark step with "az ml job create", or write it as a command',
  automl: 'run AutoML with "az ml job create", or train with a command',
  data_transfer: 'copy the data with a command',
  import: 'import the data with "az ml data import"',
  flow: 'register the flow with "az ml component create" and name it by azureml:<name>:<version>',
  finetuning: 'run fine-tuning with "az ml job create"',
  do_while: 'repeat inside a command; the service knows loops only from its own SDK',
  parallel_for: 'use a parallel step',
  if_else: 'decide in the workflow that submits the job',
};

function componentType(reader: MapReader, entry: Entry): ComponentType | undefined {
  const schema = reader.has('$schema') ? (reader.text('$schema')?.split('/').at(-1) ?? '').toLowerCase() : '';
  const fromSchema = /^([a-z]+)component\./.exec(schema)?.[1];
  const type = reader.text('type') ?? fromSchema ?? (schema.startsWith('flow.') ? 'flow' : 'command');
  const found = componentTypes[type];
  if (found !== undefined) return found;
  reader.mistake('YAML_NOT_SUPPORTED', reader.entry('type') ?? entry, {
    seen: `"${entry.path}" is a component of type "${type}"`,
    expected: Object.keys(componentTypes).join(', '),
    next: refusedTypes[type] ?? 'register it with "az ml component create" and name it by azureml:<name>:<version>',
  });
  return undefined;
}

/** Compiles a component whose keys `reader` reads and notes it as an asset that goes first. */
export function inlineComponent(reader: MapReader, draft: Draft, entry: Entry): ComponentFile | undefined {
  const type = componentType(reader, entry);
  if (type === undefined) return undefined;
  reader.skip('name', 'version');
  const { body, inputs, outputs } = compileComponentSpec(reader, draft, { type, head: anonymous });
  reader.finish();
  const placeholder = addInline(draft, entry, { type: 'components', body });
  return { placeholder, type, inputs: portTypes(inputs), outputs: portTypes(outputs) };
}

/** The component in a file of its own. Its paths are seen from that file's folder. */
export function componentFromFile(
  reader: MapReader,
  draft: Draft,
  entry: Entry,
  path: string,
): ComponentFile | undefined {
  const file = resolveFromDocument(draft.file, path);
  const known = draft.components.get(file);
  if (known) return known;
  if (draft.parents.includes(file)) {
    reader.mistake('YAML_REFERENCE_INVALID', entry, {
      seen: `"${entry.path}" names ${file}, which contains itself: ${[...draft.parents, file].join(' > ')}`,
      expected: 'components that do not contain themselves',
    });
    return undefined;
  }
  const source = readLinked(reader, draft, { entry, file, what: 'a component file' });
  if (!source) return undefined;
  const inner: Draft = { ...draft, file, source, parents: [...draft.parents, file] };
  const found = inlineComponent(reader.readerOf(source, { path: entry.path, position: entry.position }), inner, entry);
  if (found) draft.components.set(file, found);
  return found;
}
