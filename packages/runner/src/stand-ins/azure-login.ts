import { SwitchyardError } from '@switchyard/domain';
import type { StandIn, StandInContext } from '../stand-in.ts';

/**
 * Checks that a login would have what it needs, and logs nobody in: the suite's actions get their own token from
 * the job's id-token.
 */
export const azureLogin: StandIn = {
  name: 'azure/login',
  inputs: {
    creds: '',
    'client-id': '',
    'tenant-id': '',
    'subscription-id': '',
    'allow-no-subscriptions': 'false',
    'enable-azpssession': 'false',
    environment: 'azurecloud',
    audience: 'api://AzureADTokenExchange',
    'auth-type': 'SERVICE_PRINCIPAL',
  },
  run: async (context) => {
    const { job, step, permissions, input } = context;
    if (input('creds') !== '') {
      step.log('credentials are given as a secret; nothing is checked');
      return;
    }
    const needed = ['client-id', 'tenant-id', ...(needsSubscription(context) ? ['subscription-id'] : [])];
    const missing = needed.filter((name) => input(name) === '');
    if (missing.length > 0) {
      throw new SwitchyardError({
        code: 'RUN_LOGIN_INCOMPLETE',
        seen: `azure/login: ${missing.join(', ')} not given`,
        expected: 'client-id, tenant-id and subscription-id, or creds',
      });
    }
    if (permissions['id-token'] !== 'write') {
      throw new SwitchyardError({
        code: 'RUN_LOGIN_WITHOUT_ID_TOKEN',
        seen: 'azure/login: the job may not ask for an id-token',
        next: 'add `id-token: write` to the permissions of the job',
      });
    }
    job.masker.add(input('client-id'));
  },
};

function needsSubscription({ input }: StandInContext): boolean {
  return input('allow-no-subscriptions') !== 'true';
}
