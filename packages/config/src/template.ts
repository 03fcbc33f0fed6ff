import { SwitchyardError } from '@switchyard/domain';
import type { Circuit } from './circuit.ts';
import { nearestName } from './nearest-name.ts';
import type { SetValues } from './schema.ts';

/** `${name}`, but not the `${{ expression }}` of an az ml file. */
const field = /\$\{(?!\{)([^}]*)\}/g;

export interface TemplateValues {
  readonly circuit: Circuit;
  /** Name of the environment, for example `test`. */
  readonly environment: string;
}

/** Names of the fields in a template, in order. */
export function templateFields(template: string): string[] {
  return [...template.matchAll(field)].map(([, name = '']) => name.trim());
}

/**
 * Replaces `${circuit}`, `${circuit.file}`, `${circuit.<field>}` and `${environment}`.
 * @throws SwitchyardError `CONFIG_TEMPLATE_UNKNOWN`, or `CONFIG_TEMPLATE_NOT_TEXT` for a list or a mapping.
 */
export function fillTemplate(template: string, values: TemplateValues): string {
  return template.replace(field, (_match, name: string) => fieldValue(name.trim(), template, values));
}

/** Every value of a `set` block, filled, as text. */
export function fillSet(set: SetValues, values: TemplateValues): Record<string, string> {
  return Object.fromEntries(Object.entries(set).map(([path, value]) => [path, fillTemplate(String(value), values)]));
}

function fieldValue(name: string, template: string, { circuit, environment }: TemplateValues): string {
  if (name === 'circuit') return circuit.name;
  if (name === 'circuit.file') return circuit.file;
  if (name === 'environment') return environment;
  const key = name.startsWith('circuit.') ? name.slice('circuit.'.length) : undefined;
  if (key === undefined || !Object.hasOwn(circuit.fields, key)) throw unknownField(name, template, circuit);
  const value = circuit.fields[key];
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new SwitchyardError({
    code: 'CONFIG_TEMPLATE_NOT_TEXT',
    seen: `\${${name}} in "${template}" is ${value === null ? 'empty' : 'a list or a mapping'} in ${circuit.file}`,
    expected: 'text, a number, true or false',
    next: `name another field, or change "${key}" in ${circuit.file}`,
  });
}

function unknownField(name: string, template: string, circuit: Circuit): SwitchyardError {
  const known = [
    'circuit',
    'circuit.file',
    'environment',
    ...Object.keys(circuit.fields).map((key) => `circuit.${key}`),
  ];
  const nearest = nearestName(name, known);
  return new SwitchyardError({
    code: 'CONFIG_TEMPLATE_UNKNOWN',
    seen: `unknown field \${${name}} in "${template}"`,
    expected: `one of ${known.join(', ')}`,
    next: nearest ? `did you mean \${${nearest}}?` : `add the field to ${circuit.file}, or correct the template`,
  });
}
