import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { SwitchyardError } from '@switchyard/domain';
import { errorCode } from './error-code.ts';

/** How long a cancelled process may take after each signal, in milliseconds. GitHub: 7500 and 2500. */
export interface CancelGrace {
  readonly interrupt: number;
  readonly terminate: number;
}

export interface ProcessRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
  /** Gets the id of the process group. */
  readonly onStart?: (group: number) => void;
  readonly signal: AbortSignal;
  readonly timeoutMilliseconds: number | undefined;
  readonly grace: CancelGrace;
}

export type ProcessEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'timed-out' };

/** How long output may stay open after the process ended: something it started still holds it. */
const outputGrace = 2000;

/** Runs a program in its own process group. Cancelling sends SIGINT, then SIGTERM, then kills the group. */
export async function runProcess(request: ProcessRequest): Promise<ProcessEnd> {
  const child = spawn(request.command, [...request.args], {
    cwd: request.folder,
    env: { ...request.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = [readLines(child.stdout, request.onLine), readLines(child.stderr, request.onLine)];
  const ended = waitForExit(request.command, child);
  const group = child.pid;
  if (group === undefined) return ended;
  request.onStart?.(group);
  const stop = stopper(group, request.grace);
  let reason: 'cancelled' | 'timed-out' | undefined;
  const end = (why: 'cancelled' | 'timed-out') => {
    reason ??= why;
    stop.start();
  };
  const onAbort = () => end('cancelled');
  const { timeoutMilliseconds } = request;
  const timer = timeoutMilliseconds === undefined ? undefined : setTimeout(() => end('timed-out'), timeoutMilliseconds);
  if (request.signal.aborted) onAbort();
  request.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const exited = await ended;
    await outputClosed(lines, [child.stdout, child.stderr]);
    return reason ? { kind: reason } : exited;
  } finally {
    clearTimeout(timer);
    stop.clear();
    request.signal.removeEventListener('abort', onAbort);
  }
}

async function waitForExit(command: string, child: ReturnType<typeof spawn>): Promise<ProcessEnd> {
  try {
    const [code] = await once(child, 'exit');
    return { kind: 'exited', code: typeof code === 'number' ? code : 128 };
  } catch (cause) {
    throw new SwitchyardError({ code: 'RUN_PROGRAM_NOT_STARTED', seen: `${command} could not be started`, cause });
  }
}

async function outputClosed(lines: Promise<void>[], streams: Readable[]): Promise<void> {
  const timer = setTimeout(() => {
    for (const stream of streams) stream.destroy();
  }, outputGrace);
  await Promise.all(lines);
  clearTimeout(timer);
}

function stopper(group: number, grace: CancelGrace) {
  const timers: NodeJS.Timeout[] = [];
  return {
    start() {
      signalGroup(group, 'SIGINT');
      timers.push(setTimeout(() => signalGroup(group, 'SIGTERM'), grace.interrupt));
      timers.push(setTimeout(() => signalGroup(group, 'SIGKILL'), grace.interrupt + grace.terminate));
    },
    clear() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** Signals every process of a group; a group that is gone is fine. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

async function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) onLine(part.replace(/\r$/, ''));
  });
  await new Promise<void>((resolve) => {
    stream.once('close', resolve);
    stream.once('error', () => resolve());
  });
  if (rest !== '') onLine(rest);
}
