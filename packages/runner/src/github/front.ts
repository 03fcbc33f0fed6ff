import type { Context } from 'hono';
import type { JobIdentity, RecordedApproval } from '../local-github.ts';
import type { EnvironmentSettings } from '../run-options.ts';
import { DeploymentStore } from './deployment-store.ts';
import { JobRegistry } from './job-registry.ts';

export interface FrontOptions {
  readonly repository: string;
  readonly repositoryFolder: string;
  readonly environments: Readonly<Record<string, EnvironmentSettings>>;
}

/** State of the front, and what its routes share. */
export class Front {
  readonly repository: string;
  readonly repositoryFolder: string;
  readonly environments: Readonly<Record<string, EnvironmentSettings>>;
  readonly jobs = new JobRegistry();
  readonly deployments = new DeploymentStore();
  readonly approvals: (RecordedApproval & { readonly at: string })[] = [];
  /** Set once the server listens. */
  url = '';

  constructor(options: FrontOptions) {
    this.repository = options.repository;
    this.repositoryFolder = options.repositoryFolder;
    this.environments = options.environments;
  }

  repositoryUrl(): string {
    return `${this.url}/repos/${this.repository}`;
  }

  /** The job whose GITHUB_TOKEN the request carries. */
  jobOf(c: Context): JobIdentity | undefined {
    const token = bearer(c);
    return token === undefined ? undefined : this.jobs.byToken(token);
  }

  /** The asked-for page of a list; a `Link` header tells whether there is a next one. */
  page<T>(c: Context, items: readonly T[]): T[] {
    const size = Math.min(Number(c.req.query('per_page') ?? 30) || 30, 100);
    const number = Math.max(Number(c.req.query('page') ?? 1) || 1, 1);
    const start = (number - 1) * size;
    if (start + size < items.length) {
      const next = new URL(c.req.url);
      next.searchParams.set('page', String(number + 1));
      c.header('link', `<${this.url}${next.pathname}${next.search}>; rel="next"`);
    }
    return items.slice(start, start + size);
  }

  /** The JSON object of a request; empty when there is none. */
  async body(c: Context): Promise<Record<string, unknown>> {
    const value: unknown = await c.req.json().catch(() => undefined);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  }

  notFound(c: Context): Response {
    return c.json({ message: 'Not Found', status: '404' }, 404);
  }

  invalid(c: Context, message: string): Response {
    return c.json({ message: `Validation Failed: ${message}`, status: '422' }, 422);
  }
}

/** The token of an `Authorization` header, whatever its scheme is called. */
export function bearer(c: Context): string | undefined {
  return /^(?:bearer|token)\s+(.+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
}
