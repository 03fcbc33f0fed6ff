import type { Config } from '@switchyard/config';
import { SwitchyardError } from '@switchyard/domain';

/**
 * Refuses to train where the product promises never to: only the environment that switchyard.yml names for training
 * (`dev` unless it says otherwise) is accepted.
 * @throws SwitchyardError `POLICY_TRAINING_FORBIDDEN`.
 */
export function assertTrainingAllowed(config: Config, environment: string): void {
  const allowed = config.training.environment;
  if (environment === allowed) return;
  throw new SwitchyardError({
    code: 'POLICY_TRAINING_FORBIDDEN',
    seen: `training was asked for in the environment "${environment}"`,
    expected: `training in "${allowed}" only`,
    next: 'deploy a registry version there instead, or change training.environment in switchyard.yml',
  });
}
