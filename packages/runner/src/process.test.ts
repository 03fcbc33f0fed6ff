import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { stepEnvironment } from './environment.ts';
import { type ProcessRequest, runProcess } from './process.ts';

const bash = (script: string, given: Partial<ProcessRequest> = {}): ProcessRequest => ({
  command: 'bash',
  args: ['-c', script],
  folder: tmpdir(),
  env: stepEnvironment({}),
  onLine: () => undefined,
  signal: new AbortController().signal,
  timeoutMilliseconds: undefined,
  grace: { interrupt: 100, terminate: 100 },
  ...given,
});

describe('runProcess', () => {
  it('gives the lines of both outputs, also the last one without an end, and the exit code', async () => {
    const lines: string[] = [];
    const end = await runProcess(bash('printf "a\\r\\nb"; echo c >&2; exit 5', { onLine: (line) => lines.push(line) }));
    expect(new Set(lines)).toEqual(new Set(['a', 'b', 'c']));
    expect(end).toEqual({ kind: 'exited', code: 5 });
  });

  it('a process that ignores the first two signals is killed with all it started', async () => {
    const controller = new AbortController();
    const script = 'trap "" INT TERM; echo ready; while true; do sleep 0.05; done';
    const end = await runProcess(bash(script, { signal: controller.signal, onLine: () => controller.abort() }));
    expect(end).toEqual({ kind: 'cancelled' });
  });

  it('what a step leaves behind does not keep it open', async () => {
    const end = await runProcess(bash('trap "" HUP; (sleep 0.3) & echo done'));
    expect(end).toEqual({ kind: 'exited', code: 0 });
  });

  it('a program that does not exist is an error with its name', async () => {
    await expect(runProcess(bash('', { command: 'no-such-program' }))).rejects.toThrow('no-such-program');
  });
});
