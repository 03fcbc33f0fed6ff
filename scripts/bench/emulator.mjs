// The emulator under load: reads of one resource each second, and the memory of a thousand jobs that wait.
// The client runs in a process of its own, so that the numbers are those of the server's core.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const self = join(import.meta.dirname, 'emulator.mjs');
const connections = 32;
const jobCount = 1000;

/** Rows: GETs a second (wall clock and server core), and resident memory with a thousand queued jobs. */
export async function emulator({ rounds = 5 } = {}) {
  const server = await startServer();
  try {
    const reads = [];
    for (let round = 0; round <= Math.min(rounds, 5); round += 1) {
      const before = await server.ask('usage');
      const { requests, seconds } = await client('reads', server.settings);
      const after = await server.ask('usage');
      // The first round warms up.
      if (round > 0) {
        reads.push({
          wall: requests / seconds,
          core: requests / ((after.cpuMicroseconds - before.cpuMicroseconds) / 1e6),
        });
      }
    }
    const idle = await server.ask('usage');
    const submitted = await client('jobs', server.settings);
    const queued = await server.ask('usage');
    const median = (name) => reads.map((one) => one[name]).sort((a, b) => a - b)[Math.floor(reads.length / 2)];
    return [
      { figure: 'GETs of a resource per second', value: Math.round(median('wall')), target: 'at least 2000' },
      { figure: 'GETs per second of the server core', value: Math.round(median('core')), target: '' },
      {
        figure: `jobs submitted per second, ${jobCount} at once`,
        value: Math.round(jobCount / submitted.seconds),
        target: '',
      },
      { figure: 'jobs refused', value: submitted.refused, target: '0' },
      { figure: 'resident MB before the jobs', value: megabytes(idle.rss), target: '' },
      { figure: `resident MB with ${jobCount} jobs`, value: megabytes(queued.peak), target: 'below 500' },
    ];
  } finally {
    await server.stop();
  }
}

function megabytes(bytes) {
  return Math.round(bytes / 1024 / 1024);
}

/** The emulator in a process of its own, with jobs that wait behind two long ones. */
async function startServer() {
  const child = spawn(process.execPath, ['--conditions=source', self, 'serve'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ask = (question) =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`BENCH_EMULATOR_ENDED: the emulator ended with code ${code}`)));
      child.send(question);
    });
  const settings = await ask('start');
  const stop = () =>
    new Promise((resolve) => {
      child.once('exit', resolve);
      child.send('stop');
    });
  return { ask, settings, stop };
}

function client(task, settings) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [self, task], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.once('message', resolve);
    child.once('exit', (code) =>
      code === 0 ? undefined : reject(new Error(`BENCH_CLIENT_FAILED: ${task} ended with ${code}`)),
    );
    child.send(settings);
  });
}

async function serve() {
  const { startEmulator } = await import('@switchyard/emulator');
  const running = await startEmulator({ latency: 50, slotsPerCompute: 2 });
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 50);
  const answers = {
    start: () => ({ url: running.url, caFile: running.caFile, environment: running.environment }),
    usage: () => {
      const { user, system } = process.cpuUsage();
      const rss = process.memoryUsage.rss();
      return { cpuMicroseconds: user + system, rss, peak: Math.max(peak, rss) };
    },
  };
  process.on('message', async (question) => {
    if (question !== 'stop') {
      process.send(answers[question]());
      return;
    }
    clearInterval(timer);
    await running.stop();
    process.disconnect();
  });
}

function sender({ url, caFile }) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, ca: readFileSync(caFile) });
  return (method, path, headers, body) =>
    new Promise((resolve, reject) => {
      const sent = request(`${url}${path}`, { method, agent, headers }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }));
      });
      sent.on('error', reject);
      sent.end(body);
    });
}

async function load(task) {
  const settings = await new Promise((resolve) => process.once('message', resolve));
  const send = sender(settings);
  const { AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, AZURE_SUBSCRIPTION_ID } = settings.environment;
  const form = { grant_type: 'client_credentials', client_id: AZURE_CLIENT_ID, client_secret: AZURE_CLIENT_SECRET };
  const token = await send(
    'POST',
    `/${AZURE_TENANT_ID}/oauth2/v2.0/token`,
    { 'content-type': 'application/x-www-form-urlencoded' },
    new URLSearchParams({ ...form, scope: 'https://management.azure.com/.default' }).toString(),
  );
  const headers = {
    authorization: `Bearer ${JSON.parse(token.text).access_token}`,
    'content-type': 'application/json',
  };
  const workspace = `/subscriptions/${AZURE_SUBSCRIPTION_ID}/resourceGroups/rg-sensors-dev/providers/Microsoft.MachineLearningServices/workspaces/mlw-sensors-dev`;
  const context = {
    send: (method, path, body) => send(method, `${workspace}${path}?api-version=2025-12-01`, headers, body),
    workspace,
  };
  process.send(await (task === 'reads' ? reads(context) : jobs(context)), () => process.exit(0));
}

async function reads({ send }) {
  const body = { properties: { modelUri: 'azureml://datastores/workspaceblobstore/paths/m', tags: { a: '1' } } };
  await send('PUT', '/models/bench/versions/1', JSON.stringify(body));
  const started = performance.now();
  let requests = 0;
  const work = async () => {
    while (performance.now() - started < 3000) {
      const { status } = await send('GET', '/models/bench/versions/1');
      if (status !== 200) throw new Error(`BENCH_READ_FAILED: status ${status}`);
      requests += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  return { requests, seconds: (performance.now() - started) / 1000 };
}

async function jobs({ send, workspace }) {
  const stamp = Date.now();
  const properties = {
    jobType: 'Command',
    command: 'sleep 600',
    environmentId: 'azureml://registries/a/environments/b/versions/1',
    computeId: `${workspace}/computes/cpu-cluster`,
  };
  const started = performance.now();
  const statuses = await Promise.all(
    Array.from({ length: jobCount }, (_, index) =>
      send('PUT', `/jobs/bench-${stamp}-${index}`, JSON.stringify({ properties })),
    ),
  );
  const seconds = (performance.now() - started) / 1000;
  const last = `/jobs/bench-${stamp}-${jobCount - 1}`;
  const limit = performance.now() + 20_000;
  while (performance.now() < limit && JSON.parse((await send('GET', last)).text).properties.status !== 'Queued');
  return { seconds, refused: statuses.filter(({ status }) => status !== 201).length };
}

if (process.argv[1] === self && process.send !== undefined) {
  await (process.argv[2] === 'serve' ? serve() : load(process.argv[2]));
}
