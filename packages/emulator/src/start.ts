import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerType } from '@hono/node-server';
import { type Certificates, ensureCertificates } from './certificates.ts';
import { systemClock } from './clock.ts';
import { BlobStore } from './compute/blob-store.ts';
import { DeploymentPool } from './compute/deployment-pool.ts';
import { JobRunner } from './compute/job-runner.ts';
import { ScoringMetrics } from './compute/scoring-metrics.ts';
import { cloudEnvironment, scratchParent, trustEnvironment } from './environment.ts';
import { Faults } from './faults.ts';
import { Journal, type RequestRecord } from './journal.ts';
import type { Platform } from './platform.ts';
import { seededRandom } from './random.ts';
import { completeSeed, type EmulatorSeed } from './seed.ts';
import { Server } from './server.ts';
import { Operations } from './state/operations.ts';
import { recover } from './state/recover.ts';
import { State } from './state/state.ts';
import { defaultSwitches, type Switches } from './switches.ts';
import { Tokens } from './tokens.ts';

/** How to start the emulator. Everything may be left out. */
export interface EmulatorOptions {
  /** Port of 127.0.0.1; a free one when left out (with a state folder: the same as last time, if it is free). */
  port?: number;
  /** Folder that keeps state, blobs and certificates; without it everything is gone when the emulator stops. */
  stateFolder?: string;
  seed?: EmulatorSeed;
  /** Milliseconds that a long-running operation takes at least; default 300. */
  latency?: number;
  /** Waits are divided by this; default 1. */
  timeScale?: number;
  /** Seed of the traffic split; default 1. */
  randomSeed?: number;
  /** Value of `Retry-After` on long-running operations; without it the header is not sent. */
  retryAfterSeconds?: number | undefined;
  /** The Python that runs jobs and deployments; default `python3`. */
  python?: string;
  /** Refuse tokens of the wrong audience; default false. */
  strictAudience?: boolean;
  /** Answers to questions that no public source settles. */
  switches?: Partial<Switches>;
  /** JSON file with a list of faults that are put in at the start. */
  faultsFile?: string;
  /** Jobs that run at the same time on one compute; default 2. */
  slotsPerCompute?: number;
}

/** A running emulator. */
export interface Emulator {
  /** Base address: the ARM endpoint, the authority and all data planes. */
  url: string;
  /** Variables for programs that shall use the emulator. They include the client secret of the first identity. */
  environment: Record<string, string>;
  /** PEM file of the certificate authority to trust. */
  caFile: string;
  journal(): RequestRecord[];
  /** End all processes, keep the state (with a state folder) and close the port. */
  stop(): Promise<void>;
}

