import { join } from 'node:path';
import { type RunnerEvent, runWorkflow } from '@switchyard/runner';
import { childEnvironment } from '../environment.ts';
import { suiteFolder } from '../suite-folder.ts';
import type { Expectations } from './expectations.ts';
import type { HttpsClient } from './https.ts';
import type { Observer } from './observer.ts';
import type { SampleRepository } from './sample-repository.ts';
import { approvals, demoRepository, githubEnvironments, type Services, subscriptionId, tenantId } from './services.ts';
import type { Stage } from './story.ts';

/** Name under which the callers refer to the suite. */
const suiteRepository = 'switchyard-mlops/switchyard';
const NO_COMMIT = '0'.repeat(40);

export function createStage(parts: {
  readonly folder: string;
  readonly repository: SampleRepository;
  readonly services: Services;
  readonly observer: Observer;
  readonly http: HttpsClient;
  readonly expectations: Expectations;
  readonly say: (text: string) => void;
  readonly verbose: boolean;
}): Stage {
  const { repository, services, observer, http, expectations } = parts;
  const common = {
    repositoryFolder: repository.folder,
    repository: demoRepository,
    repositories: { [suiteRepository]: suiteFolder() },
    vars: { AZURE_TENANT_ID: tenantId, AZURE_SUBSCRIPTION_ID: subscriptionId },
    environments: githubEnvironments,
    approvals,
    github: services.github,
    env: jobEnvironment(services),
    workFolder: join(parts.folder, 'runs'),
    onEvent: reporter(parts.say, parts.verbose),
  };
  const workflow = (name: string) => `.github/workflows/${name}`;
  return {
    repository,
    observer,
    http,
    expectations,
    push: (branch, before, name) =>
      runWorkflow({
        ...common,
        workflowPath: workflow(name),
        event: 'push',
        ref: `refs/heads/${branch}`,
        eventPayload: { before: before ?? NO_COMMIT },
      }),
    dispatch: (name, inputs) =>
      runWorkflow({
        ...common,
        workflowPath: workflow(name),
        event: 'workflow_dispatch',
        ref: 'refs/heads/develop',
        inputs,
      }),
    endpointWrites: (endpoint) =>
      services.emulator
        .journal()
        .filter(({ method, path }) => (method === 'PUT' || method === 'PATCH') && isEndpointPath(path, endpoint))
        .length,
  };
}

function isEndpointPath(path: string, endpoint: string): boolean {
  return new RegExp(`/onlineEndpoints/${endpoint}(\\?|$)`, 'i').test(path);
}

/** Jobs know the cloud and trust its certificate; who they are they must prove by an identity token. */
function jobEnvironment(services: Services): Record<string, string> {
  const { ARM_CLOUD_METADATA_URL = '', NODE_EXTRA_CA_CERTS = '' } = services.emulator.environment;
  const { PATH = '' } = childEnvironment({});
  return { PATH, ARM_CLOUD_METADATA_URL, NODE_EXTRA_CA_CERTS, SWITCHYARD_POLL_SECONDS: '0.1' };
}

function reporter(say: (text: string) => void, verbose: boolean): (event: RunnerEvent) => void {
  return (event) => {
    if (event.type === 'job-finished')
      say(`  ${event.result.padEnd(7)} ${event.job} (${(event.milliseconds / 1000).toFixed(1)} s)`);
    if (event.type === 'approved') say(`  approved by ${event.login}: ${event.environment}`);
    if (event.type === 'annotation' && event.annotation.level === 'error')
      say(`  ${event.job}: ${event.annotation.message}`);
    if (verbose && event.type === 'log') say(`    ${event.job} | ${event.line}`);
  };
}
