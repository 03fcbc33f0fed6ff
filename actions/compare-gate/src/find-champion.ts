import type { Registry } from '@switchyard/azureml';
import { type Evaluation, parseDocument } from '@switchyard/documents';
import { type Logger, tagNames } from '@switchyard/domain';

/** The model that a challenger has to beat. */
export interface Champion {
  readonly model: string;
  readonly version: string;
  readonly assetId: string;
  readonly contentDigest: string | null;
  /** As written beside the model when it was trained; null when there is none. */
  readonly evaluation: Evaluation | null;
}

/** The newest version in the registry that went through the gate; null when the registry has none: a first model. */
export async function findChampion(registry: Registry, model: string, logger: Logger): Promise<Champion | null> {
  const newest = await registry.models.newest(model, { tags: { [tagNames.registryReady]: 'true' } });
  if (newest === undefined) {
    logger.notice(`The registry ${registry.name} holds no registry-ready version of ${model}: this is a first model.`);
    return null;
  }
  const { version } = newest;
  const text = await registry.readModelFile(model, version, 'evaluation.json');
  logger.info(`Champion: ${model} version ${version} in registry ${registry.name}`);
  return {
    model,
    version,
    assetId: registry.assetId('models', model, version),
    contentDigest: newest.tags[tagNames.contentDigest] ?? null,
    evaluation: text === undefined ? null : parseDocument('evaluation', text, `${model}:${version}/evaluation.json`),
  };
}
