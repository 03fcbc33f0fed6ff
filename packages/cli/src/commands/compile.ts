import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { takeSnapshot } from '@switchyard/azureml';
import {
  type CompileContext,
  type CompiledDocument,
  compileDocument,
  type DocumentKind,
  resourceId,
  type Upload,
} from '@switchyard/azureml-yaml';
import { errorText, SwitchyardError } from '@switchyard/domain';
import type { CommandIo } from '../io.ts';
import { warningLine } from './warning-line.ts';

export const compileUsage = `switchyard compile FILE [options]

  Prints the REST resource that an az ml document stands for: kind, id, body, and the local files that would be
  uploaded with their content hash. Nothing is sent and the file is not changed.

  --set PATH=VALUE         as "az ml --set"; may be given more than once
  --subscription ID        what ids are made of; placeholders when absent
  --resource-group NAME
  --workspace-name NAME
  --registry-name NAME     the document goes into a registry
  --json                   one JSON object, for other programs`;

/** Kinds that a registry holds. */
const registryKinds: readonly DocumentKind[] = [
  'commandComponent',
  'parallelComponent',
  'pipelineComponent',
  'environment',
  'model',
  'data',
];

/** Reads a document. @throws SwitchyardError `CLI_FILE_UNREADABLE`. */
export function readDocument(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SwitchyardError({
      code: 'CLI_FILE_UNREADABLE',
      seen: `${file}: ${errorText(cause)}`,
      expected: 'an az ml document',
      next: 'correct the path',
      cause,
    });
  }
}

/** Exit code 0 and the compiled document, or 1 and every mistake with its place. */
export async function compileCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      set: { type: 'string', multiple: true, default: [] as string[] },
      subscription: { type: 'string', default: '00000000-0000-0000-0000-000000000000' },
      'resource-group': { type: 'string', default: 'resource-group' },
      'workspace-name': { type: 'string', default: 'workspace' },
      'registry-name': { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
    allowPositionals: true,
  });
  if (values.help) {
    io.out(compileUsage);
    return 0;
  }
  const [file] = positionals;
  if (file === undefined || positionals.length !== 1) {
    throw new SwitchyardError({
      code: 'CLI_OPTION_INVALID',
      seen: positionals.length === 0 ? 'no FILE was given' : `several files were given: ${positionals.join(', ')}`,
      expected: 'one az ml document',
      next: 'run "switchyard compile --help"',
    });
  }
  const registryName = values['registry-name'];
  const context: CompileContext = {
    subscriptionId: values.subscription,
    resourceGroup: values['resource-group'],
    workspaceName: values['workspace-name'],
    ...(registryName === undefined ? {} : { registryName }),
  };
  const compiled = compileDocument({
    text: readDocument(file),
    file,
    set: values.set,
    context,
    readText: (path) => readFileSync(path, 'utf8'),
    assets: 'all',
    ...(registryName === undefined ? {} : { expect: registryKinds }),
  });
  await print(compiled, context, { io, isJson: values.json });
  return 0;
}

interface HashedUpload {
  readonly key: string;
  readonly kind: Upload['kind'];
  readonly path: string;
  readonly hash: string;
  readonly files: number;
  readonly placeholder: string;
}

/** Files of the same path are read once, whichever steps name them. */
async function hashed(uploads: readonly Upload[]): Promise<HashedUpload[]> {
  const snapshots = new Map<string, ReturnType<typeof takeSnapshot>>();
  const snapshotOf = (path: string) => {
    const known = snapshots.get(path) ?? takeSnapshot(path);
    snapshots.set(path, known);
    return known;
  };
  return Promise.all(
    uploads.map(async ({ key, kind, path, placeholder }) => {
      const { hash, files } = await snapshotOf(path);
      return { key, kind, path, hash, files: files.length, placeholder };
    }),
  );
}

interface Output {
  readonly io: CommandIo;
  readonly isJson: boolean;
}

async function print(compiled: CompiledDocument, context: CompileContext, { io, isJson }: Output): Promise<void> {
  const { kind, name, version, body, warnings, references, inline } = compiled;
  const id = resourceId(compiled, context) ?? null;
  const resource = { id, type: compiled.resource.type, name: name ?? null, version: version ?? null };
  const uploads = await hashed(compiled.uploads);
  const assets = inline.map(({ key, type, placeholder, body: asset }) => ({ key, type, placeholder, body: asset }));
  const labels = references.map(({ position: _, ...reference }) => reference);
  if (isJson) {
    io.out(JSON.stringify({ kind, resource, body, uploads, assets, references: labels, warnings }, null, 2));
    return;
  }
  for (const warning of warnings) io.err(warningLine(warning));
  io.out(`${kind}: PUT ${id ?? `${resource.type}/${name ?? '<name>'} (the client chooses what is missing)`}`);
  for (const { path, hash, files } of uploads) io.out(`upload ${path}: ${files} files, sha256 ${hash}`);
  for (const { key, type, body: asset } of assets) io.out(`first ${type} of ${key}: ${JSON.stringify(asset)}`);
  for (const { key, type, name: asked, label } of labels) io.out(`look up ${key}: ${type} ${asked}@${label}`);
  io.out(JSON.stringify(body, null, 2));
}
