// Compile time of a pipeline of 100 steps, against parsing its YAML with `yaml` alone and hashing its uploads.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { compileDocument } from '../../packages/azureml-yaml/lib/index.js';

const context = { subscriptionId: 's', resourceGroup: 'g', workspaceName: 'w' };

function step(index) {
  const bind = (place) => `\${{${place}}}`;
  const before = index === 0 ? bind('parent.inputs.raw') : bind(`parent.jobs.step_${index - 1}.outputs.out`);
  return `  step_${index}:
    type: command
    display_name: step ${index}
    component: ./part_${index % 10}.yml
    compute: azureml:cpu-cluster
    inputs:
      data: ${before}
      rows: ${index}
      rate: 0.5
    outputs:
      out: { type: uri_folder, mode: upload }
    resources: { instance_count: 1 }
    environment_variables: { STEP: "${index}" }
`;
}

function part(index) {
  return `type: command
name: part_${index}
inputs:
  data: { type: uri_folder }
  rows: { type: integer, default: 1 }
  rate: { type: number, default: 0.1 }
outputs:
  out: { type: uri_folder }
code: ./src_${index}
environment: azureml:forecast:3
command: python train.py
`;
}

function writePipeline(folder) {
  const parts = Array.from({ length: 10 }, (_, index) => index);
  for (const index of parts) {
    writeFileSync(join(folder, `part_${index}.yml`), part(index));
    mkdirSync(join(folder, `src_${index}`));
    writeFileSync(join(folder, `src_${index}`, 'train.py'), 'print(1)\n'.repeat(2000));
  }
  const steps = Array.from({ length: 100 }, (_, index) => step(index)).join('');
  const text = `type: pipeline\ninputs:\n  raw: { type: uri_folder, path: azureml:raw:1 }\njobs:\n${steps}`;
  return {
    text,
    texts: [text, ...parts.map(part)],
    sources: parts.map((index) => join(folder, `src_${index}`, 'train.py')),
  };
}

function hashAll(sources) {
  for (const path of sources) createHash('sha256').update(readFileSync(path)).digest('hex');
}

function milliseconds(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Rows for `npm run bench -- compile`: medians in milliseconds and their ratio; the target is under 1.5. */
export function compile({ rounds }) {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-bench-'));
  const { text, texts, sources } = writePipeline(folder);
  const readText = (path) => readFileSync(path, 'utf8');
  const file = join(folder, 'pipeline.yml');
  const parse = () => {
    for (const one of texts) parseDocument(one);
    hashAll(sources);
  };
  const whole = () => {
    compileDocument({ text, file, context, readText, assets: 'all' });
    hashAll(sources);
  };
  for (let warm = 0; warm < 20; warm += 1) {
    parse();
    whole();
  }
  const times = Array.from({ length: rounds * 3 }, () => [milliseconds(parse), milliseconds(whole)]);
  rmSync(folder, { recursive: true });
  const [alone, compiled] = [median(times.map(([a]) => a)), median(times.map(([, b]) => b))];
  const rounded = (value) => Number(value.toFixed(2));
  return [
    {
      'parse and hash, ms': rounded(alone),
      'compile and hash, ms': rounded(compiled),
      ratio: rounded(compiled / alone),
    },
  ];
}

export const name = 'compile';
export const run = compile;
