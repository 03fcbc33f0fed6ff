import { cp, mkdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { SwitchyardError } from '@switchyard/domain';
import picomatch from 'picomatch';
import type { StoredArtifact } from '../artifacts.ts';
import { booleanInput, type StandIn, type StandInContext } from '../stand-in.ts';

/** Brings artifacts of this run into the workspace; those of other runs are not on this machine. */
export const downloadArtifact: StandIn = {
  name: 'actions/download-artifact',
  inputs: {
    name: '',
    pattern: '',
    path: '.',
    'merge-multiple': 'false',
    'run-id': '',
    'github-token': '',
    repository: '',
  },
  run: async (context) => {
    const { job, step, input } = context;
    const runId = input('run-id');
    if (runId !== '' && runId !== job.run.id) {
      throw new SwitchyardError({
        code: 'RUN_UNSUPPORTED',
        seen: `run-id '${runId}' of actions/download-artifact is another run`,
        expected: `this run (${job.run.id}), or nothing`,
      });
    }
    const path = input('path');
    const target = isAbsolute(path) ? path : join(job.folders.workspace, path);
    await mkdir(target, { recursive: true });
    for (const { artifact, folder } of chosen(context, target)) {
      await cp(artifact.folder, folder, { recursive: true });
      step.log(`artifact '${artifact.name}' to ${folder}`);
    }
    step.outputs['download-path'] = target;
  },
};

function chosen(context: StandInContext, target: string): { artifact: StoredArtifact; folder: string }[] {
  const { job, input } = context;
  const name = input('name');
  const all = job.run.artifacts.list();
  if (name !== '') {
    const artifact = job.run.artifacts.get(name);
    if (artifact) return [{ artifact, folder: target }];
    throw new SwitchyardError({
      code: 'RUN_ARTIFACT_NOT_FOUND',
      seen: `Artifact not found for name: ${name}`,
      expected: all.length > 0 ? all.map((each) => each.name).join(', ') : 'an artifact that an earlier job uploaded',
    });
  }
  const pattern = input('pattern');
  const matches = pattern === '' ? () => true : picomatch(pattern, { dot: true });
  const merge = booleanInput(context, 'merge-multiple');
  return all
    .filter((artifact) => matches(artifact.name))
    .map((artifact) => ({ artifact, folder: merge ? target : join(target, artifact.name) }));
}
