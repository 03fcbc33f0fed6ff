import { validate } from '@actions/languageservice';
import { describe, expect, it } from '@jest/globals';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { parse } from 'yaml';
import { listFiles, readSuiteFile } from '../support/suite.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}
interface Job {
  readonly uses?: string;
  readonly permissions?: unknown;
  readonly steps?: readonly Step[];
}
interface Workflow {
  readonly permissions?: unknown;
  readonly jobs: Record<string, Job>;
}

const workflowFiles = [
  ...listFiles('.github/workflows'),
  ...listFiles('workflows-examples', (path) => path.endsWith('.yml')),
];
const workflows = workflowFiles.map((path) => ({
  path,
  text: readSuiteFile(path),
  value: parse(readSuiteFile(path)) as Workflow,
}));

function stepsOf(workflow: Workflow): Step[] {
  return Object.values(workflow.jobs).flatMap((job) => job.steps ?? []);
}

describe.each(workflows)('$path', ({ path, text, value }) => {
  it('has no finding of the official language service', async () => {
    const document = TextDocument.create(`file:///${path}`, 'yaml', 1, text);
    const findings = await validate(document);
    expect(findings.map((finding) => `${path}:${finding.range.start.line + 1}: ${finding.message}`)).toEqual([]);
  });

  it('states its permissions at the top and for every job that does something', () => {
    expect(value.permissions).toBeDefined();
    const without = Object.entries(value.jobs).filter(([, job]) => job.permissions === undefined);
    const inherits = JSON.stringify(value.permissions) === JSON.stringify({ contents: 'read' });
    expect(inherits ? [] : without.map(([name]) => name)).toEqual([]);
  });

  it('pins actions of others to a commit, with the version beside it', () => {
    const foreign = [...text.matchAll(/uses: ([^\s]+)(.*)$/gm)].filter(
      (match) => !/^(\$|\.)\//.test(match[1] ?? '') && !(match[1] ?? '').startsWith('switchyard-mlops/'),
    );
    expect(
      foreign
        .filter((match) => !/@[0-9a-f]{40}$/.test(match[1] ?? '') || !/# v\d/.test(match[2] ?? ''))
        .map((match) => match[0]),
    ).toEqual([]);
  });

  it('passes only inputs that our actions declare', () => {
    const unknown = stepsOf(value).flatMap((step) => {
      const action = /(?:^\$|switchyard-mlops\/switchyard)\/actions\/([^@]+)/.exec(step.uses ?? '')?.[1];
      if (action === undefined) return [];
      const inputs = Object.keys((parse(readSuiteFile(`actions/${action}/action.yml`)) as { inputs: object }).inputs);
      return Object.keys(step.with ?? {})
        .filter((name) => !inputs.includes(name))
        .map((name) => `${action}: ${name}`);
    });
    expect(unknown).toEqual([]);
  });

  it('puts no expression into a shell script', () => {
    expect(stepsOf(value).filter((step) => step.run?.includes('${{'))).toEqual([]);
  });

  it('does not keep the checkout credentials', () => {
    const checkouts = stepsOf(value).filter((step) => step.uses?.startsWith('actions/checkout@'));
    expect(checkouts.filter((step) => step.with?.['persist-credentials'] !== false)).toEqual([]);
  });
});