/** The real path of a Python, so that child processes do not pass through version-manager scripts. */
function resolvePython(command: string): string {
  try {
    const program = 'import sys; assert sys.version_info >= (3, 9); print(sys.executable)';
    return execFileSync(command, ['-c', program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    throw new Error(
      `The emulator needs Python 3.9 or newer; ${command} could not be run. Give its path as the option python.`,
    );
  }
}

/** A folder with `python` and `python3`, so that job commands find the chosen Python under both names. */
function writePrograms(folder: string, python: string): string {
  const programs = join(folder, 'programs');
  mkdirSync(programs, { recursive: true });
  for (const name of ['python', 'python3']) {
    writeFileSync(join(programs, name), `#!/bin/sh\nexec '${python.replaceAll("'", "'\\''")}' "$@"\n`);
    chmodSync(join(programs, name), 0o755);
  }
  return programs;
}

function lastUrls(folder: string | undefined): { url: string; blobUrl: string; storageKey: string } | undefined {
  const file = folder === undefined ? '' : join(folder, 'state.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

async function listen(
  server: () => Server,
  options: EmulatorOptions,
  last: string | undefined,
  certificates: Certificates,
): Promise<{ server: ServerType; port: number }> {
  const answer = (request: Request, environment: unknown) => server().fetch(request, environment);
  const former = last === undefined ? 0 : Number(new URL(last).port);
  try {
    return await Server.listen(answer, options.port ?? former, certificates);
  } catch (error) {
    if (options.port !== undefined || former === 0) {
      throw error;
    }
    return Server.listen(answer, 0, certificates);
  }
}

function environmentOf(platform: Platform, certificates: Certificates): Record<string, string> {
  const [identity] = platform.identities;
  return {
    ...cloudEnvironment(platform.url),
    AZURE_AUTHORITY_HOST: platform.url,
    AZURE_TENANT_ID: platform.state.data.tenantId,
    AZURE_SUBSCRIPTION_ID: platform.state.data.subscriptionId,
    ...(identity === undefined ? {} : { AZURE_CLIENT_ID: identity.clientId }),
    ...(identity?.clientSecret === undefined ? {} : { AZURE_CLIENT_SECRET: identity.clientSecret }),
    ...trustEnvironment(certificates),
  };
}

function closeServer(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if ('closeAllConnections' in server) {
      server.closeAllConnections();
    }
  });
}

/** Make the containers that workspaces and registries keep their blobs in. */
async function ensureContainers(state: State, blobs: BlobStore): Promise<void> {
  const datastores = [...state.data.workspaces.values()].flatMap((workspace) => workspace.datastores);
  const all = [...datastores, ...state.data.registries.values()];
  await Promise.all(all.map(({ container }) => blobs.ensureContainer(container)));
}

/** Start the blob store and read (or make) the state, with the addresses of this run in it. */
async function openState(context: {
  options: EmulatorOptions;
  url: string;
  python: string;
  certificates: Certificates;
}) {
  const { options, url, python, certificates } = context;
  const folder = options.stateFolder;
  const seed = completeSeed(options.seed);
  const last = lastUrls(folder);
  const fresh = new State(seed, undefined, { url });
  const blobs = await BlobStore.start({
    python,
    key: last?.storageKey ?? fresh.data.storageKey,
    certificates,
    folder: folder === undefined ? undefined : join(folder, 'blobs'),
  });
  const replace = (text: string) =>
    last === undefined ? text : text.replaceAll(last.blobUrl, blobs.url).replaceAll(last.url, url);
  const previous = folder === undefined ? undefined : State.readSnapshot(folder, replace);
  const state = new State(seed, folder, { url, previous: previous ?? fresh.data });
  state.data.url = url;
  state.data.blobUrl = blobs.url;
  await ensureContainers(state, blobs);
  return { state, blobs, identities: seed.identities, quota: seed.quota };
}

/** The faults to begin with. Errors: throws with the file and the entry at fault. */
function readFaults(file: string | undefined): Faults {
  const faults = new Faults();
  if (file !== undefined) {
    try {
      faults.addAll(readFileSync(file, 'utf8'));
    } catch (error) {
      throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return faults;
}

/** Put the parts together. */
async function buildPlatform(context: {
  options: EmulatorOptions;
  url: string;
  python: string;
  certificates: Certificates;
  scratch: string;
}): Promise<Platform> {
  const { options, url, python, certificates, scratch } = context;
  const faults = readFaults(options.faultsFile);
  const { state, blobs, identities, quota } = await openState(context);
  const clock = systemClock(options.timeScale ?? 1);
  const latency = options.latency ?? 300;
  const tokens = new Tokens({ folder: options.stateFolder ?? scratch, clock, url, tenant: state.data.tenantId });
  const switches = { ...defaultSwitches, ...options.seed?.switches, ...options.switches };
  const common = { state, clock, blobs, tokens, python, scratch, latency, switches, trust: certificates };
  const programs = writePrograms(scratch, python);
  return {
    url,
    state,
    clock,
    switches,
    identities,
    quota,
    tokens,
    blobs,
    random: seededRandom(options.randomSeed ?? 1),
    strictAudience: options.strictAudience ?? false,
    operations: new Operations(state, clock, { latency, retryAfterSeconds: options.retryAfterSeconds }),
    jobs: new JobRunner({ ...common, programs, slotsPerCompute: options.slotsPerCompute ?? 2 }),
    deployments: new DeploymentPool(common),
    metrics: new ScoringMetrics(),
    journal: new Journal(),
    faults,
  };
}

/** Start the emulator: an https server on 127.0.0.1, a blob store, and processes for jobs and deployments. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const scratch = mkdtempSync(join(scratchParent(), 'switchyard-emulator-'));
  const cleanUp = () => rmSync(scratch, { recursive: true, force: true });
  process.once('exit', cleanUp);
  const folder = options.stateFolder;
  const python = resolvePython(options.python ?? 'python3');
  const certificates = await ensureCertificates(join(folder ?? scratch, 'certificates'));
  let server: Server | undefined;
  const ready = () => {
    if (server === undefined) {
      throw new Error('The emulator is still starting.');
    }
    return server;
  };
  const listener = await listen(ready, options, lastUrls(folder)?.url, certificates);
  const url = `https://127.0.0.1:${listener.port}`;
  const platform = await buildPlatform({ options, url, python, certificates, scratch }).catch(
    async (error: unknown) => {
      await closeServer(listener.server);
      rmSync(scratch, { recursive: true, force: true });
      throw error;
    },
  );
  await recover(platform);
  server = new Server(platform);
  platform.state.save();
  return {
    url,
    environment: environmentOf(platform, certificates),
    caFile: certificates.caFile,
    journal: () => platform.journal.all(),
    stop: async () => {
      await closeServer(listener.server);
      await platform.jobs.stop();
      await platform.deployments.stop();
      platform.state.save();
      await platform.blobs.stop();
      process.removeListener('exit', cleanUp);
      cleanUp();
    },
  };
}
