import { AzureMlError } from './azure-ml-error.ts';
import { isSameUri } from './datastore-uri.ts';
import { digestOfJson } from './digest.ts';
import { isNotFound } from './failures.ts';
import { arrayAt, isResource, type Json, objectAt, type Resource, textAt } from './json.ts';
import type { Scope } from './scope.ts';
import { listResources, putResource, readExisting, readResource } from './session.ts';
import { armUrl } from './transport.ts';

export type AssetKind = 'environments' | 'data' | 'codes' | 'models';

const singular: Readonly<Record<AssetKind, string>> = {
  environments: 'environment',
  data: 'data asset',
  codes: 'code',
  models: 'model',
};

/** Members that decide what an asset version is; all others may change. */
const contents: Readonly<Record<AssetKind, readonly string[]>> = {
  environments: ['image', 'condaFile', 'build', 'osType'],
  data: ['dataType', 'dataUri'],
  codes: ['codeUri'],
  models: ['modelType', 'modelUri'],
};

export interface Ensured {
  readonly resource: Resource;
  /** False when the version was there with the same content. */
  readonly created: boolean;
}

export interface AssetReader {
  read(name: string, version: string): Promise<Resource | undefined>;
  /** Newest first; empty when there is no such asset. */
  list(name: string): Promise<Resource[]>;
  /** The most recently created version: what `@latest` means. */
  newest(name: string): Promise<Resource | undefined>;
}

export interface Assets extends AssetReader {
  /**
   * Creates a version, or finds it with the same content. @throws AzureMlError `AZUREML_IMMUTABLE` naming the members
   * that differ.
   */
  ensure(name: string, version: string, body: Json): Promise<Ensured>;
}

/** Time of creation of a resource, ISO 8601, or empty. */
export function createdAt(resource: Resource): string {
  return textAt(objectAt(resource, 'systemData'), 'createdAt') ?? '';
}

/** Newest first; equal times by higher version number. */
export function newestFirst(a: Resource, b: Resource): number {
  const byTime = (Date.parse(createdAt(b)) || 0) - (Date.parse(createdAt(a)) || 0);
  return byTime !== 0 ? byTime : (Number(b.name) || 0) - (Number(a.name) || 0);
}

function isSameValue(wanted: unknown, found: unknown): boolean {
  if (typeof wanted !== 'string' || typeof found !== 'string')
    return digestOfJson({ value: wanted }) === digestOfJson({ value: found });
  const plain = (text: string) => text.replaceAll('\r\n', '\n').trim();
  return isSameUri(plain(wanted), plain(found));
}

/** Members of the wanted content that the existing version has otherwise. What the service adds by itself does not count. */
export function differingMembers(kind: AssetKind, wanted: Json, existing: Json): string[] {
  return contents[kind].filter((member) => {
    const value = wanted[member];
    const found = existing[member];
    if (value === undefined) return member !== 'osType' && found !== undefined && found !== null;
    return !isSameValue(value, found);
  });
}

export class VersionedAssets implements Assets {
  readonly #scope: Scope;
  readonly #kind: AssetKind;

  constructor(scope: Scope, kind: AssetKind) {
    this.#scope = scope;
    this.#kind = kind;
  }

  path(name: string, version?: string): string {
    const versions = `${this.#scope.path}/${this.#kind}/${encodeURIComponent(name)}/versions`;
    return version === undefined ? versions : `${versions}/${encodeURIComponent(version)}`;
  }

  what(verb: string, name: string, version: string): string {
    return `${verb} ${singular[this.#kind]} "${name}" version ${version} in ${this.#scope.label}`;
  }

  read(name: string, version: string): Promise<Resource | undefined> {
    return readResource(this.#scope.session, {
      path: this.path(name, version),
      what: this.what('read', name, version),
    });
  }

  async list(name: string, query: Readonly<Record<string, string>> = {}): Promise<Resource[]> {
    const what = `list versions of ${singular[this.#kind]} "${name}" in ${this.#scope.label}`;
    const order = { $orderBy: 'createdtime desc', ...query };
    return (await listResources(this.#scope.session, { path: this.path(name), what, query: order })).sort(newestFirst);
  }

  async newest(name: string): Promise<Resource | undefined> {
    const { transport } = this.#scope.session;
    const what = `find the newest ${singular[this.#kind]} "${name}" in ${this.#scope.label}`;
    const url = armUrl(transport.cloud, this.path(name), { $orderBy: 'createdtime desc', $top: '1' });
    const answer = await transport.send({ method: 'GET', url, what, accept: [404] });
    return arrayAt(answer.body, 'value').find(isResource);
  }

  put(name: string, version: string, body: unknown): Promise<Resource> {
    const what = this.what('write', name, version);
    return putResource(this.#scope.session, { path: this.path(name, version), what, body });
  }

  /** The number the service would give next; "1" for a new asset. */
  async nextVersion(name: string): Promise<string> {
    const path = `${this.#scope.path}/${this.#kind}/${encodeURIComponent(name)}`;
    try {
      const container = await readExisting(this.#scope.session, {
        path,
        what: `read ${singular[this.#kind]} "${name}"`,
      });
      return textAt(container.properties, 'nextVersion') ?? '1';
    } catch (error) {
      if (isNotFound(error)) return '1';
      throw error;
    }
  }

  async ensure(name: string, version: string, body: Json): Promise<Ensured> {
    const existing = await this.read(name, version);
    if (!existing) return { resource: await this.put(name, version, body), created: true };
    const different = differingMembers(this.#kind, objectAt(body, 'properties'), existing.properties);
    if (different.length === 0) return { resource: existing, created: false };
    throw new AzureMlError({
      code: 'AZUREML_IMMUTABLE',
      seen: `${singular[this.#kind]} "${name}" version ${version} exists in ${this.#scope.label} with other ${different.join(', ')}`,
      expected: 'the same content, or a new version',
      next: 'raise the version',
    });
  }
}
