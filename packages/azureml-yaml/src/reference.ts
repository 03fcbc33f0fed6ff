import type { AssetType } from './document.ts';
import { type Draft, workspaceId } from './draft.ts';
import type { Entry, MapReader } from './map-reader.ts';
import { placeholderOf } from './placeholder.ts';

const aOne: Readonly<Record<AssetType, string>> = {
  environments: 'an environment',
  models: 'a model',
  data: 'a data asset',
  codes: 'a code asset',
};

/** True for text that names something in the service and not a local path. */
export function isReference(text: string): boolean {
  return text.startsWith('azureml:') || text.startsWith('/subscriptions/');
}

interface Wanted {
  readonly entry: Entry;
  readonly type: AssetType;
  readonly text: string;
}

function addLabel(draft: Draft, wanted: Wanted, found: { name: string; label: string; registry?: string }): string {
  const { entry, type } = wanted;
  const placeholder = placeholderOf('reference', entry.path);
  draft.references.push({ key: entry.path, type, ...found, placeholder, position: entry.position });
  return placeholder;
}

function registryReference(reader: MapReader, draft: Draft, wanted: Wanted): string | undefined {
  const { entry, type, text } = wanted;
  const match = /^azureml:\/\/registries\/([^/]+)\/([^/]+)\/([^/]+)\/(versions|labels)\/([^/]+)$/.exec(text);
  const [, registry, found, name, by, last] = match ?? [];
  if (registry && name && last && found === type) {
    return by === 'labels' ? addLabel(draft, wanted, { name, label: last, registry }) : text;
  }
  reader.mistake('YAML_REFERENCE_INVALID', entry, {
    seen: `"${entry.path}" is "${text}"`,
    expected: `azureml://registries/<registry>/${type}/<name>/versions/<version>`,
  });
  return undefined;
}

/**
 * Turns the short forms of az ml into what REST takes: `azureml:name:version` becomes an ARM id, `azureml:name@label`
 * a placeholder that the client fills, ids pass through. Anything else is a mistake.
 */
export function compileReference(reader: MapReader, draft: Draft, wanted: Wanted): string | undefined {
  const { entry, type, text } = wanted;
  if (text.startsWith('/subscriptions/')) return text;
  if (text.startsWith('azureml:/subscriptions/')) return text.slice('azureml:'.length);
  if (text.startsWith('azureml://registries/')) return registryReference(reader, draft, wanted);
  if (text.startsWith('azureml://')) return text;
  const labelled = /^azureml:([^:@/]+)@([^:@/]+)$/.exec(text);
  if (labelled?.[1] && labelled[2]) return addLabel(draft, wanted, { name: labelled[1], label: labelled[2] });
  const [, name, version] = /^azureml:([^:@/]+):([^:@/]+)$/.exec(text) ?? [];
  if (name && version) {
    if (version === 'latest') {
      reader.warn(
        `"${text}" means a version that is called "latest"; the newest one is "azureml:${name}@latest"`,
        entry,
      );
    }
    return `${workspaceId(draft.context)}/${type}/${name}/versions/${version}`;
  }
  reader.mistake('YAML_REFERENCE_INVALID', entry, {
    seen: `"${entry.path}" is "${text}"`,
    expected: `${aOne[type]} as azureml:<name>:<version>, azureml:<name>@latest, a registry id or an ARM id`,
  });
  return undefined;
}

/** A compute by name, `azureml:name` or ARM id. `serverless` has no id: undefined. */
export function compileCompute(reader: MapReader, draft: Draft, key: string): string | undefined {
  const text = reader.text(key);
  if (text === undefined) return undefined;
  const name = text.startsWith('azureml:') ? text.slice('azureml:'.length) : text;
  if (name.startsWith('/subscriptions/')) return name;
  if (name === 'serverless') return undefined;
  const entry = reader.entry(key);
  if (name === 'local') {
    reader.mistake('YAML_NOT_SUPPORTED', entry, {
      seen: `"${entry?.path ?? key}" is "local"`,
      expected: 'a compute of the workspace',
      next: 'name a compute cluster, or "serverless"',
    });
    return undefined;
  }
  if (/^[A-Za-z][A-Za-z0-9-]*$/.test(name)) return `${workspaceId(draft.context)}/computes/${name}`;
  reader.mistake('YAML_REFERENCE_INVALID', entry, {
    seen: `"${entry?.path ?? key}" is "${text}"`,
    expected: 'a compute as azureml:<name>, <name> or an ARM id',
  });
  return undefined;
}
