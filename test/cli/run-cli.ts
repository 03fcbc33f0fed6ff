import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { suiteRoot } from '../support/suite.ts';

const command = join(suiteRoot, 'packages/cli/bin/switchyard.mjs');

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Path of the Node to use; this one when absent. */
  readonly node?: string;
}

/** Starts `switchyard` as a shell would, without the workflow variables of this process. */
export function startCli(args: readonly string[], options: CliOptions = {}): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  return spawn(options.node ?? process.execPath, [command, ...args], {
    cwd: options.cwd ?? suiteRoot,
    env: { PATH, HOME, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs `switchyard` to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  return finished(startCli(args, options));
}

/** Everything a started command printed, once it has ended. `onOut` sees standard output as it grows. */
export function finished(child: ChildProcess, onOut: (text: string) => void = () => undefined): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      onOut(stdout);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** This Node, and the first Node 20 of the machine when there is one. */
export function nodesOfThisMachine(): { version: string; node: string }[] {
  const { PATH = '' } = process.env;
  const folders = [...PATH.split(delimiter), '/usr/local/bin', '/usr/bin'];
  const paths = folders.map((folder) => join(folder, 'node')).filter((path) => existsSync(path));
  const others = [...new Set(paths.map((path) => realpathSync(path)))].map((node) => {
    const { stdout } = spawnSync(node, ['-p', 'process.version'], { encoding: 'utf8' });
    return { version: stdout.trim(), node };
  });
  const oldest = others.find(({ version }) => version.startsWith('v20.') && version !== process.version);
  return [{ version: process.version, node: process.execPath }, ...(oldest === undefined ? [] : [oldest])];
}

/** Ids of all processes below `root`, read from /proc. */
export function processesBelow(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = parentOf(Number(name));
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const below = (pid: number): number[] => (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(root);
}

/** The processes of the list that still run; one that has ended and waits for its parent does not count. */
export function stillRunning(pids: readonly number[]): number[] {
  return pids.filter((pid) => parentOf(pid) !== undefined);
}

function parentOf(pid: number): number | undefined {
  try {
    // pid (name) state parent ...: the name may hold spaces and brackets.
    const [state = '', parent = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return state === 'Z' ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}
