import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createSampleRepository } from '../support/sample-repository.ts';
import { nodesOfThisMachine, runCli } from './run-cli.ts';

describe.each(nodesOfThisMachine())('switchyard on Node $version', ({ node }) => {
  it('lists its commands with --help', async () => {
    const run = await runCli(['--help'], { node });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    for (const word of ['emulator start', 'run FILE', 'demo', 'detect', 'rollback', '--version']) {
      expect(run.stdout).toContain(word);
    }
    expect((await runCli(['-h'], { node })).stdout).toBe(run.stdout);
  });

  it('prints the same without a command, and fails', async () => {
    const run = await runCli([], { node });
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('emulator start');
  });

  it('prints one version with --version', async () => {
    expect(await runCli(['--version'], { node })).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    });
  });

  it('refuses an unknown command and names the known ones', async () => {
    const run = await runCli(['deplyo'], { node });
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(
      /^CLI_UNKNOWN_COMMAND: "deplyo"; expected one of .*\bdeploy\b.*; run "switchyard --help"\n$/,
    );
  });

  it('refuses an unknown option of a command', async () => {
    const run = await runCli(['demo', '--fast'], { node });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^CLI_OPTION_INVALID: .*--fast/);
  });

  it.each(['run', 'demo', 'emulator'])('%s has --help', async (command) => {
    const run = await runCli([command, '--help'], { node });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(new RegExp(`^switchyard ${command}`));
  });

  it('detects the circuit that a change affects', async () => {
    const repository = createSampleRepository();
    const base = repository.git('rev-parse', 'HEAD');
    repository.edit('config/circuits/PLANT001/CIRCUIT01.yml', 'features: [lags]', 'features: [lags, season]');
    const head = repository.commit('feat: season');
    const run = await runCli(['detect', '--base', base, '--head', head], { node, cwd: repository.folder });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/PLANT001_CIRCUIT01/);
    expect(run.stdout).toContain('config/circuits/PLANT001/CIRCUIT01.yml');
  });
});

describe('the commands that run an action', () => {
  it.each(['detect', 'train', 'gate', 'promote', 'deploy', 'rollback'])(
    '%s --help shows its inputs',
    async (command) => {
      const run = await runCli([command, '--help']);
      expect(run).toMatchObject({ code: 0, stderr: '' });
      expect(run.stdout).toMatch(/^Runs the action [a-z-]+ here\. \S/);
      expect(run.stdout).toContain('--config');
      expect(run.stdout).not.toContain('undefined');
    },
  );

  it('train --help marks what is required', async () => {
    expect((await runCli(['train', '--help'])).stdout).toMatch(/^ {2}--circuit +\S.*\(required\)$/m);
  });

  it('refuse an option that is no input of the action', async () => {
    const run = await runCli(['train', '--circut', 'PLANT001_CIRCUIT01']);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^CLI_OPTION_INVALID: .*--circut/);
  });

  it('end with the exit code of the action and show what it says', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchyard-empty-'));
    const run = await runCli(['train'], { cwd: folder });
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('INPUT_MISSING: input "circuit" is empty');
  });

  it('work in the current folder, whatever a surrounding workflow says', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchyard-empty-'));
    const repository = createSampleRepository();
    const run = await runCli(['detect', '--circuits', 'ALL'], {
      cwd: folder,
      env: { GITHUB_WORKSPACE: repository.folder },
    });
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('FILE_NOT_FOUND: there is no file "switchyard.yml"');
  });
});

describe('emulator start', () => {
  it('lists its options with --help and starts nothing', async () => {
    const run = await runCli(['emulator', 'start', '--help']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    for (const option of ['--port', '--state', '--seed', '--latency', '--print-env'])
      expect(run.stdout).toContain(option);
  });

  it('is the only command of the emulator', async () => {
    const run = await runCli(['emulator', 'stop']);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(/^CLI_UNKNOWN_COMMAND: "emulator stop"; expected "emulator start"/);
    expect((await runCli(['emulator'])).code).toBe(1);
  });

  it.each([
    ['--port', 'https'],
    ['--port', '70000'],
    ['--port', '80.5'],
    ['--port', ''],
    ['--latency', '-1'],
    ['--time-scale', '0'],
    ['--random-seed', 'x'],
  ])('refuses %s "%s" and says what it takes', async (option, value) => {
    const run = await runCli(['emulator', 'start', `${option}=${value}`]);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(/^CLI_OPTION_INVALID: /);
    expect(run.stderr).toContain(`${option} is "${value}"; expected a `);
  });

  it.each([
    ['that is not there', undefined, /ENOENT/],
    ['that is not JSON', '{ "workspaces": [', /JSON/],
    ['that is a list', '[]', /object/],
    ['with an unknown key', '{ "workspace": [] }', /"workspace".*workspaces/],
    ['whose workspaces are no list', '{ "workspaces": {} }', /"workspaces".*list/],
    ['with a workspace without a name', '{ "workspaces": [{}] }', /"workspaces".*"name"/],
  ])('refuses a seed file %s', async (_what, text, words) => {
    const file = join(mkdtempSync(join(tmpdir(), 'switchyard-seed-')), 'seed.json');
    if (text !== undefined) writeFileSync(file, text);
    const run = await runCli(['emulator', 'start', '--seed', file]);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(/^CLI_SEED_INVALID: --seed .*seed\.json: .*; expected /);
    expect(run.stderr).toMatch(words);
  });
});
