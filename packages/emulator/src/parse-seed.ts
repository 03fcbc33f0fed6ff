import { isObject } from './fields.ts';
import type { EmulatorSeed } from './seed.ts';

const members = [
  'subscriptionId',
  'tenantId',
  'location',
  'workspaces',
  'registries',
  'identities',
  'quota',
  'switches',
];
const lists: [name: string, required: string[]][] = [
  ['workspaces', ['name', 'resourceGroup']],
  ['registries', ['name', 'resourceGroup']],
  ['identities', ['clientId']],
];

/**
 * Read a seed from JSON text.
 * Errors: throws with the member at fault for text that is not JSON, unknown members, and entries without their names.
 */
export function parseSeed(text: string): EmulatorSeed {
  const seed: unknown = JSON.parse(text);
  if (!isObject(seed)) {
    throw new Error('The seed must be a JSON object.');
  }
  const unknown = Object.keys(seed).find((name) => !members.includes(name));
  if (unknown !== undefined) {
    throw new Error(`The seed has the unknown member "${unknown}". It may have: ${members.join(', ')}.`);
  }
  for (const [name, required] of lists) {
    const entries = seed[name] ?? [];
    if (!Array.isArray(entries)) {
      throw new Error(`The member "${name}" of the seed must be a list.`);
    }
    entries.forEach((entry: unknown, index) => {
      const missing = required.find((field) => !isObject(entry) || typeof entry[field] !== 'string');
      if (missing !== undefined) {
        throw new Error(`The entry ${index} of "${name}" in the seed needs the text "${missing}".`);
      }
    });
  }
  return seed as EmulatorSeed;
}
