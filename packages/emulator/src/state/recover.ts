import type { DeploymentPlace } from '../compute/deployment-pool.ts';
import { interruption } from '../compute/run-failure.ts';
import type { Platform } from '../platform.ts';

/**
 * Bring a state that was read from disk into order: operations that were under way have failed, jobs that were
 * running are Failed (they are not run again), endpoints keep the traffic they had and deployments get new processes.
 */
export async function recover(platform: Platform): Promise<void> {
  const { data } = platform.state;
  const now = platform.clock.now().toISOString();
  for (const operation of data.operations.values()) {
    if (operation.status === 'InProgress') {
      operation.status = 'Failed';
      operation.endTime = now;
      operation.error = { code: 'OperationCanceled', message: 'The emulator stopped while the operation was running.' };
    }
  }
  for (const workspace of data.workspaces.values()) {
    for (const job of workspace.jobs.values()) {
      if (!['Completed', 'Failed', 'Canceled', 'NotResponding'].includes(job.status) && !job.runOnly) {
        job.status = 'Failed';
        job.endTime = now;
        job.error = { code: interruption.code, message: interruption.message };
      }
    }
    for (const endpoint of [...workspace.onlineEndpoints.values(), ...workspace.batchEndpoints.values()]) {
      endpoint.provisioningState = 'Succeeded';
    }
    for (const endpoint of workspace.onlineEndpoints.values()) {
      await Promise.all(
        [...endpoint.deployments.values()].map((deployment) => restart(platform, { workspace, endpoint, deployment })),
      );
    }
  }
}

/** Start the process of a deployment that had one; one whose first start was under way has failed. */
async function restart(platform: Platform, place: DeploymentPlace): Promise<void> {
  const { deployment } = place;
  if (deployment.running === null) {
    deployment.provisioningState = 'Failed';
    return;
  }
  try {
    await platform.deployments.start(place);
    deployment.provisioningState = 'Succeeded';
  } catch {
    deployment.provisioningState = 'Failed';
  }
}
