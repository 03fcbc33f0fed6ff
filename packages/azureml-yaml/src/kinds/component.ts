import { type ComponentType, compileComponentSpec } from '../component-spec.ts';
import type { Compilation, Draft } from '../draft.ts';
import type { MapReader } from '../map-reader.ts';
import { readName } from '../name.ts';

function compileComponent(reader: MapReader, draft: Draft, type: ComponentType): Compilation {
  if (!reader.has('name')) reader.missing('name', 'the name to register the component under');
  const head = { name: readName(reader, 'name', 'component'), version: reader.text('version') };
  const { body } = compileComponentSpec(reader, draft, { type, head });
  return { ...head, resource: { type: 'components' }, body };
}

/** az ml commandComponent to `components/{name}/versions/{version}`. */
export function compileCommandComponent(reader: MapReader, draft: Draft): Compilation {
  return compileComponent(reader, draft, 'command');
}

/** az ml parallelComponent to `components/{name}/versions/{version}`. */
export function compileParallelComponent(reader: MapReader, draft: Draft): Compilation {
  return compileComponent(reader, draft, 'parallel');
}

/** az ml pipelineComponent to `components/{name}/versions/{version}`. */
export function compilePipelineComponent(reader: MapReader, draft: Draft): Compilation {
  return compileComponent(reader, draft, 'pipeline');
}
