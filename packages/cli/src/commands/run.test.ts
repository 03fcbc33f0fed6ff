import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCommand } from './run.ts';

const workflow = `
name: One
on: [push, workflow_dispatch]
jobs:
  plan:
    runs-on: ubuntu-latest
    steps:
      - run: echo "$COLOUR \${{ vars.REGION }}" >> "$GITHUB_STEP_SUMMARY"
  deploy:
    needs: plan
    runs-on: ubuntu-latest
    environment: production
    steps: [{ run: "echo seen; exit \${{ vars.CODE }}" }]
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-cli-run-'));
  mkdirSync(join(folder, '.github/workflows'), { recursive: true });
  writeFileSync(join(folder, '.github/workflows/one.yml'), workflow);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=T', '-c', 'user.email=t@example.invalid', ...args]);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'first');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const io = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
  const code = await runCommand([...args, '--repo', folder], io);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('switchyard run', () => {
  it('shows progress, then summaries and a line for each job, and ends with 0', async () => {
    const json = join(folder, 'result.json');
    const options = ['--var', 'REGION=west', '--var', 'CODE=0', '--env', 'COLOUR=blue', '--json', json];
    const { code, out, err } = await run('.github/workflows/one.yml', ...options, '--approve', 'production=alice');
    expect(code).toBe(0);
    expect(out).toContain('── plan\nblue west');
    expect(out).toMatch(/✓ deploy {2}success, .*environment production, approved by alice/);
    expect(err).toContain('production approved by alice');
    expect(err).not.toContain('    seen');
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ conclusion: 'success' });
  });

  it('shows the log of a failed step, and ends with 1', async () => {
    const { code, err } = await run('.github/workflows/one.yml', '--var', 'CODE=3');
    expect(code).toBe(1);
    expect(err).toContain('    seen');
    expect(err).toContain('exit code 3');
  });

  it.each([
    [[], 'CLI_ARGUMENT_INVALID: 0 workflow files'],
    [['a.yml', 'b.yml'], '2 workflow files'],
    [['a.yml', '--nonsense'], 'nonsense'],
    [['a.yml', '--var', 'x'], '--var x; expected KEY=VALUE'],
    [['a.yml', '--jobs', '0'], '--jobs 0'],
    [['a.yml', '--event-path', 'missing.json'], 'missing.json could not be read'],
    [['.github/workflows/none.yml'], 'RUN_WORKFLOW_NOT_FOUND'],
    [['.github/workflows/one.yml', '--ref', 'nowhere'], 'RUN_REF_NOT_FOUND'],
  ])('refuses %j', async (args, message) => {
    await expect(run(...args)).rejects.toThrow(message);
  });

  it('explains itself', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    expect(out).toContain('--approve ENV=LOGIN');
  });
});
