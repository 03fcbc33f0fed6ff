import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { suiteRoot } from './suite.ts';

/** One request, without its body. */
export interface JournalEntry {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** Azure ML for one test file: the emulator's own command, as a user starts it. */
export interface Azure {
  readonly url: string;
  /** For bundles: the cloud, its certificate, and an identity with a secret. */
  readonly env: Readonly<Record<string, string>>;
  /** A request with a management token; the parsed JSON answer. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  /** Requests that the emulator has seen, oldest first. */
  journal(): Promise<readonly JournalEntry[]>;
  /** Injects faults; see the emulator's README. */
  fault(fault: Record<string, unknown>): Promise<void>;
  clearFaults(): Promise<void>;
  stop(): Promise<void>;
}

export const workspacePath = (environment: 'dev' | 'test' | 'prod') =>
  `/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-sensors-${environment}/providers/Microsoft.MachineLearningServices/workspaces/mlw-sensors-${environment}`;
export const registryPath =
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-sensors-shared/providers/Microsoft.MachineLearningServices/registries/sensors';

export async function startAzure(options: readonly string[] = []): Promise<Azure> {
  const command = join(suiteRoot, 'packages/cli/bin/switchyard.mjs');
  const args = [command, 'emulator', 'start', '--print-env', '--latency', '40', '--random-seed', '1', ...options];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const variables = await exportedVariables(child);
  const { ARM_CLOUD_METADATA_URL = '', NODE_EXTRA_CA_CERTS = '' } = variables;
  const url = new URL(ARM_CLOUD_METADATA_URL).origin;
  const agent = new Agent({ ca: readFileSync(NODE_EXTRA_CA_CERTS), keepAlive: true });
  const send = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
    sendHttps(agent, { method, url: `${url}${path}`, headers, body });
  const token = await signIn(send, variables);
  const json = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const parsed = async (method: string, path: string, body?: unknown) => {
    const answer = await send(method, path, body === undefined ? undefined : JSON.stringify(body), json);
    return { status: answer.status, body: answer.text === '' ? undefined : (JSON.parse(answer.text) as unknown) };
  };
  return {
    url,
    env: Object.fromEntries(
      [
        'ARM_CLOUD_METADATA_URL',
        'NODE_EXTRA_CA_CERTS',
        'AZURE_TENANT_ID',
        'AZURE_CLIENT_ID',
        'AZURE_CLIENT_SECRET',
        'AZURE_SUBSCRIPTION_ID',
      ].map((name) => [name, variables[name] ?? '']),
    ),
    call: (method, path, body) =>
      parsed(method, `${path}${path.includes('?') ? '&' : '?'}api-version=2025-12-01`, body),
    journal: async () => ((await parsed('GET', '/_emulator/journal')).body as { value: JournalEntry[] }).value,
    fault: async (fault) => {
      const answer = await parsed('POST', '/_emulator/faults', fault);
      if (answer.status >= 300) throw new Error(`fault refused: ${JSON.stringify(answer.body)}`);
    },
    clearFaults: async () => {
      await parsed('DELETE', '/_emulator/faults');
    },
    stop: () => stopChild(child, agent),
  };
}

/** Waits for the `export NAME='value'` lines; fails with what the command printed when it ends first. */
function exportedVariables(child: ChildProcess): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    let text = '';
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const variables = Object.fromEntries(
        [...text.matchAll(/^export (\w+)='(.*)'$/gm)].map((match) => [match[1] ?? '', match[2] ?? '']),
      );
      if (variables.AZURE_CLIENT_SECRET && variables.NODE_EXTRA_CA_CERTS && variables.ARM_CLOUD_METADATA_URL)
        resolve(variables);
    });
    child.once('exit', (code) => reject(new Error(`emulator start ended with ${code}: ${errors}${text}`)));
  });
}

type Send = (
  method: string,
  path: string,
  body?: string,
  headers?: Record<string, string>,
) => Promise<{ status: number; text: string }>;

async function signIn(send: Send, variables: Readonly<Record<string, string>>): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: variables.AZURE_CLIENT_ID ?? '',
    client_secret: variables.AZURE_CLIENT_SECRET ?? '',
    scope: 'https://management.azure.com/.default',
  });
  const path = `/${variables.AZURE_TENANT_ID}/oauth2/v2.0/token`;
  const answer = await send('POST', path, form.toString(), { 'content-type': 'application/x-www-form-urlencoded' });
  return (JSON.parse(answer.text) as { access_token: string }).access_token;
}

function sendHttps(
  agent: Agent,
  call: { method: string; url: string; headers: Record<string, string>; body: string | undefined },
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(call.url, { method: call.method, agent, headers: call.headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.once('error', reject);
    sent.end(call.body);
  });
}

function stopChild(child: ChildProcess, agent: Agent): Promise<void> {
  agent.destroy();
  return new Promise((resolve) => {
    child.removeAllListeners('exit');
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
