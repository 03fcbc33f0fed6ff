import type { CompileContext, CompiledDocument, DocumentKind } from './document.ts';
import type { Draft } from './draft.ts';
import { kinds, readKind } from './kind.ts';
import { MapReader } from './map-reader.ts';
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
  /** The kinds the caller can use; others are refused by name. */
  readonly expect?: readonly DocumentKind[];
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
  const draft: Draft = { file, context, readText, uploads: [], references: [], inline: [] };
  const { name, version, resource, body } = kinds[kind](reader, draft);
  reader.finish();
  problems.throwIfAny();
  const { uploads, references, inline } = draft;
  return { kind, name, version, file, resource, body, uploads, references, inline, warnings: problems.warnings };
}
