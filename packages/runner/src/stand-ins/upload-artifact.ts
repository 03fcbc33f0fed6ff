import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { SwitchyardError } from '@switchyard/domain';
import picomatch from 'picomatch';
import { listFiles } from '../artifacts.ts';
import { booleanInput, linesInput, type StandIn, type StandInContext } from '../stand-in.ts';

/** Keeps files for later jobs. Paths are patterns, one a line; `!` takes files out again. */
export const uploadArtifact: StandIn = {
  name: 'actions/upload-artifact',
  inputs: {
    name: 'artifact',
    path: '',
    'if-no-files-found': 'warn',
    'retention-days': '',
    'compression-level': '6',
    overwrite: 'false',
    'include-hidden-files': 'false',
  },
  run: async (context) => {
    const { job, step, input } = context;
    const name = input('name');
    const { root, files } = await findFiles(context);
    if (files.length === 0) {
      reportEmpty(context);
      return;
    }
    const artifact = await job.run.artifacts.upload(name, root, files, booleanInput(context, 'overwrite'));
    step.outputs['artifact-id'] = String(artifact.id);
    step.outputs['artifact-digest'] = artifact.digest;
    step.outputs['artifact-url'] = `file://${artifact.folder}`;
    step.log(`artifact '${name}': ${files.length} file(s)`);
  },
};

function reportEmpty({ step, input }: StandInContext): void {
  const seen = `No files were found with the provided path: ${input('path')}. No artifacts will be uploaded.`;
  switch (input('if-no-files-found')) {
    case 'warn':
      step.annotate({ level: 'warning', message: seen });
      return;
    case 'ignore':
      step.log(seen);
      return;
    case 'error':
      throw new SwitchyardError({ code: 'RUN_ARTIFACT_EMPTY', seen });
    default:
      throw new SwitchyardError({
        code: 'RUN_INPUT_INVALID',
        seen: `input 'if-no-files-found' is '${input('if-no-files-found')}'`,
        expected: 'warn, error or ignore',
      });
  }
}

/** Files of all patterns. Their common folder is where paths in the artifact begin, as with the real action. */
async function findFiles(context: StandInContext): Promise<{ root: string; files: string[] }> {
  const { workspace } = context.job.folders;
  const lines = linesInput(context, 'path');
  if (lines.length === 0) {
    throw new SwitchyardError({ code: 'RUN_INPUT_MISSING', seen: "input 'path' of actions/upload-artifact is empty" });
  }
  const hidden = booleanInput(context, 'include-hidden-files');
  const absolute = (path: string) => (isAbsolute(path) ? path : join(workspace, path));
  const excluded = lines.filter((line) => line.startsWith('!')).map((line) => matcher(absolute(line.slice(1))));
  const patterns = lines.filter((line) => !line.startsWith('!')).map(absolute);
  const bases = patterns.map(literalBase);
  const files = new Set<string>();
  for (const [index, pattern] of patterns.entries()) {
    const base = bases[index] ?? workspace;
    if (!existsSync(base)) continue;
    const matches = matcher(pattern);
    const found = statSync(base).isFile() ? [base] : await listFiles(base);
    for (const file of found) {
      const isHidden = relative(base, file)
        .split(sep)
        .some((part) => part.startsWith('.'));
      if ((hidden || !isHidden) && matches(file) && !excluded.some((each) => each(file))) files.add(file);
    }
  }
  const folders = bases.map((base) => (existsSync(base) && statSync(base).isFile() ? dirname(base) : base));
  return { root: commonFolder(folders), files: [...files] };
}

/** A folder stands for everything in it. */
function matcher(pattern: string): (path: string) => boolean {
  const clean = pattern.replace(/\/+$/, '');
  if (existsSync(clean) && statSync(clean).isDirectory()) return (path) => path.startsWith(`${clean}/`);
  return picomatch(clean, { dot: true });
}

/** The part of a pattern before its first folder with a wildcard. */
function literalBase(pattern: string): string {
  const parts = pattern.replace(/\/+$/, '').split('/');
  const wild = parts.findIndex((part) => /[*?[\]{}]/.test(part));
  return (wild < 0 ? parts : parts.slice(0, wild)).join('/') || '/';
}

function commonFolder(folders: readonly string[]): string {
  const [first = '/', ...rest] = folders;
  let common = first.split('/');
  for (const folder of rest) {
    const parts = folder.split('/');
    const differs = common.findIndex((part, index) => part !== parts[index]);
    if (differs >= 0) common = common.slice(0, differs);
  }
  return common.join('/') || '/';
}
