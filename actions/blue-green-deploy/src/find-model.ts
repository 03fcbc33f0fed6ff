import type { ModelVersion, Registry } from '@switchyard/azureml';
import type { Circuit } from '@switchyard/config';
import { SwitchyardError, tagNames } from '@switchyard/domain';
import type { Project } from '@switchyard/project';

/**
 * The registry version to deploy: the one that was asked for, or the registry-ready one with the fingerprint of the
 * circuit as it is at this commit. There is no "latest": a version nobody trained from this commit is never taken.
 * @throws SwitchyardError `DEPLOY_MODEL_NOT_FOUND`, `POLICY_NOT_REGISTRY_READY`.
 */
export async function findModel(parts: {
  readonly project: Project;
  readonly circuit: Circuit;
  readonly registry: Registry;
  readonly version: string | undefined;
}): Promise<ModelVersion> {
  const { project, circuit, registry, version } = parts;
  if (version !== undefined) return readVersion(registry, circuit.model_name, version);
  const fingerprint = await project.fingerprint(circuit);
  const tags = { [tagNames.registryReady]: 'true', [tagNames.fingerprint]: fingerprint };
  const [newest] = await registry.models.list(circuit.model_name, { tags });
  if (newest !== undefined) return newest;
  throw new SwitchyardError({
    code: 'DEPLOY_MODEL_NOT_FOUND',
    seen: `registry ${registry.name} holds no registry-ready version of ${circuit.model_name} trained from ${circuit.name} as it is at ${project.commit.slice(0, 12)}`,
    expected: `a version with the tag ${tagNames.fingerprint}=${fingerprint}`,
    next: 'merge the change to develop and let it be promoted first, or pass model-version',
  });
}

async function readVersion(registry: Registry, name: string, version: string): Promise<ModelVersion> {
  const found = await registry.models.read(name, version);
  if (found === undefined) {
    throw new SwitchyardError({
      code: 'DEPLOY_MODEL_NOT_FOUND',
      seen: `registry ${registry.name} holds no ${name} version ${version}`,
      expected: 'a version that was promoted',
      next: 'check the version, or promote it first',
    });
  }
  if (found.tags[tagNames.registryReady] === 'true') return found;
  throw new SwitchyardError({
    code: 'POLICY_NOT_REGISTRY_READY',
    seen: `${name} version ${version} in registry ${registry.name} has no tag ${tagNames.registryReady}=true`,
    expected: 'a version that went through the gate',
    next: 'promote it with promote-to-registry',
  });
}
