import { errorText, SwitchyardErrors } from '@switchyard/domain';
import type { Draft } from './draft.ts';
import type { Entry, MapReader } from './map-reader.ts';
import { readSource, type Source } from './source.ts';

function readText(draft: Draft, path: string): string {
  if (draft.readText) return draft.readText(path);
  throw new Error('no files can be read here');
}

export interface Linked {
  readonly entry: Entry;
  readonly file: string;
  /** For the message: "a component file". */
  readonly what: string;
}

/** Another YAML file that the document names. Its mistakes join the document's; undefined after any. */
export function readLinked(reader: MapReader, draft: Draft, { entry, file, what }: Linked): Source | undefined {
  try {
    return readSource({ text: readText(draft, file), file, set: [] }, draft.problems);
  } catch (cause) {
    if (cause instanceof SwitchyardErrors) draft.problems.add(cause.errors);
    else {
      reader.mistake('YAML_FILE_UNREADABLE', entry, {
        seen: `"${entry.path}" names ${file}, which cannot be read: ${errorText(cause)}`,
        expected: `${what}, seen from the document's own folder`,
      });
    }
    return undefined;
  }
}
