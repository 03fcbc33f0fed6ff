import { SwitchyardError } from '@switchyard/domain';
import type { CompiledDocument } from './document.ts';
import type { JsonObject, JsonValue } from './json.ts';

/** Text that stands in a body for something only the service can give. It is no valid id, so it cannot pass unnoticed. */
export function placeholderOf(kind: 'upload' | 'reference' | 'inline', key: string): string {
  return `switchyard:${kind}:${key}`;
}

/** Component specifications write ids with `azureml:` before them, except ids that begin with it already. */
function inSpec(text: string, values: ReadonlyMap<string, string>): string | undefined {
  const value = text.startsWith('azureml:switchyard:') ? values.get(text.slice('azureml:'.length)) : undefined;
  return value === undefined || value.startsWith('azureml:') ? value : `azureml:${value}`;
}

/** Puts texts where placeholders stand, in a body or in the body of an inline asset. Others stay. */
export function fillBody(body: JsonObject, values: ReadonlyMap<string, string>): JsonObject {
  return replace(body, values) as JsonObject;
}

function replace(value: JsonValue, values: ReadonlyMap<string, string>): JsonValue {
  if (typeof value === 'string') return values.get(value) ?? inSpec(value, values) ?? value;
  if (Array.isArray(value)) return value.map((item: JsonValue) => replace(item, values));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replace(item as JsonValue, values)]));
}

/**
 * Puts ids and URIs where the placeholders of uploads, labelled references and inline assets stand.
 * @param values By `key`.
 * @throws SwitchyardError `YAML_PLACEHOLDER_UNFILLED` when a key has no value.
 */
export function fillUploads(compiled: CompiledDocument, values: Readonly<Record<string, string>>): CompiledDocument {
  const texts = new Map<string, string>();
  for (const { key, placeholder, position } of [...compiled.uploads, ...compiled.references, ...compiled.inline]) {
    const value = values[key];
    if (value === undefined) {
      throw new SwitchyardError({
        code: 'YAML_PLACEHOLDER_UNFILLED',
        kind: 'failure',
        seen: `nothing was given for "${key}"`,
        expected: `an id or URI for each of: ${[...texts.keys(), key].join(', ')}`,
        position,
      });
    }
    texts.set(placeholder, value);
  }
  return { ...compiled, body: replace(compiled.body, texts) as JsonObject, uploads: [], references: [], inline: [] };
}
