import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runCli } from './run-cli.ts';

function checkout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-compile-'));
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/train.py'), 'print(1)\n');
  writeFileSync(join(folder, 'src/notes.log'), 'rubbish\n');
  writeFileSync(join(folder, 'src/.amlignore'), '*.log\n');
  const lines = [
    'command: python train.py',
    'code: src',
    'environment: azureml:e:1',
    'compute: azureml:c',
    'name: one',
  ];
  writeFileSync(join(folder, 'job.yml'), `${lines.join('\n')}\n`);
  return folder;
}

const scope = ['--subscription', 's0', '--resource-group', 'rg', '--workspace-name', 'ws'];
const workspace = '/subscriptions/s0/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws';

describe('switchyard compile', () => {
  it('prints kind, id, body and uploads, and leaves the file as it is', async () => {
    const cwd = checkout();
    const digest = () =>
      createHash('sha256')
        .update(readFileSync(join(cwd, 'job.yml')))
        .digest('hex');
    const before = digest();
    const run = await runCli(['compile', 'job.yml', ...scope, '--set', 'tags.run=5', '--json'], { cwd });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(run.stdout)).toMatchObject({
      kind: 'commandJob',
      resource: { id: `${workspace}/jobs/one`, type: 'jobs', name: 'one' },
      body: {
        properties: { computeId: `${workspace}/computes/c`, tags: { run: '5' }, codeId: 'switchyard:upload:code' },
      },
      uploads: [{ key: 'code', kind: 'code', path: 'src', files: 1, hash: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      warnings: [],
    });
    expect(digest()).toBe(before);
  });

  it('gives equal folders equal hashes and a changed file another one', async () => {
    const hashOf = async (cwd: string) => {
      const { stdout } = await runCli(['compile', 'job.yml', '--json'], { cwd });
      return (JSON.parse(stdout) as { uploads: { hash: string }[] }).uploads[0]?.hash;
    };
    const [first, second] = [checkout(), checkout()];
    writeFileSync(join(second, 'src/other.log'), 'ignored\n');
    const hash = await hashOf(first);
    expect(await hashOf(second)).toBe(hash);
    writeFileSync(join(second, 'src/train.py'), 'print(2)\n');
    expect(await hashOf(second)).not.toBe(hash);
  });

  it('makes ids of a registry, and refuses a kind that a registry does not hold', async () => {
    const cwd = checkout();
    writeFileSync(join(cwd, 'model.yml'), 'type: custom_model\nname: m\nversion: 2\npath: src\n');
    const run = await runCli(['compile', 'model.yml', '--registry-name', 'sensors', '--json'], { cwd });
    expect(JSON.parse(run.stdout)).toMatchObject({
      resource: { id: 'azureml://registries/sensors/models/m/versions/2' },
    });
    const refused = await runCli(['compile', 'job.yml', '--registry-name', 'sensors'], { cwd });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('YAML_KIND_UNEXPECTED');
  });

  it('prints every mistake with its place and exits with 1', async () => {
    const cwd = checkout();
    writeFileSync(join(cwd, 'bad.yml'), 'command: run\nenvironment: azureml:e\ncompute: local\n');
    const run = await runCli(['compile', 'bad.yml'], { cwd });
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(/^bad\.yml:2:14: YAML_REFERENCE_INVALID.*\nbad\.yml:3:10: YAML_NOT_SUPPORTED/);
  });

  it.each([
    [[], 'no FILE was given'],
    [['a.yml', 'b.yml'], 'several files were given'],
    [['absent.yml'], 'CLI_FILE_UNREADABLE: absent.yml'],
  ])('refuses the files %j', async (files, says) => {
    const run = await runCli(['compile', ...files], { cwd: checkout() });
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toContain(says);
  });
});
