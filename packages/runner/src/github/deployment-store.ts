import type { Deployment, DeploymentStatus, NewDeployment } from '../local-github.ts';

interface Entry extends NewDeployment {
  readonly id: number;
  readonly createdAt: string;
  readonly task: string;
  readonly description: string;
  readonly payload: unknown;
  readonly statuses: (DeploymentStatus & { readonly id: number; readonly createdAt: string })[];
}

/** Deployments and their statuses; newest first in lists, as GitHub gives them. */
export class DeploymentStore {
  readonly #entries: Entry[] = [];
  #nextStatus = 1;

  create(deployment: NewDeployment, extra: { task?: string; description?: string; payload?: unknown } = {}): Entry {
    const entry = {
      ...deployment,
      id: this.#entries.length + 1,
      createdAt: new Date().toISOString(),
      task: extra.task ?? 'deploy',
      description: extra.description ?? '',
      payload: extra.payload ?? {},
      statuses: [],
    };
    this.#entries.push(entry);
    return entry;
  }

  get(id: number): Entry | undefined {
    return this.#entries.find((each) => each.id === id);
  }

  /** A success makes earlier successes of the same environment inactive. */
  addStatus(id: number, status: DeploymentStatus): Entry['statuses'][number] | undefined {
    const entry = this.get(id);
    if (!entry) return undefined;
    if (status.state === 'success') this.#deactivate(entry);
    const added = this.#status(status);
    entry.statuses.push(added);
    return added;
  }

  #deactivate(newer: Entry): void {
    for (const older of this.#entries) {
      const isOther = older.id !== newer.id && older.environment === newer.environment;
      const last = older.statuses.at(-1);
      if (isOther && last?.state === 'success') older.statuses.push(this.#status({ ...last, state: 'inactive' }));
    }
  }

  #status(status: DeploymentStatus): Entry['statuses'][number] {
    const id = this.#nextStatus;
    this.#nextStatus += 1;
    return { ...status, id, createdAt: new Date().toISOString() };
  }

  /** Oldest first. */
  list(): readonly Deployment[] {
    return this.#entries;
  }

  /** Newest first, filtered as the REST list is. */
  find(filters: { environment?: string; ref?: string; sha?: string; task?: string }): Entry[] {
    return this.#entries
      .filter((each) => filters.environment === undefined || each.environment === filters.environment)
      .filter((each) => filters.ref === undefined || each.ref === filters.ref || each.ref.endsWith(`/${filters.ref}`))
      .filter((each) => filters.sha === undefined || each.sha === filters.sha)
      .filter((each) => filters.task === undefined || each.task === filters.task)
      .reverse();
  }
}

export type StoredDeployment = Entry;
