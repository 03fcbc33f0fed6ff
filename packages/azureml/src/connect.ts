import type { HttpClient } from '@azure/core-rest-pipeline';
import type { Clock, Logger } from '@switchyard/domain';
import type { Cloud } from './cloud.ts';
import type { TokenCredential } from './credential.ts';
import type { PollerSettings } from './poller.ts';
import { createRegistry, type Registry } from './registry.ts';
import type { Session } from './session.ts';
import { createTransport } from './transport.ts';
import { createWorkspace, type Workspace } from './workspace.ts';

export interface ConnectInit {
  readonly cloud: Cloud;
  readonly credential: TokenCredential;
  readonly subscriptionId: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Put in front of the SDK's own, `switchyard/1.0`. */
  readonly userAgent: string;
  readonly settings?: Partial<PollerSettings> | undefined;
  /** Told every key, token and signature that is read, so that logs can be masked. */
  readonly onSecret?: ((value: string) => void) | undefined;
  /** Given by tests: what sends the requests. */
  readonly httpClient?: HttpClient | undefined;
  /** Given by tests: jitter of retries, 0 to 1. */
  readonly random?: (() => number) | undefined;
}

/** Azure ML in one subscription. */
export interface AzureMl {
  readonly subscriptionId: string;
  workspace(resourceGroup: string, name: string): Workspace;
  registry(resourceGroup: string, name: string): Registry;
}

/** Makes a client; nothing is sent yet. Limits: a look every 5 s, 60 minutes for one long operation. */
export function connect(init: ConnectInit): AzureMl {
  const { cloud, credential, subscriptionId, logger, clock, userAgent, httpClient, random } = init;
  const session: Session = {
    transport: createTransport({ cloud, credential, logger, clock, userAgent, httpClient, random }),
    credential,
    subscriptionId,
    logger,
    clock,
    settings: { pollSeconds: init.settings?.pollSeconds ?? 5, timeoutMinutes: init.settings?.timeoutMinutes ?? 60 },
    onSecret: init.onSecret ?? (() => {}),
  };
  return {
    subscriptionId,
    workspace: (resourceGroup, name) => createWorkspace(session, resourceGroup, name),
    registry: (resourceGroup, name) => createRegistry(session, resourceGroup, name),
  };
}
