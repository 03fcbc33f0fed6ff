import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runCli } from './run-cli.ts';

function files(contents: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-lint-'));
  for (const [name, text] of Object.entries(contents)) writeFileSync(join(folder, name), text);
  return folder;
}

const good = 'command: run\nenvironment: azureml:e:1\n';
const pipeline =
  'type: pipeline\njobs:\n  a:\n    command: run\n    environment: azureml:e:latest\n    condition: yes\n';

describe('switchyard lint', () => {
  it('says nothing of a good file and exits with 0', async () => {
    const run = await runCli(['lint', 'good.yml'], { cwd: files({ 'good.yml': good }) });
    expect(run).toEqual({ code: 0, stdout: '', stderr: '1 files: 0 errors, 0 warnings\n' });
  });

  it('finds what the service would drop or misread in silence, in every file', async () => {
    const cwd = files({ 'a.yml': `${good}conpute: c\n`, 'p.yml': pipeline });
    const run = await runCli(['lint', 'a.yml', 'p.yml'], { cwd });
    expect(run.code).toBe(1);
    expect(run.stdout.split('\n').map((line) => line.split(': ').slice(0, 2).join(': '))).toEqual([
      'a.yml:3:1: error YAML_KEY_UNKNOWN',
      'p.yml:5:18: error YAML_VERSION_LATEST',
      'p.yml:6:5: error YAML_KEY_IGNORED',
      '',
    ]);
    expect(run.stderr).toBe('2 files: 3 errors, 0 warnings\n');
  });

  it('writes annotations in a workflow', async () => {
    const cwd = files({ 'a.yml': `${good}conpute: c\n` });
    const run = await runCli(['lint', 'a.yml'], { cwd, env: { GITHUB_ACTIONS: 'true' } });
    expect(run.stdout).toMatch(/^::error file=a\.yml,line=3,col=1,title=YAML_KEY_UNKNOWN::unknown key "conpute"/);
  });

  it('does not count a kind that is only not compiled here', async () => {
    const cwd = files({ 'c.yml': '$schema: amlCompute.schema.json\nname: c\n' });
    const run = await runCli(['lint', 'c.yml'], { cwd });
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('notice YAML_KIND_UNSUPPORTED');
  });

  it('fails without a file', async () => {
    const run = await runCli(['lint'], { cwd: files({}) });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('no FILE was given');
  });
});
