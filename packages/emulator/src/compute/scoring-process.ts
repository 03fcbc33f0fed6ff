import { type ChildProcess, spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import type { Readable } from 'node:stream';
import { isObject } from '../fields.ts';
import { Slots } from './slots.ts';
import { pythonProgram } from './supervised.ts';

/** How to start a scoring process. */
export interface ScoringDefinition {
  python: string;
  codeFolder: string;
  script: string;
  environment: Record<string, string>;
  /** Requests worked on at the same time over all instances. */
  concurrent: number;
  timeoutMilliseconds: number;
}

/** Answer of the scoring script. `status` 408, 429 and 503 are the process's own. */
export interface Scored {
  status: number;
  body: Buffer;
  contentType: string;
  /** True when the status comes from the user's code. */
  fromModel: boolean;
}

const startMilliseconds = 120_000;
const keptLines = 5000;

/** The last lines that a deployment printed; they stay readable when its process has ended. */
export class ScoringLog {
  #lines: string[] = [];
  #rest = '';

  add(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    this.#lines.push(...lines);
    if (this.#lines.length > keptLines) {
      this.#lines = this.#lines.slice(-keptLines);
    }
  }

  tail(count: number): string {
    const all = this.#rest === '' ? this.#lines : [...this.#lines, this.#rest];
    return all.slice(-Math.max(1, count)).join('\n');
  }
}

function own(status: number, text: string): Scored {
  return { status, body: Buffer.from(text), contentType: 'text/plain', fromModel: false };
}

/** One running scoring script. */
export class ScoringProcess {
  readonly #child: ChildProcess;
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 });
  readonly #slots: Slots;
  readonly #definition: ScoringDefinition;
  #pending = 0;
  #ending: boolean = false;
  #idle: (() => void) | undefined;

  private constructor(child: ChildProcess, port: number, definition: ScoringDefinition) {
    this.#child = child;
    this.#port = port;
    this.#definition = definition;
    this.#slots = new Slots(definition.concurrent);
  }

  /** Start the script and wait for init(). Errors: throws with the script's own error, or when it takes two minutes. */
  static async start(definition: ScoringDefinition, log: ScoringLog, onCrash: () => void): Promise<ScoringProcess> {
    const { python, codeFolder, script, environment } = definition;
    const child = spawn(python, ['-u', pythonProgram('score_server.py'), codeFolder, script], {
      env: environment,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      // A session of its own: Ctrl-C in the terminal reaches the emulator, which ends its processes in order.
      detached: true,
    });
    child.stdout?.on('data', (chunk: Buffer) => log.add(chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => log.add(chunk.toString()));
    child.stdin?.on('error', () => undefined);
    const port = await new Promise<number>((resolve, reject) => {
      let text = '';
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error('init() did not finish in time.'));
      }, startMilliseconds);
      (child.stdio[3] as Readable).on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      (child.stdio[3] as Readable).on('end', () => {
        clearTimeout(timer);
        const message: unknown = text === '' ? {} : JSON.parse(text);
        if (isObject(message) && typeof message.port === 'number') {
          resolve(message.port);
        } else {
          reject(
            new Error(isObject(message) ? String(message.error ?? 'The process ended before it was ready.') : text),
          );
        }
      });
      child.once('error', reject);
    });
    const started = new ScoringProcess(child, port, definition);
    child.once('exit', () => {
      if (!started.#ending) {
        started.#ending = true;
        onCrash();
      }
    });
    return started;
  }

  /** False when the process has ended or is about to. */
  get isAlive(): boolean {
    return !this.#ending;
  }

  /**
   * Send one request. At most twice as many as are worked on may be waiting or running; more get 429.
   * A request that is not answered within the request timeout gets 408.
   */
  async score(body: Uint8Array | string, contentType: string): Promise<Scored> {
    const { concurrent, timeoutMilliseconds } = this.#definition;
    if (this.#pending >= 2 * concurrent) {
      return own(429, 'too many pending requests');
    }
    this.#pending += 1;
    const deadline = performance.now() + timeoutMilliseconds;
    try {
      const release = await this.#slots.take();
      const left = deadline - performance.now();
      if (left <= 0) {
        release();
        return own(408, 'upstream request timeout');
      }
      return await this.#send(body, contentType, left, release);
    } finally {
      this.#pending -= 1;
      if (this.#pending === 0) {
        this.#idle?.();
      }
    }
  }

  #send(body: Uint8Array | string, contentType: string, timeout: number, release: () => void): Promise<Scored> {
    return new Promise((resolve) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: this.#port,
          path: '/score',
          method: 'POST',
          agent: this.#agent,
          headers: { 'content-type': contentType, 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', () => finish(own(503, 'no healthy upstream')));
          response.on('end', () => {
            finish({
              status: response.statusCode ?? 500,
              body: Buffer.concat(chunks),
              contentType: response.headers['content-type'] ?? 'application/json',
              fromModel: true,
            });
          });
        },
      );
      const timer = setTimeout(() => {
        resolve(own(408, 'upstream request timeout'));
        // The script goes on; its place is taken until it has answered.
      }, timeout);
      const finish = (answer: Scored) => {
        clearTimeout(timer);
        release();
        resolve(answer);
      };
      sent.on('error', () => finish(own(503, 'no healthy upstream')));
      sent.end(body);
    });
  }

  /** Let running requests end, then end the process. */
  async stop(drain: boolean): Promise<void> {
    this.#ending = true;
    if (drain && this.#pending > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    this.#agent.destroy();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), 2000);
      this.#child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      this.#child.stdin?.end();
    });
  }
}
