import type { MapReader } from './map-reader.ts';

/** Endpoints and deployments: the name becomes part of a host name. Rule of the service's quota page. */
export function isEndpointName(name: string): boolean {
  return name.length >= 3 && name.length <= 32 && /^[a-zA-Z](?:-?[a-zA-Z0-9])*$/.test(name);
}

/** Jobs and assets, as the REST contract has it. */
function isAssetName(name: string): boolean {
  return /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/.test(name);
}

const rules = {
  endpoint: {
    accepts: isEndpointName,
    expected: '3 to 32 letters, digits and single dashes, a letter first, no dash last',
  },
  component: {
    accepts: (name: string) => /^[a-z][a-z0-9_]{0,254}$/.test(name),
    expected: '1 to 255 small letters, digits and underscores, a letter first',
  },
  asset: {
    accepts: isAssetName,
    expected: '1 to 255 letters, digits, dots, dashes and underscores, a letter or digit first',
  },
} as const;

/** Reads a name and checks it: the service answers a bad one only after uploads are done. */
export function readName(reader: MapReader, key: string, rule: keyof typeof rules): string | undefined {
  const name = reader.text(key);
  if (name === undefined || rules[rule].accepts(name)) return name;
  const entry = reader.entry(key);
  reader.mistake('YAML_NAME_INVALID', entry, {
    seen: `"${entry?.path ?? key}" is "${name}"`,
    expected: rules[rule].expected,
  });
  return undefined;
}
