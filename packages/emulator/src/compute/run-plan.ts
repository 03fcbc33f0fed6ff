import { ServiceError } from '../errors.ts';
import { durationMilliseconds, member, objectMember, stringMap, textMember } from '../fields.ts';
import { findAsset } from '../state/asset-store.ts';
import type { Job, Workspace } from '../state/records.ts';
import type { BlobLocation } from './blob-store.ts';
import { assetLocation, type Lookup, outputLocation, resolveUri } from './locations.ts';

/** Input of a run: text, or files to fetch. */
export interface RunInput {
  name: string;
  literal: string | undefined;
  location: BlobLocation | undefined;
  isFile: boolean;
}

/** Output of a run: a folder (or one file) to store when the run has succeeded. */
export interface RunOutput {
  name: string;
  type: string;
  location: BlobLocation;
  isFile: boolean;
}

/** Everything needed to run a job, with all names resolved. */
export interface RunPlan {
  code: BlobLocation | undefined;
  inputs: RunInput[];
  outputs: RunOutput[];
  command: string;
  environment: Record<string, string>;
  timeoutMilliseconds: number | undefined;
}

/** Resolve a code asset to its files. */
export function codeLocation(lookup: Lookup, codeId: string | undefined): BlobLocation | undefined {
  if (codeId === undefined) {
    return undefined;
  }
  const { reference, version } = findAsset(lookup.state, codeId);
  return assetLocation(lookup, reference.scope, version.properties);
}

/** Resolve one job input. A type without files is `literal`; in the mode Direct the command gets the uri itself. */
function planInput(lookup: Lookup, workspace: Workspace, name: string, definition: unknown): RunInput {
  const type = textMember(definition, 'jobInputType') ?? 'literal';
  if (type.toLowerCase() === 'literal') {
    return { name, literal: String(member(definition, 'value') ?? ''), location: undefined, isFile: false };
  }
  const uri = textMember(definition, 'uri');
  if (uri === undefined) {
    throw new ServiceError(400, `Request is invalid and/or missing fields. Input ${name} has no uri.`);
  }
  if (textMember(definition, 'mode')?.toLowerCase() === 'direct') {
    return { name, literal: uri, location: undefined, isFile: false };
  }
  const location = resolveUri(lookup, workspace, uri);
  return { name, literal: undefined, location, isFile: type.toLowerCase() === 'uri_file' };
}

/** Resolve the names of a command job. Errors: 400 or 404 in the service's words for anything that is not there. */
export function planCommandJob(lookup: Lookup, workspace: Workspace, job: Job): RunPlan {
  const { properties } = job;
  const inputs = Object.entries(objectMember(properties, 'inputs')).map(([name, definition]) =>
    planInput(lookup, workspace, name, definition),
  );
  const outputs = Object.entries(objectMember(properties, 'outputs')).map(([name, definition]) => {
    const type = textMember(definition, 'jobOutputType') ?? 'uri_folder';
    return { name, type, isFile: type === 'uri_file', location: outputLocation(lookup, workspace, job, name) };
  });
  return {
    code: codeLocation(lookup, textMember(properties, 'codeId')),
    inputs,
    outputs,
    command: textMember(properties, 'command') ?? '',
    environment: stringMap(member(properties, 'environmentVariables')),
    timeoutMilliseconds: durationMilliseconds(textMember(objectMember(properties, 'limits'), 'timeout')),
  };
}

/** Put paths and values into a command. `$[[ ... ]]` is an optional part: it goes when its input is absent. */
export function fillCommand(command: string, values: { inputs: Map<string, string>; outputs: Map<string, string> }) {
  const optional = command.replaceAll(/\$\[\[(.*?)\]\]/gs, (_all, part: string) => {
    const names = [...part.matchAll(/\$\{\{\s*inputs\.([\w.-]+)\s*\}\}/g)].map((match) => match[1] ?? '');
    return names.every((name) => values.inputs.has(name)) ? part : '';
  });
  return optional.replaceAll(/\$\{\{\s*(inputs|outputs)\.([\w.-]+)\s*\}\}/g, (all, kind: string, name: string) => {
    return (kind === 'inputs' ? values.inputs : values.outputs).get(name) ?? all;
  });
}

/** Names that a command uses but the job does not declare. */
export function unknownNames(command: string, inputs: string[], outputs: string[]): string[] {
  const required = command.replaceAll(/\$\[\[(.*?)\]\]/gs, '');
  return [...required.matchAll(/\$\{\{\s*(inputs|outputs)\.([\w.-]+)\s*\}\}/g)]
    .filter(([, kind, name = '']) => !(kind === 'inputs' ? inputs : outputs).includes(name))
    .map(([, kind, name]) => `${kind}.${name}`);
}
