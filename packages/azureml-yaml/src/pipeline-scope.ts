import { entryType } from './component-port.ts';
import type { ComponentFile, PortType } from './draft.ts';
import type { Entry, MapReader } from './map-reader.ts';

/** One node of a pipeline as other nodes see it. */
export interface NodeView {
  readonly inputs: ReadonlyMap<string, Entry>;
  readonly outputs: ReadonlyMap<string, Entry>;
  /** The component of the node, when it is one that was read. */
  readonly component: ComponentFile | undefined;
}

export type BindingProblem = { readonly seen: string; readonly expected: string };

function entriesOf(reader: MapReader | undefined): ReadonlyMap<string, Entry> {
  return new Map((reader?.entries() ?? []).map((entry) => [entry.key, entry]));
}

/** What bindings inside a pipeline can name: its inputs and outputs, and those of its nodes. */
export class PipelineScope {
  readonly #inputs: ReadonlyMap<string, Entry>;
  readonly #outputs: ReadonlyMap<string, Entry>;
  readonly #nodes = new Map<string, NodeView>();

  constructor(pipeline: MapReader) {
    this.#inputs = entriesOf(pipeline.isMapAt('inputs') ? pipeline.child('inputs') : undefined);
    this.#outputs = entriesOf(pipeline.isMapAt('outputs') ? pipeline.child('outputs') : undefined);
  }

  addNode(name: string, node: MapReader, component: ComponentFile | undefined): void {
    const ports = (key: string) => entriesOf(node.isMapAt(key) ? node.child(key) : undefined);
    this.#nodes.set(name, { inputs: ports('inputs'), outputs: ports('outputs'), component });
  }

  #ofNode(name: string, side: string, port: string): PortType | undefined {
    const node = this.#nodes.get(name);
    if (!node || (side !== 'inputs' && side !== 'outputs')) return undefined;
    const declared = node.component?.[side].get(port);
    if (declared) return { type: declared.type };
    const entry = node[side].get(port);
    return entry ? { type: entryType(entry, (binding) => this.typeOf(binding)).type } : undefined;
  }

  /** Type of what a binding names; undefined when nothing is known of it. */
  typeOf(binding: string): PortType | undefined {
    const [, place = ''] = /\$\{\{\s*parent\.([^}\s]+)\s*\}\}/.exec(binding) ?? [];
    const [side = '', first = '', second = '', ...rest] = place.split('.');
    if (side === 'jobs') return this.#ofNode(first, second, rest.join('.'));
    const name = [first, second, ...rest].filter((part) => part !== '').join('.');
    const entry = (side === 'inputs' ? this.#inputs : side === 'outputs' ? this.#outputs : undefined)?.get(name);
    return entry && entryType(entry, () => undefined);
  }

  /** Why a binding names nothing; undefined when it is all right. */
  problemOf(binding: string): BindingProblem | undefined {
    const [, place] = /^\$\{\{\s*parent\.([^}\s]+)\s*\}\}$/.exec(binding.trim()) ?? [];
    if (place === undefined) return undefined;
    const [side = '', first = '', second = '', third = ''] = place.split('.');
    if (side === 'jobs') return this.#problemOfNode(binding, first, second, third);
    const ports = side === 'inputs' ? this.#inputs : this.#outputs;
    const name = place.slice(side.length + 1);
    // A group of inputs is named by its first part.
    if ((side !== 'inputs' && side !== 'outputs') || ports.has(name) || ports.has(first)) return undefined;
    return { seen: `${binding} names no ${side.slice(0, -1)} of the pipeline`, expected: namesOf(ports) };
  }

  #problemOfNode(binding: string, name: string, side: string, port: string): BindingProblem | undefined {
    const node = this.#nodes.get(name);
    if (!node) return { seen: `${binding} names no step of the pipeline`, expected: namesOf(this.#nodes) };
    if ((side !== 'inputs' && side !== 'outputs') || !node.component) return undefined;
    const declared = node.component[side];
    if (declared.has(port) || node[side].has(port)) return undefined;
    return { seen: `${binding} names no ${side.slice(0, -1)} of the step "${name}"`, expected: namesOf(declared) };
  }
}

function namesOf(names: ReadonlyMap<string, unknown>): string {
  return names.size === 0 ? 'none is there' : `one of ${[...names.keys()].join(', ')}`;
}
