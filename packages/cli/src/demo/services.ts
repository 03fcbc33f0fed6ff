import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Emulator, startEmulator } from '@switchyard/emulator';
import { type LocalGitHub, startGitHub } from '@switchyard/runner';

/** Repository name that the demo's GitHub knows the sample by. */
export const demoRepository = 'example/sensor-forecasting';

export const subscriptionId = '00000000-0000-4000-8000-000000000001';
export const tenantId = '00000000-0000-4000-8000-0000000000aa';

/** One identity for each right, bound to GitHub environments, as a careful team has them. */
const identities = {
  train: { clientId: '00000000-0000-4000-8000-0000000000c1', environments: ['dev'] },
  promote: { clientId: '00000000-0000-4000-8000-0000000000c2', environments: ['registry'] },
  deploy: { clientId: '00000000-0000-4000-8000-0000000000c3', environments: ['test', 'production'] },
} as const;

const observer = { clientId: '00000000-0000-4000-8000-0000000000c9', clientSecret: 'demo-observer' } as const;

export interface Services {
  readonly github: LocalGitHub;
  readonly emulator: Emulator;
  readonly ca: string;
  readonly observer: typeof observer;
  stop(): Promise<void>;
}

/** Starts GitHub and Azure ML on this machine; identities sign in by GitHub's identity tokens only. */
export async function startServices(folder: string): Promise<Services> {
  const github = await startGitHub({ repository: demoRepository, repositoryFolder: join(folder, 'repository') });
  const audience = 'api://AzureADTokenExchange';
  const federated = Object.values(identities).map(({ clientId, environments }) => ({
    clientId,
    federatedSubjects: environments.map((environment) => ({
      issuer: github.issuer,
      subject: `repo:${demoRepository}:environment:${environment}`,
      audience,
    })),
  }));
  const emulator = await startEmulator({
    stateFolder: join(folder, 'azure'),
    latency: 200,
    randomSeed: 7,
    seed: { subscriptionId, tenantId, identities: [...federated, observer] },
  });
  const stop = async () => {
    await emulator.stop();
    await github.stop();
  };
  return { github, emulator, ca: readFileSync(emulator.caFile, 'utf8'), observer, stop };
}

/** GitHub environments of the sample: which identity each has, and who approves. */
export const githubEnvironments = {
  dev: { vars: { AZURE_CLIENT_ID: identities.train.clientId } },
  registry: { vars: { AZURE_CLIENT_ID: identities.promote.clientId } },
  test: { vars: { AZURE_CLIENT_ID: identities.deploy.clientId } },
  production: { vars: { AZURE_CLIENT_ID: identities.deploy.clientId } },
  'registry-approval': { reviewers: ['ml-lead'] },
  'test-approval': { reviewers: ['qa-lead'] },
  'production-approval': { reviewers: ['platform-lead'] },
} as const;

export const approvals = {
  'registry-approval': 'ml-lead',
  'test-approval': 'qa-lead',
  'production-approval': 'platform-lead',
} as const;
