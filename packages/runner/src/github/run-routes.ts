import type { Hono } from 'hono';
import { shortName } from '../event-payload.ts';
import type { JobIdentity } from '../local-github.ts';
import type { EnvironmentSettings } from '../run-options.ts';
import type { Front } from './front.ts';

/** Runs, their approvals, and environments with their rules. */
export function addRunRoutes(app: Hono, front: Front): void {
  const base = '/repos/:owner/:repo';
  app.get(`${base}/actions/runs/:id`, (c) => {
    const job = front.jobs.run(c.req.param('id'));
    return job ? c.json(runJson(front, job)) : front.notFound(c);
  });
  app.get(`${base}/actions/runs/:id/approvals`, (c) => {
    const id = c.req.param('id');
    if (!front.jobs.run(id) && !front.approvals.some((each) => each.runId === id)) return front.notFound(c);
    const found = front.approvals.filter((each) => each.runId === id);
    return c.json(
      found.map(({ state, comment, login, environment }) => ({
        state,
        comment,
        user: { login, id: userId(front, login), type: 'User' },
        environments: [environmentReference(front, environment)],
      })),
    );
  });
  app.get(`${base}/actions/runs/:id/pending_deployments`, (c) => c.json([]));
  app.get(`${base}/environments`, (c) => {
    const environments = Object.entries(front.environments).map(([name, rules]) => environmentJson(front, name, rules));
    return c.json({ total_count: environments.length, environments });
  });
  app.get(`${base}/environments/:name`, (c) => {
    const rules = front.environments[c.req.param('name')];
    return rules ? c.json(environmentJson(front, c.req.param('name'), rules)) : front.notFound(c);
  });
}

function runJson(front: Front, job: JobIdentity): object {
  return {
    id: Number(job.runId),
    name: job.workflow,
    run_number: job.runNumber,
    run_attempt: 1,
    event: job.event,
    status: 'in_progress',
    conclusion: null,
    head_branch: job.headRef || shortName(job.ref),
    head_sha: job.sha,
    path: job.workflowRef.replace(`${job.repository}/`, ''),
    actor: { login: job.actor },
    triggering_actor: { login: job.actor },
    html_url: `https://github.com/${job.repository}/actions/runs/${job.runId}`,
    url: `${front.repositoryUrl()}/actions/runs/${job.runId}`,
    repository: { full_name: job.repository },
  };
}

function environmentJson(front: Front, name: string, rules: EnvironmentSettings): object {
  const reviewers = rules.reviewers ?? [];
  const review = {
    id: 1,
    type: 'required_reviewers',
    prevent_self_review: rules.preventSelfReview ?? false,
    reviewers: reviewers.map((login) => ({ type: 'User', reviewer: { login, id: userId(front, login) } })),
  };
  const protection = [
    ...(reviewers.length > 0 ? [review] : []),
    ...(rules.branches ? [{ id: 2, type: 'branch_policy' }] : []),
  ];
  return {
    ...environmentReference(front, name),
    protection_rules: protection,
    deployment_branch_policy: rules.branches ? { protected_branches: false, custom_branch_policies: true } : null,
  };
}

function environmentReference(front: Front, name: string): object {
  const id = Object.keys(front.environments).indexOf(name) + 1;
  return { id, name, url: `${front.repositoryUrl()}/environments/${encodeURIComponent(name)}` };
}

/** A number for a login, the same wherever it is shown. */
function userId(front: Front, login: string): number {
  const logins = Object.values(front.environments).flatMap((each) => each.reviewers ?? []);
  return 1000 + logins.indexOf(login);
}
