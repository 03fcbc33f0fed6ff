import { authorize } from '../authorization.ts';
import type { Platform } from '../platform.ts';

/**
 * Check that the caller of a data plane may do this to a resource, when it has roles and the switch says so.
 * Errors: 403 AuthorizationFailed.
 */
export function authorizeData(platform: Platform, identity: string, action: string, id: string): void {
  if (platform.switches.dataPlaneRoles === 'check') {
    const caller = platform.identities.find(({ clientId }) => clientId === identity);
    authorize(caller, `microsoft.machinelearningservices/workspaces/${action}`, id);
  }
}
