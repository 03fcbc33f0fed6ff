import { SwitchyardError, type SwitchyardErrorInit } from '@switchyard/domain';
import type { ActionField, ActionInput, ActionMetadata } from './action-metadata.ts';

/** Node version of the suite, as `runs.using` names it. */
const nodeVersion = 'node24';

/** Files that every action has; `<name>` stands for its folder. */
const companionFiles = [
  'actions/<name>/README.md',
  'workflows-examples/<name>.yml',
  'test/actions/<name>.test.ts',
] as const;

export interface MetadataRequest {
  readonly actions: readonly ActionMetadata[];
  /** Paths of the repository. */
  readonly files: ReadonlySet<string>;
  /** Files that must be there, with `<name>` for the action's folder. */
  readonly companions?: readonly string[];
}

/** Every fault of every action's metadata, in the order of the files. An empty list is a clean bill. */
export function checkMetadata({ actions, files, companions = companionFiles }: MetadataRequest): SwitchyardError[] {
  return actions.flatMap((action) => [
    ...checkAction(action),
    ...action.inputs.flatMap((input) => checkInput(input)),
    ...action.outputs.flatMap((output) => checkField(output, 'output')),
    ...companions.flatMap((template) => checkCompanion(action, template.replaceAll('<name>', action.folder), files)),
  ]);
}

function checkAction(action: ActionMetadata): SwitchyardError[] {
  const { folder, name, description, runs, positionOf } = action;
  const errors: SwitchyardError[] = [];
  if (!isKebabCase(folder)) {
    errors.push(
      fault('CATALOG_NAME', { seen: `the folder "${folder}"`, expected: 'kebab-case', position: positionOf('name') }),
    );
  }
  if (name === '') errors.push(fault('CATALOG_NAME', { seen: 'the action has no name', position: positionOf('name') }));
  const sentence = describeFault(description);
  if (sentence) {
    errors.push(
      fault('CATALOG_DESCRIPTION', {
        ...sentence,
        seen: `the action ${sentence.seen}`,
        position: positionOf('description'),
      }),
    );
  }
  const main = `../../dist/${folder}/index.js`;
  const wanted = { using: nodeVersion, main };
  for (const [key, expected] of Object.entries(wanted)) {
    if (runs[key] === expected) continue;
    const seen = `runs.${key} is "${runs[key] ?? ''}"`;
    errors.push(fault('CATALOG_RUNS', { seen, expected: `"${expected}"`, position: positionOf('runs', key) }));
  }
  return errors;
}

function checkInput(input: ActionInput): SwitchyardError[] {
  const errors = checkField(input, 'input');
  const explained = input.required || input.default !== undefined || /\babsent\b/i.test(input.description);
  if (!explained && input.deprecationMessage === undefined) {
    const seen = `input "${input.name}" is not required, has no default and does not say what its absence means`;
    errors.push(
      fault('CATALOG_INPUT_ABSENT', { seen, expected: '"absent, …" in its description', position: input.position }),
    );
  }
  if (input.required && input.default !== undefined) {
    const seen = `input "${input.name}" is required and has a default`;
    errors.push(fault('CATALOG_INPUT_DEFAULT', { seen, expected: 'one of the two', position: input.position }));
  }
  return errors;
}

function checkField(field: ActionField, kind: 'input' | 'output'): SwitchyardError[] {
  const errors: SwitchyardError[] = [];
  const { name, description, position } = field;
  if (!isKebabCase(name))
    errors.push(fault('CATALOG_NAME', { seen: `${kind} "${name}"`, expected: 'kebab-case', position }));
  const sentence = describeFault(description);
  if (sentence) {
    errors.push(fault('CATALOG_DESCRIPTION', { ...sentence, seen: `${kind} "${name}" ${sentence.seen}`, position }));
  }
  return errors;
}

function describeFault(description: string): { seen: string; expected: string } | undefined {
  const expected = 'a sentence of two words or more with a full stop';
  if (description.trim() === '') return { seen: 'has no description', expected };
  if (!/\s/.test(description.trim())) return { seen: `is described by one word, "${description}"`, expected };
  if (!description.trim().endsWith('.')) return { seen: 'has a description without a full stop', expected };
  return undefined;
}

function checkCompanion(action: ActionMetadata, path: string, files: ReadonlySet<string>): SwitchyardError[] {
  if (files.has(path)) return [];
  const seen = `action "${action.folder}" has no ${path}`;
  return [fault('CATALOG_FILE_MISSING', { seen, next: `write ${path}`, position: action.positionOf('name') })];
}

function isKebabCase(name: string): boolean {
  return /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name);
}

function fault(code: string, init: Omit<SwitchyardErrorInit, 'code'>): SwitchyardError {
  return new SwitchyardError({ code, ...init });
}
