import { addUpload, type Draft } from './draft.ts';
import type { MapReader } from './map-reader.ts';
import { compileReference, isReference } from './reference.ts';

/** `code:` of a job or deployment: a local folder or file, or a registered code asset. */
export function compileCode(reader: MapReader, draft: Draft): string | undefined {
  const text = reader.text('code');
  const entry = reader.entry('code');
  if (text === undefined || !entry) return undefined;
  if (isReference(text)) return compileReference(reader, draft, { entry, type: 'codes', text });
  if (/^(git\+|https?:|git@|ssh:)/.test(text)) {
    reader.mistake('YAML_NOT_SUPPORTED', entry, {
      seen: `"${entry.path}" is the address "${text}"`,
      expected: 'a folder of this repository',
      next: 'check the other repository out beside the document and name the folder',
    });
    return undefined;
  }
  return addUpload(draft, entry, 'code', text);
}
