import type { Context, Hono } from 'hono';
import { git } from '../git.ts';
import type { DeploymentStore, StoredDeployment } from './deployment-store.ts';
import type { Front } from './front.ts';

const states = new Set(['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success']);

/** Deployments and statuses, which emulate does not have. */
export function addDeploymentRoutes(app: Hono, front: Front): void {
  const { deployments } = front;
  const base = '/repos/:owner/:repo/deployments';
  app.get(base, (c) => {
    const { environment, ref, sha, task } = c.req.query();
    const filters = {
      ...(environment && { environment }),
      ...(ref && { ref }),
      ...(sha && { sha }),
      ...(task && { task }),
    };
    return c.json(front.page(c, deployments.find(filters)).map((each) => deploymentJson(front, each)));
  });
  app.post(base, (c) => create(c, front));
  app.get(`${base}/:id`, (c) => {
    const found = deployments.get(Number(c.req.param('id')));
    return found ? c.json(deploymentJson(front, found)) : front.notFound(c);
  });
  app.get(`${base}/:id/statuses`, (c) => {
    const found = deployments.get(Number(c.req.param('id')));
    if (!found) return front.notFound(c);
    const statuses = [...found.statuses].reverse();
    return c.json(front.page(c, statuses).map((each) => statusJson(front, found, each)));
  });
  app.post(`${base}/:id/statuses`, (c) => addStatus(c, front, deployments));
}

async function create(c: Context, front: Front): Promise<Response> {
  const body = await front.body(c);
  const { ref, environment, task, description, payload } = body;
  if (typeof ref !== 'string') return front.invalid(c, 'ref is missing');
  const sha = await git(front.repositoryFolder, ['rev-parse', `${ref}^{commit}`]).catch(() => undefined);
  if (sha === undefined) return front.invalid(c, `No ref found for: ${ref}`);
  const job = front.jobOf(c);
  const entry = front.deployments.create(
    {
      repository: front.repository,
      ref,
      sha,
      environment: typeof environment === 'string' ? environment : 'production',
      creator: job?.actor ?? 'local',
      runId: job?.runId ?? '',
    },
    {
      ...(typeof task === 'string' ? { task } : {}),
      ...(typeof description === 'string' ? { description } : {}),
      ...(payload === undefined ? {} : { payload }),
    },
  );
  return c.json(deploymentJson(front, entry), 201);
}

async function addStatus(c: Context, front: Front, deployments: DeploymentStore): Promise<Response> {
  const deployment = deployments.get(Number(c.req.param('id')));
  if (!deployment) return front.notFound(c);
  const body = await front.body(c);
  const { state } = body;
  if (typeof state !== 'string' || !states.has(state)) return front.invalid(c, `state is ${JSON.stringify(state)}`);
  const text = (name: string) => (typeof body[name] === 'string' ? body[name] : '');
  if (text('description').length > 140) return front.invalid(c, 'description is too long (maximum is 140 characters)');
  const added = deployments.addStatus(deployment.id, {
    state,
    description: text('description'),
    environmentUrl: text('environment_url'),
    logUrl: text('log_url'),
  });
  return added ? c.json(statusJson(front, deployment, added), 201) : front.notFound(c);
}

function deploymentJson(front: Front, entry: StoredDeployment): object {
  const url = `${front.repositoryUrl()}/deployments/${entry.id}`;
  return {
    id: entry.id,
    url,
    sha: entry.sha,
    ref: entry.ref,
    task: entry.task,
    payload: entry.payload,
    environment: entry.environment,
    original_environment: entry.environment,
    description: entry.description,
    creator: { login: entry.creator },
    created_at: entry.createdAt,
    updated_at: entry.statuses.at(-1)?.createdAt ?? entry.createdAt,
    statuses_url: `${url}/statuses`,
    repository_url: front.repositoryUrl(),
    transient_environment: false,
    production_environment: entry.environment === 'production',
  };
}

function statusJson(front: Front, entry: StoredDeployment, status: StoredDeployment['statuses'][number]): object {
  const url = `${front.repositoryUrl()}/deployments/${entry.id}`;
  return {
    id: status.id,
    url: `${url}/statuses/${status.id}`,
    state: status.state,
    description: status.description,
    environment: entry.environment,
    environment_url: status.environmentUrl,
    log_url: status.logUrl,
    target_url: status.logUrl,
    creator: { login: entry.creator },
    created_at: status.createdAt,
    updated_at: status.createdAt,
    deployment_url: url,
    repository_url: front.repositoryUrl(),
  };
}
