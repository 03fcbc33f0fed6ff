import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isSwitchyardError } from '@switchyard/domain';
import { evaluateText, type StepsJob } from './index.ts';
import { readWorkflow } from './read-workflow.ts';

const folder = join(import.meta.dirname, '../testdata');

describe('a workflow that is refused', () => {
  const refused = readdirSync(join(folder, 'refused'));

  it.each(refused)('%s names the place and the reason', async (name) => {
    const content = readFileSync(join(folder, 'refused', name), 'utf8');
    const [at = '', says = '', code = ''] = content.split('\n').map((line) => line.replace(/^# \w+ ?/, ''));
    const error = await readWorkflow(content, name).catch((thrown: unknown) => thrown);
    if (!isSwitchyardError(error)) throw new Error(`${name} was accepted`);
    expect(error.code).toBe(code);
    expect(error.message).toContain(says);
    expect(`${error.position?.line}:${error.position?.column}`).toBe(at);
  });
});

describe('readWorkflow', () => {
  const content = readFileSync(join(folder, 'accepted/everything.yml'), 'utf8');

  it('keeps the keys that the conversion of the library drops', async () => {
    const workflow = await readWorkflow(content, 'everything.yml');
    const job = stepsJob(workflow.jobs[0]);
    const [script, action] = job.steps;
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(workflow.concurrency?.queue).toBe('max');
    expect(workflow.call?.inputs[0]).toMatchObject({ name: 'count', type: 'number', default: { value: 2 } });
    expect(workflow.call?.secrets).toEqual([{ name: 'TOKEN', required: true }]);
    expect(workflow.dispatchInputs.map((input) => [input.name, input.type, input.options])).toEqual([
      ['circuit', 'string', []],
      ['size', 'number', []],
      ['mode', 'choice', ['fast', 'slow']],
    ]);
    expect(job.permissions).toEqual({ 'id-token': 'write' });
    expect(job.timeoutMinutes).toMatchObject({ value: 5 });
    expect(job.environment?.deployment).toMatchObject({ value: false });
    expect(script?.timeoutMinutes).toMatchObject({ value: 1 });
    expect(action?.kind === 'uses' && action.with.map((entry) => entry.key)).toEqual(['some-input', 'plain']);
    expect(workflow.jobs[1]).toMatchObject({ kind: 'call', uses: '$/.github/workflows/other.yml', secrets: 'inherit' });
  });

  it('gives a script its own lines, indentation, quotes and braces', async () => {
    const workflow = await readWorkflow(content, 'everything.yml');
    const [script] = stepsJob(workflow.jobs[0]).steps;
    if (script?.kind !== 'run') throw new Error('no script');
    const text = evaluateText(script.run, { contexts: { github: { ref: 'main' } } });
    expect(text).toBe("echo 'it''s main'\n  indented {braces} a'b'c 1\n");
  });

  it('reads triggers with their filters, in each of the three forms', async () => {
    const workflow = await readWorkflow(content, 'everything.yml');
    expect(workflow.triggers.map((trigger) => [trigger.event, trigger.filters])).toEqual([
      ['push', { branches: ['main', 'release/**'], 'paths-ignore': ['docs/**'] }],
      ['workflow_dispatch', {}],
      ['workflow_call', {}],
    ]);
    const jobs = 'jobs: { a: { runs-on: x, steps: [{ run: echo }] } }';
    const one = await readWorkflow(`on: push\n${jobs}`, 'one.yml');
    const list = await readWorkflow(`on: [push, workflow_call]\n${jobs}`, 'list.yml');
    expect(one.triggers.map((trigger) => trigger.event)).toEqual(['push']);
    expect(list.triggers.map((trigger) => trigger.event)).toEqual(['push', 'workflow_call']);
    expect(list.call).toEqual({ inputs: [], secrets: [], outputs: [] });
    expect(one.name).toBe('one.yml');
  });

  it('refuses an empty file', async () => {
    await expect(readWorkflow('', 'empty.yml')).rejects.toThrow('empty.yml');
  });
});

function stepsJob(job: unknown): StepsJob {
  const found = job as StepsJob | undefined;
  if (found?.kind !== 'steps') throw new Error('not a job with steps');
  return found;
}
