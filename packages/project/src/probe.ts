import type { Workspace } from '@switchyard/azureml';

export interface ProbeResult {
  readonly requests: number;
  /** What went wrong first; null when every answer was 200. */
  readonly failure: string | null;
  readonly slowestMs: number;
}

/**
 * Sends the sample request `count` times, one after the other, and stops at the first answer that is not 200. With a
 * deployment the request goes there whatever its traffic; without one it takes the way of the users.
 */
export async function probe(
  workspace: Workspace,
  request: { readonly endpoint: string; readonly deployment?: string; readonly body: string; readonly count: number },
): Promise<ProbeResult> {
  const { endpoint, deployment, body, count } = request;
  let slowestMs = 0;
  for (let sent = 1; sent <= count; sent += 1) {
    const answer = await workspace.onlineEndpoints.score({
      endpoint,
      ...(deployment !== undefined && { deployment }),
      body,
    });
    slowestMs = Math.max(slowestMs, answer.latencyMs);
    if (answer.status === 200) continue;
    const where = deployment === undefined ? `endpoint ${endpoint}` : `deployment ${deployment} of ${endpoint}`;
    const why = answer.failure ?? JSON.stringify(answer.body).slice(0, 300);
    return {
      requests: sent,
      failure: `${where} answered ${answer.status || 'nothing'} to request ${sent}: ${why}`,
      slowestMs,
    };
  }
  return { requests: count, failure: null, slowestMs };
}
