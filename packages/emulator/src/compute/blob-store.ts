import type { ChildProcess } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Certificates } from '../certificates.ts';
import { azuriteEnvironment } from '../environment.ts';
import { endSupervised, spawnSupervised } from './supervised.ts';

/** Name of the one storage account that all workspaces and registries use. */
export const accountName = 'emulatorstore';

/** A blob, or a folder of blobs when the path is a prefix. */
export interface BlobLocation {
  container: string;
  path: string;
}

/** A blob in a list; `path` is the whole name inside its container, `size` is in bytes. */
export interface BlobItem {
  path: string;
  size: number;
}

const version = '2021-10-04';

function xmlText(text: string): string {
  const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text
    .replace(/&#(\d+);/g, (_all, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&(amp|lt|gt|quot|apos);/g, (_all, name: string) => names[name] ?? '');
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** A file path below a folder for the part of a blob's name behind the prefix; refuses to leave the folder. */
function localPath(folder: string, rest: string): string {
  const parts = rest.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) {
    throw new Error(`The blob name ${rest} leaves its folder.`);
  }
  return join(folder, ...parts);
}

/** A real Azurite process behind https, and the few blob calls the emulator needs itself. */
export class BlobStore {
  readonly url: string;
  readonly #key: string;
  readonly #child: ChildProcess;
  readonly #agent: Agent;

  private constructor(options: { url: string; key: string; child: ChildProcess; ca: string }) {
    this.url = options.url;
    this.#key = options.key;
    this.#child = options.child;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 16, ca: options.ca });
  }

  /** Start Azurite on a free port and wait until it listens. `folder` undefined: nothing is written to disk. */
  static async start(options: {
    python: string;
    key: string;
    certificates: Certificates;
    folder: string | undefined;
  }): Promise<BlobStore> {
    const main = join(dirname(createRequire(import.meta.url).resolve('azurite/package.json')), 'dist/src/blob/main.js');
    const { certificateFile, keyFile } = options.certificates;
    if (options.folder !== undefined) {
      mkdirSync(options.folder, { recursive: true });
    }
    const keeping = options.folder === undefined ? ['--inMemoryPersistence'] : ['--location', options.folder];
    const child = spawnSupervised(
      options.python,
      [process.execPath, main, '--blobHost', '127.0.0.1', '--blobPort', '0', '--skipApiVersionCheck']
        .concat(['--disableTelemetry', '--oauth', 'basic', '--cert', certificateFile, '--key', keyFile])
        .concat(keeping),
      { env: azuriteEnvironment(accountName, options.key) },
    );
    const origin = await new Promise<string>((resolve, reject) => {
      let output = '';
      const read = (chunk: Buffer) => {
        if (output.length < 10000) {
          output += chunk.toString();
        }
        const found = /successfully listens? on (https:\/\/[^\s]+)/.exec(output)?.[1];
        if (found !== undefined) {
          resolve(found);
        }
      };
      child.stdout?.on('data', read);
      child.stderr?.on('data', read);
      child.once('exit', (code) => reject(new Error(`The blob store (Azurite) ended with code ${code}: ${output}`)));
      child.once('error', reject);
    });
    return new BlobStore({ url: `${origin}/${accountName}`, key: options.key, child, ca: options.certificates.ca });
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await endSupervised(this.#child);
  }

  /** Host and port, as a datastore names its endpoint. */
  get endpoint(): string {
    return new URL(this.url).host;
  }

  get accountKey(): string {
    return this.#key;
  }

  /** The plain URL of a blob or folder, without a signature. */
  uri(location: BlobLocation): string {
    return `${this.url}/${location.container}${location.path === '' ? '' : `/${encodePath(location.path)}`}`;
  }

  /** The same URL with the account in front of the host, as the official clients recognise storage. */
  hostUri(location: BlobLocation): string {
    const { port } = new URL(this.url);
    return this.uri(location).replace(this.url, `https://${accountName}.blob.core.localhost:${port}`);
  }

  /** Container and path of a URL below this store; undefined when it lies elsewhere. */
  locate(address: string): BlobLocation | undefined {
    // Clients also write the account in front of the host.
    const uri = address.replace(/^https:\/\/(\w+)\.blob\.core\.localhost(:\d+)\//, 'https://127.0.0.1$2/$1/');
    if (!uri.startsWith(`${this.url}/`)) {
      return undefined;
    }
    const [container = '', ...path] = new URL(uri).pathname.split('/').slice(2).map(decodeURIComponent);
    return container === '' ? undefined : { container, path: path.join('/') };
  }

  /** Query text of a shared access signature for a container (`c`) or one blob (`b`). */
  signature(location: BlobLocation, permissions: string, hours: number): string {
    const resource = location.path === '' ? 'c' : 'b';
    const expiry = new Date(Date.now() + hours * 3600_000).toISOString().replace(/\.\d+Z$/, 'Z');
    const path = `/blob/${accountName}/${location.container}${location.path === '' ? '' : `/${location.path}`}`;
    const lines = [permissions, '', expiry, path, '', '', 'https', version, resource, '', '', '', '', '', '', ''];
    const query = new URLSearchParams({ sv: version, spr: 'https', se: expiry, sr: resource, sp: permissions });
    query.set('sig', createHmac('sha256', Buffer.from(this.#key, 'base64')).update(lines.join('\n')).digest('base64'));
    return query.toString();
  }

  async #call(method: string, location: BlobLocation, options: { query?: string; body?: Buffer; blob?: boolean } = {}) {
    const signature = this.signature({ container: location.container, path: '' }, 'racwdl', 1);
    const account = location.path === '' && method === 'PUT' ? this.#accountSignature() : signature;
    const query = [options.query, account].filter((part) => part !== undefined).join('&');
    return new Promise<{ status: number; body: Buffer }>((resolve, reject) => {
      const sent = request(
        `${this.uri(location)}?${query}`,
        {
          method,
          agent: this.#agent,
          headers: {
            'x-ms-version': version,
            ...(options.blob ? { 'x-ms-blob-type': 'BlockBlob' } : {}),
            'content-length': String(options.body?.length ?? 0),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
          response.on('error', reject);
        },
      );
      sent.on('error', reject);
      sent.end(options.body);
    });
  }

  #accountSignature(): string {
    const expiry = new Date(Date.now() + 3600_000).toISOString().replace(/\.\d+Z$/, 'Z');
    const lines = [accountName, 'rwdlac', 'b', 'sco', '', expiry, '', 'https', version, '', ''];
    const query = new URLSearchParams({ sv: version, ss: 'b', srt: 'sco', sp: 'rwdlac', se: expiry, spr: 'https' });
    query.set('sig', createHmac('sha256', Buffer.from(this.#key, 'base64')).update(lines.join('\n')).digest('base64'));
    return query.toString();
  }

  /** Make a container unless it exists. */
  async ensureContainer(container: string): Promise<void> {
    const { status, body } = await this.#call('PUT', { container, path: '' }, { query: 'restype=container' });
    if (status !== 201 && status !== 409) {
      throw new Error(
        `The blob store refused to make container ${container}: ${status} ${body.toString().slice(0, 300)}`,
      );
    }
  }

  /** All blobs whose name is the path, or starts with the path as a folder; an empty path lists everything. */
  async list(location: BlobLocation): Promise<BlobItem[]> {
    const folder = location.path === '' || location.path.endsWith('/') ? location.path : `${location.path}/`;
    const items: BlobItem[] = [];
    let marker = '';
    do {
      const query = `restype=container&comp=list&prefix=${encodeURIComponent(location.path)}&marker=${encodeURIComponent(marker)}`;
      const { status, body } = await this.#call('GET', { container: location.container, path: '' }, { query });
      if (status !== 200) {
        throw new Error(`The blob store refused to list ${location.container}: ${status}`);
      }
      const text = body.toString();
      for (const [, blob = ''] of text.matchAll(/<Blob>(.*?)<\/Blob>/gs)) {
        const path = xmlText(/<Name>(.*?)<\/Name>/s.exec(blob)?.[1] ?? '');
        if (path === location.path || path.startsWith(folder)) {
          items.push({ path, size: Number(/<Content-Length>(\d+)</.exec(blob)?.[1] ?? 0) });
        }
      }
      marker = xmlText(/<NextMarker>(.*?)<\/NextMarker>/.exec(text)?.[1] ?? '');
    } while (marker !== '');
    return items;
  }

  /** The content of a blob; undefined when it does not exist. */
  async read(location: BlobLocation): Promise<Buffer | undefined> {
    const { status, body } = await this.#call('GET', location);
    return status === 200 ? body : undefined;
  }

  async write(location: BlobLocation, body: Buffer): Promise<void> {
    const answer = await this.#call('PUT', location, { body, blob: true });
    if (answer.status !== 201) {
      throw new Error(
        `The blob store refused ${location.path}: ${answer.status} ${answer.body.toString().slice(0, 300)}`,
      );
    }
  }

  /** Download a folder (or one blob) below a local folder. Gives the local files, sorted. */
  async download(location: BlobLocation, folder: string): Promise<string[]> {
    const files: string[] = [];
    for (const item of await this.list(location)) {
      const rest =
        item.path === location.path ? (item.path.split('/').pop() ?? '') : item.path.slice(location.path.length);
      const target = localPath(folder, rest);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, (await this.read({ container: location.container, path: item.path })) ?? Buffer.alloc(0));
      files.push(target);
    }
    return files.sort((a, b) => (a < b ? -1 : 1));
  }

  /** Upload one local file. */
  async upload(file: string, location: BlobLocation): Promise<void> {
    await this.write(location, await readFile(file));
  }

  /** Copy a folder (or one blob) to another place of the store; gives the number of blobs. */
  async copy(from: BlobLocation, to: BlobLocation): Promise<number> {
    const items = await this.list(from);
    for (const item of items) {
      const name = item.path === from.path ? (item.path.split('/').pop() ?? '') : item.path.slice(from.path.length);
      const path = `${to.path.replace(/\/$/, '')}/${name.replace(/^\//, '')}`;
      const body = (await this.read({ container: from.container, path: item.path })) ?? Buffer.alloc(0);
      await this.write({ container: to.container, path }, body);
    }
    return items.length;
  }
}
