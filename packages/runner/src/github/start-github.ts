import { resolve } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { SwitchyardError } from '@switchyard/domain';
import { createEmulator } from 'emulate';
import { Hono } from 'hono';
import type { LocalGitHub } from '../local-github.ts';
import type { EnvironmentSettings } from '../run-options.ts';
import { addComparisonRoutes } from './comparison.ts';
import { addDeploymentRoutes } from './deployment-routes.ts';
import { forward } from './forward.ts';
import { bearer, Front } from './front.ts';
import { IdTokenIssuer } from './id-token.ts';
import { missingPermission } from './required-permission.ts';
import { addRunRoutes } from './run-routes.ts';

export interface GitHubOptions {
  /** `owner/name`. */
  readonly repository: string;
  /** The git repository that answers comparisons. */
  readonly repositoryFolder: string;
  /** Shown by the environments API; the same as for `runWorkflow`. */
  readonly environments?: Readonly<Record<string, EnvironmentSettings>>;
  /** A free port when absent. */
  readonly port?: number;
}

const serviceToken = 'ghs_switchyard_front';

/**
 * Starts a GitHub on 127.0.0.1: `emulate` for issues, comments, refs, checks and releases; in front of it what that
 * lacks: deployments, environments, approvals, comparisons of the real repository, token permissions, id-tokens.
 */
export async function startGitHub(options: GitHubOptions): Promise<LocalGitHub> {
  const { repository } = options;
  const front = new Front({ environments: {}, ...options, repositoryFolder: resolve(options.repositoryFolder) });
  const emulator = await createEmulator({ service: 'github', port: 0, seed: seed(front) });
  const app = new Hono();
  const issuer = await listen(app, options.port ?? 0, (url) => {
    front.url = url;
    return new IdTokenIssuer(`${url}/oidc`);
  });
  addIdTokenRoutes(app, front, issuer.value);
  app.use('*', async (c, next) => {
    const token = bearer(c);
    if (token === undefined) return next();
    const job = front.jobs.byToken(token);
    if (!job) return c.json({ message: 'Bad credentials', status: '401' }, 401);
    const missing = missingPermission(c.req.method, c.req.path, job.permissions);
    if (!missing) return next();
    c.header('x-accepted-github-permissions', missing.join('; '));
    return c.json({ message: 'Resource not accessible by integration', status: '403' }, 403);
  });
  addRunRoutes(app, front);
  addDeploymentRoutes(app, front);
  addComparisonRoutes(app, front);
  app.use('/repos/:owner/:repo/issues/:number{[0-9]+}/*', async (c, next) => {
    if (front.jobs.pull(Number(c.req.param('number'))))
      await ensureIssue(emulator.url, repository, Number(c.req.param('number')));
    return next();
  });
  app.all('*', (c) => forward(c, front, emulator.url, serviceToken));
  return {
    url: front.url,
    issuer: issuer.value.issuer,
    startJob: (job) => {
      const { token, requestToken } = front.jobs.add(job);
      const mayAsk = job.permissions['id-token'] === 'write';
      return {
        token,
        idToken: mayAsk ? { url: `${front.url}/_services/id-token?api-version=2.0`, requestToken } : undefined,
      };
    },
    endJob: (token) => front.jobs.remove(token),
    recordApproval: (approval) => void front.approvals.push({ ...approval, at: new Date().toISOString() }),
    createDeployment: (deployment) => front.deployments.create(deployment).id,
    setDeploymentStatus: (id, status) => void front.deployments.addStatus(id, status),
    deployments: () => front.deployments.list(),
    stop: async () => {
      await issuer.close();
      await emulator.close();
    },
  };
}

function seed(front: Front) {
  const [owner = '', name = ''] = front.repository.split('/');
  const reviewers = Object.values(front.environments).flatMap((each) => each.reviewers ?? []);
  const logins = [...new Set(['github-actions[bot]', owner, ...reviewers])];
  return {
    tokens: { [serviceToken]: { login: 'github-actions[bot]', scopes: ['repo', 'workflow'] } },
    github: {
      users: logins.map((login) => ({ login })),
      repos: [{ owner, name, auto_init: true }],
    },
  };
}

interface Listening<T> {
  readonly value: T;
  close(): Promise<void>;
}

/** `make` gets the URL before the first request can come. */
async function listen<T>(app: Hono, port: number, make: (url: string) => T): Promise<Listening<T>> {
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new SwitchyardError({ code: 'RUN_GITHUB_NOT_STARTED', kind: 'failure', seen: 'the server has no port' });
  }
  const close = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    if ('closeAllConnections' in server) server.closeAllConnections();
    await closed;
  };
  return { value: make(`http://127.0.0.1:${address.port}`), close };
}

function addIdTokenRoutes(app: Hono, front: Front, issuer: IdTokenIssuer): void {
  app.get('/oidc/.well-known/openid-configuration', (c) => c.json(issuer.configuration()));
  app.get('/oidc/.well-known/jwks', (c) => c.json(issuer.jwks()));
  app.get('/_services/id-token', (c) => {
    const job = front.jobs.byRequestToken(bearer(c) ?? '');
    if (job?.permissions['id-token'] !== 'write') return c.json({ message: 'Unauthorized' }, 401);
    return c.json({ value: issuer.issue(job, c.req.query('audience'), Date.now()) });
  });
}

/** Comments of a pull request hang on the issue of its number: emulate gets issues up to it. */
async function ensureIssue(target: string, repository: string, number: number): Promise<void> {
  const headers = { authorization: `token ${serviceToken}`, 'content-type': 'application/json' };
  const base = `${target}/repos/${repository}/issues`;
  for (let tries = 0; tries < number; tries += 1) {
    const found = await fetch(`${base}/${number}`, { headers });
    if (found.ok) return;
    await fetch(base, { method: 'POST', headers, body: JSON.stringify({ title: `Pull request ${number}` }) });
  }
}
