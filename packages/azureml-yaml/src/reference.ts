import type { AssetType } from './document.ts';
import { assetsOf, type Draft, workspaceId } from './draft.ts';
import type { Entry, MapReader } from './map-reader.ts';
import { placeholderOf } from './placeholder.ts';

const aOne: Readonly<Record<AssetType | 'components', string>> = {
  environments: 'an environment',
  models: 'a model',
  data: 'a data asset',
  codes: 'a code asset',
  components: 'a component',
};

/** True for text that names something in the service and not a local path. */
export function isReference(text: string): boolean {
  return text.startsWith('azureml:') || text.startsWith('/subscriptions/');
}

interface Wanted {
  readonly entry: Entry;
  readonly type: AssetType | 'components';
  readonly text: string;
}

function addLabel(draft: Draft, wanted: Wanted, found: { name: string; label: string; registry?: string }): string {
  const { entry, type, text } = wanted;
  // The service looks labels of components up itself.
  if (type === 'components') {
    return found.registry === undefined
      ? `${assetsOf(draft.context)}/components/${found.name}/labels/${found.label}`
      : text;
  }
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
  if (/^azureml:\/\/registries\/[^/]+\/components\/[^/]+$/.test(text)) {
    reader.warn(`"${text}" has no version: which one runs is up to the service; add /versions/<version>`, entry);
    return text;
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
  // Curated environments of old: the service expands the short name itself.
  if (type === 'environments' && text.startsWith('azureml:AzureML-')) return text;
  const labelled = /^azureml:([^:@/]+)@([^:@/]+)$/.exec(text);
  if (labelled?.[1] && labelled[2]) return addLabel(draft, wanted, { name: labelled[1], label: labelled[2] });
  const [, name, version] = /^azureml:([^:@/]+):([^:@/]+)$/.exec(text) ?? [];
  if (name && version) {
    if (version === 'latest') {
      reader.warn(
        `"${text}" means a version that is called "latest"; the newest one is "azureml:${name}@latest"`,
        entry,
        'YAML_VERSION_LATEST',
      );
    }
    return `${assetsOf(draft.context)}/${type}/${name}/versions/${version}`;
  }
  reader.mistake('YAML_REFERENCE_INVALID', entry, {
    seen: `"${entry.path}" is "${text}"`,
    expected: `${aOne[type]} as azureml:<name>:<version>, azureml:<name>@latest, a registry id or an ARM id`,
  });
  return undefined;
}

/** A datastore by name, `azureml:name` or ARM id. */
export function compileDatastore(reader: MapReader, draft: Draft, key: string): string | undefined {
  const text = reader.text(key);
  if (text === undefined) return undefined;
  const name = text.startsWith('azureml:') ? text.slice('azureml:'.length) : text;
  return name.startsWith('/subscriptions/') ? name : `${workspaceId(draft.context)}/datastores/${name}`;
}

/** A compute by name, `azureml:name` or ARM id. `serverless` goes over the wire as a name like any other. */
export function compileCompute(reader: MapReader, draft: Draft, key: string): string | undefined {
  const text = reader.text(key);
  if (text === undefined) return undefined;
  const name = text.startsWith('azureml:') ? text.slice('azureml:'.length) : text;
  if (name.startsWith('/subscriptions/')) return name;
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
