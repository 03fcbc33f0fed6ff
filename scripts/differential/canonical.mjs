// The form in which two bodies are compared. The rules are written down in README.md beside this file.
import { relative } from 'node:path';
import { parse } from 'yaml';

/** Members that one side makes up: hashes, provenance of the SDK. */
const generated = new Set(['_source', 'client_component_hash']);

/** Values that the service takes for absent members. */
const defaults = {
  isArchived: false,
  isAnonymous: false,
  appInsightsEnabled: false,
  is_deterministic: true,
};

/** Words of the REST contract that the SDK sends in another case; the service reads them without case. */
const words = new Set([
  'authMode',
  'loggingLevel',
  'publicNetworkAccess',
  'egressPublicNetworkAccess',
  'dataCollectionMode',
]);

/** Maps of texts: the SDK sends a number as a number where the contract has text. */
const textMaps = new Set(['tags', 'environmentVariables', 'environment_variables']);

const durationPattern = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

function seconds(text) {
  const [, days, hours, minutes, rest] = durationPattern.exec(text).map((part) => Number(part ?? 0));
  return `PT${days * 86_400 + hours * 3_600 + minutes * 60 + rest}S`;
}

/** `36.0` and 36 are the same text. */
function numberless(item) {
  const isNumber = typeof item === 'number' || (typeof item === 'string' && /^-?\d+(\.\d+)?$/.test(item));
  return isNumber ? String(Number(item)) : item;
}

function isEmpty(value) {
  if (value === null || value === undefined) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function canonicalText(key, text, look) {
  if (key === 'condaFile') return parse(text);
  if (words.has(key)) return text.toLowerCase();
  if (key === 'startTime' || key === 'endTime') return text.replace(' ', 'T');
  if (/^P[T\d]/.test(text) && durationPattern.test(text)) return seconds(text);
  const found = look(text.replace(/^azureml:(?=\/subscriptions|switchyard:|azureml:)/, '').replace(/\/$/, ''));
  return found === undefined ? text : found;
}

/** `look` turns ids of uploads, assets and labels into what they stand for; undefined leaves the text. */
export function canonical(value, look, key = '') {
  if (typeof value === 'string') return canonicalText(key, value, look);
  if (Array.isArray(value)) return value.map((item) => canonical(item, look));
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value)
    .filter(([name, item]) => !generated.has(name) && item !== defaults[name])
    .map(([name, item]) => [name, textMaps.has(key) ? numberless(item) : item])
    .map(([name, item]) => [name, canonical(item, look, name)])
    .filter(([, item]) => !isEmpty(item))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members);
}

function withLook(body, token) {
  const look = (text) => {
    const found = token(text);
    return found !== null && typeof found === 'object' ? { asset: canonical(found.asset, look) } : found;
  };
  return canonical(body, look);
}

/** What the SDK answered: its made-up ids become paths and bodies. */
export function canonicalOfSdk({ body, assets, uploads }, folder) {
  return withLook(body, (text) => {
    const upload = /sdk-upload-(\d+)/.exec(text);
    if (upload) return `upload:${relative(folder, uploads[Number(upload[1])])}`;
    const asset = /\/sdk-asset-(\d+)\//.exec(text);
    if (asset) return { asset: assets[Number(asset[1])] };
    const label = /^(.*)\/versions\/label-([^/]+)$/.exec(text);
    return label ? `${label[1]}/labels/${label[2]}` : text;
  });
}

/** What this suite compiled: its placeholders become the same. */
export function canonicalOfOurs({ body, uploads, references, inline }, { workspaceId, folder }) {
  const tokens = new Map();
  for (const { placeholder, path } of uploads) tokens.set(placeholder, `upload:${relative(folder, path)}`);
  for (const { placeholder, type, name, label, registry } of references) {
    const base = registry === undefined ? workspaceId : `azureml://registries/${registry}`;
    tokens.set(placeholder, `${base}/${type}/${name}/labels/${label}`);
  }
  for (const { placeholder, body: asset, type } of inline) {
    const properties = { ...asset.properties, ...(type === 'environments' ? { isAnonymous: true } : {}) };
    tokens.set(placeholder, { asset: { ...asset, properties } });
  }
  return withLook(body, (text) => tokens.get(text) ?? text);
}

/** Names that the SDK makes up when the document gives none: they are dropped where ours has none. */
export function withoutGeneratedNames(sdk, ours) {
  const copy = structuredClone(sdk);
  for (const name of ['displayName', 'experimentName']) {
    for (const at of [(o) => o?.properties, (o) => o?.properties?.action?.jobDefinition]) {
      if (at(copy)?.[name] !== undefined && at(ours)?.[name] === undefined) delete at(copy)[name];
    }
  }
  return copy;
}

/** The first place where two canonical bodies differ, as text; undefined when they are equal. */
export function firstDifference(sdk, ours, path = '') {
  const areMaps = [sdk, ours].every((one) => one !== null && typeof one === 'object' && !Array.isArray(one));
  if (!areMaps) {
    const [a, b] = [JSON.stringify(sdk), JSON.stringify(ours)];
    return a === b ? undefined : `${path}: sdk ${a}, ours ${b}`;
  }
  for (const name of [...new Set([...Object.keys(sdk), ...Object.keys(ours)])].sort()) {
    const found = firstDifference(sdk[name], ours[name], path === '' ? name : `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
