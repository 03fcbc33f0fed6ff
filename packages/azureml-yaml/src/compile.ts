import { SwitchyardErrors } from '@switchyard/domain';
import type { CompileContext, CompiledDocument, DocumentKind } from './document.ts';
import type { Draft } from './draft.ts';
import { detectKind, kindOfSchema, kinds, readKind } from './kind.ts';
import { MapReader } from './map-reader.ts';
import { compilePipelineJobs } from './pipeline-node.ts';
import { Problems } from './problems.ts';
import { readSource } from './source.ts';

export interface CompileInput {
  readonly text: string;
  /** Path of the document as messages show it; relative paths inside are seen from its folder. */
  readonly file: string;
  /** `path=value` texts by the rules of `az ml --set`. */
  readonly set?: readonly string[];
  readonly context: CompileContext;
  /** Reads a text file that the document names (`conda_file`), by its resolved path. */
  readonly readText?: (path: string) => string;
  /**
   * Which assets written in place the caller can register before the document. `all` takes a caller that fills
   * placeholders inside their bodies too (`fillBody`). Default `environments`, without a build context.
   */
  readonly assets?: 'all' | 'environments';
  /** The kinds the caller can use; others are refused by name. */
  readonly expect?: readonly DocumentKind[];
}

/** The kind of a document, also of one that cannot be compiled or is a template; undefined when nothing tells. */
export function kindOf(text: string, file: string): string | undefined {
  try {
    const problems = new Problems();
    const source = readSource({ text, file, set: [], isTemplate: true }, problems);
    return detectKind(new MapReader(source, problems, source.root));
  } catch (error) {
    if (!(error instanceof SwitchyardErrors)) throw error;
    // A template need not be YAML before it is filled.
    const schema = /^["']?\$schema["']?:\s*["']?([^\s"']+)/m.exec(text)?.[1];
    return schema === undefined ? undefined : kindOfSchema(schema);
  }
}

/**
 * Compiles an az ml CLI v2 document to a REST resource of api-version 2025-12-01. The text is never changed; what only
 * the service can give stands as placeholders (see `fillUploads`). Expressions such as `${{inputs.x}}` pass through.
 * @throws SwitchyardErrors All mistakes of the document at once, codes `YAML_*`, each with its position.
 */
export function compileDocument(input: CompileInput): CompiledDocument {
  const problems: Problems = new Problems();
  const { file, context, readText } = input;
  const source = readSource({ text: input.text, file, set: input.set ?? [] }, problems);
  const reader = new MapReader(source, problems, source.root);
  const kind = readKind(reader, input.expect);
  if (kind === undefined) problems.fail();
  const open = { uploads: [], references: [], inline: [] };
  const draft: Draft = {
    file,
    context,
    readText,
    source,
    problems,
    components: new Map(),
    parents: [],
    pipelineJobs: compilePipelineJobs,
    takesAll: input.assets === 'all',
    ...open,
  };
  const { name, version, resource, body } = kinds[kind](reader, draft);
  reader.finish();
  problems.throwIfAny();
  const { uploads, references, inline } = draft;
  return { kind, name, version, file, resource, body, uploads, references, inline, warnings: problems.warnings };
}
