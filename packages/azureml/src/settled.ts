import { AzureMlError } from './azure-ml-error.ts';
import { isBusy } from './failures.ts';
import { type Resource, textAt } from './json.ts';
import type { Session } from './session.ts';

interface Wait {
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

/** Reads a resource until no operation works on it; undefined when it is gone. */
export async function waitUntilSettled(
  { clock, settings }: Session,
  wait: Wait & { readonly read: () => Promise<Resource | undefined> },
): Promise<Resource | undefined> {
  const deadline = clock.now() + settings.timeoutMinutes * 60_000;
  for (;;) {
    const resource = await wait.read();
    const state = textAt(resource?.properties, 'provisioningState');
    if (!resource || state === undefined || /^(succeeded|failed|cancell?ed)$/i.test(state)) return resource;
    if (clock.now() >= deadline) {
      throw new AzureMlError({
        code: 'AZUREML_OPERATION_TIMEOUT',
        kind: 'failure',
        seen: `cannot ${wait.what}: it is ${state} for more than ${settings.timeoutMinutes} minutes`,
        expected: 'Succeeded or Failed',
        next: 'another operation works on it: let it end, then run again',
      });
    }
    await clock.sleep(settings.pollSeconds * 1000, wait.signal);
  }
}

const maxTries = 20;

/**
 * Writes, and writes again while the resource is busy: an endpoint can be Updating right after it was Succeeded.
 * `attempt` reads afresh each time.
 */
export async function whileBusy<T>(
  { clock, settings, logger }: Session,
  wait: Wait,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error) || tries >= maxTries) throw error;
      logger.debug(`${wait.what}: busy, trying again (${tries} of ${maxTries})`);
      await clock.sleep(settings.pollSeconds * 1000 * Math.min(tries, 6), wait.signal);
    }
  }
}
