import { isMap } from 'yaml';
import { componentFromFile, inlineComponent, refusedTypes } from './component-file.ts';
import type { ComponentFile, Draft } from './draft.ts';
import type { Entry, MapReader } from './map-reader.ts';
import type { PipelineScope } from './pipeline-scope.ts';
import { compileReference, isReference } from './reference.ts';

type NodeType = 'command' | 'parallel' | 'sweep' | 'pipeline';

const nodeTypes: Readonly<Record<string, NodeType>> = {
  command: 'command',
  parallel: 'parallel',
  sweep: 'sweep',
  pipeline: 'pipeline',
};

/** A node whose component, if it is not the node itself, is known. */
export interface Step {
  readonly name: string;
  readonly entry: Entry;
  readonly reader: MapReader;
  readonly type: NodeType;
  /** The map that names the component: the node, or the trial of a sweep. */
  readonly holder: MapReader;
  /** Id of the component; undefined for a node that is written out in place. */
  readonly componentId: string | undefined;
  /** The component, when it was read from a file or from the document. */
  readonly file: ComponentFile | undefined;
}

interface FoundComponent {
  readonly id: string | undefined;
  readonly file: ComponentFile | undefined;
}

function isLocalFile(text: string): boolean {
  return text.startsWith('file:') || /\.ya?ml$/i.test(text);
}

/** `component:` of a node: a file, a component written in place, or a registered one. */
function findComponent(holder: MapReader, draft: Draft): FoundComponent {
  const entry = holder.entry('component');
  if (!entry) return { id: undefined, file: undefined };
  if (isMap(entry.node)) {
    const child = holder.childOf(entry);
    const file = child && inlineComponent(child, draft, entry);
    return { id: file?.placeholder, file };
  }
  const text = holder.text('component');
  if (text === undefined) return { id: undefined, file: undefined };
  if (isReference(text))
    return { id: compileReference(holder, draft, { entry, type: 'components', text }), file: undefined };
  if (isLocalFile(text)) {
    const file = componentFromFile(holder, draft, entry, text.replace(/^file:(\/\/)?/, ''));
    return { id: file?.placeholder, file };
  }
  holder.mistake('YAML_REFERENCE_INVALID', entry, {
    seen: `"${entry.path}" is "${text}"`,
    expected:
      'a component as ./<file>.yml, azureml:<name>:<version>, azureml:<name>@latest, a registry id or an ARM id',
  });
  return { id: undefined, file: undefined };
}

function readType(reader: MapReader, entry: Entry): NodeType | undefined {
  const written = reader.has('type') ? reader.text('type') : undefined;
  reader.skip('type');
  if (written === undefined) return reader.has('trial') ? 'sweep' : reader.has('task') ? 'parallel' : 'command';
  const type = nodeTypes[written];
  if (type !== undefined) return type;
  reader.mistake('YAML_NOT_SUPPORTED', reader.entry('type') ?? entry, {
    seen: `"${entry.path}" is a step of type "${written}"`,
    expected: `one of ${Object.keys(nodeTypes).join(', ')}`,
    ...(refusedTypes[written] === undefined ? {} : { next: refusedTypes[written] }),
  });
  return undefined;
}

/** Reads what a node is and which component it runs. */
export function readStep(jobs: MapReader, entry: Entry, draft: Draft, scope: PipelineScope): Step | undefined {
  const reader = jobs.childOf(entry);
  if (!reader) return undefined;
  const type = readType(reader, entry);
  if (type === undefined) {
    scope.addNode(entry.key, reader, undefined);
    return undefined;
  }
  const holder = type === 'sweep' ? trialOf(reader) : reader;
  if (!holder) return undefined;
  const found = findComponent(holder, draft);
  scope.addNode(entry.key, reader, found.file);
  const own = found.file?.type;
  const actual = type === 'command' && own !== undefined && own !== 'command' ? nodeTypes[own] : type;
  return { name: entry.key, entry, reader, type: actual ?? type, holder, componentId: found.id, file: found.file };
}

/** `trial:` of a sweep step: a command, or the path of a component. */
function trialOf(reader: MapReader): MapReader | undefined {
  if (!reader.has('trial')) return reader.missing('trial', 'the command or component that is tried');
  if (reader.isMapAt('trial')) return reader.child('trial');
  return reader.wrapped('trial', 'component');
}
