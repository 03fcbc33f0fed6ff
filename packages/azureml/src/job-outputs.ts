import { AzureMlError } from './azure-ml-error.ts';
import { type BlobFolder, downloadFolder } from './blob-container.ts';
import { DEFAULT_DATASTORE, datastoreUri, parseDatastoreUri } from './datastore-uri.ts';
import type { Datastores } from './datastores.ts';
import { outputNames } from './jobs.ts';
import { objectAt, type Resource, textAt } from './json.ts';
import { readRunOutputs, resolveAssetUri } from './run-history.ts';
import type { WorkspaceScope } from './scope.ts';
import { readExisting } from './session.ts';

export interface JobOutputs {
  /** Datastore URI of a named output. @throws AzureMlError `JOB_OUTPUT_MISSING`. */
  location(job: string, output: string): Promise<string>;
  /** Files of an output; an output that is one file has one entry with the empty path. */
  list(job: string, output: string): Promise<{ readonly path: string; readonly size: number }[]>;
  /** Text of one file; undefined when there is none. */
  readText(job: string, output: string, path: string): Promise<string | undefined>;
  /** Downloads everything below `folder`. Returns the relative paths. */
  download(job: string, output: string, folder: string): Promise<string[]>;
}

class WorkspaceJobOutputs implements JobOutputs {
  readonly #scope: WorkspaceScope;
  readonly #datastores: Datastores;
  readonly #known = new Map<string, string>();

  constructor(scope: WorkspaceScope, datastores: Datastores) {
    this.#scope = scope;
    this.#datastores = datastores;
  }

  async location(job: string, output: string): Promise<string> {
    const key = `${job}/${output}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const path = `${this.#scope.path}/jobs/${encodeURIComponent(job)}`;
    const resource = await readExisting(this.#scope.session, {
      path,
      what: `read job "${job}" in ${this.#scope.label}`,
    });
    const uri =
      this.#fromResource(resource, output) ??
      (await this.#fromHistory(job, output)) ??
      (await this.#fromConvention(job, output));
    if (uri === undefined) throw this.#missing(resource, output);
    this.#known.set(key, uri);
    return uri;
  }

  #long(uri: string): string | undefined {
    const place = parseDatastoreUri(uri);
    return place && datastoreUri(this.#scope, place);
  }

  /** The resource holds the URI only when the job asked for one; expressions in it are filled by the service later. */
  #fromResource(resource: Resource, output: string): string | undefined {
    const uri = textAt(objectAt(objectAt(resource.properties, 'outputs'), output), 'uri');
    return uri === undefined || uri.includes('${{') ? undefined : this.#long(uri);
  }

  async #fromHistory(job: string, output: string): Promise<string | undefined> {
    const assetId = (await readRunOutputs(this.#scope, job))[output];
    const uri = assetId === undefined ? undefined : await resolveAssetUri(this.#scope, assetId);
    return uri === undefined ? undefined : this.#long(uri);
  }

  /** Where the service puts outputs when nobody says otherwise, as the az CLI guesses too. */
  async #fromConvention(job: string, output: string): Promise<string | undefined> {
    for (const root of ['azureml', 'dataset']) {
      const place = { datastore: DEFAULT_DATASTORE, path: `${root}/${job}/${output}/` };
      const files = await (await this.#datastores.open(place)).list();
      if (files.length > 0) return datastoreUri(this.#scope, place);
    }
    return undefined;
  }

  #missing(job: Resource, output: string): AzureMlError {
    const names = outputNames(job);
    return new AzureMlError({
      code: 'JOB_OUTPUT_MISSING',
      seen: `job "${job.name}" has no output "${output}" with files; it declares: ${names.join(', ') || 'none'}`,
      expected: `an output "${output}" that the job has written to`,
      next: 'name the output in the job YAML and write to the path the job is given',
    });
  }

  async #open(job: string, output: string): Promise<BlobFolder> {
    return this.#datastores.openUri(await this.location(job, output));
  }

  async list(job: string, output: string): Promise<{ readonly path: string; readonly size: number }[]> {
    return (await this.#open(job, output)).list();
  }

  async readText(job: string, output: string, path: string): Promise<string | undefined> {
    const content = await (await this.#open(job, output)).read(path);
    return content === undefined ? undefined : new TextDecoder().decode(content);
  }

  async download(job: string, output: string, folder: string): Promise<string[]> {
    return downloadFolder(await this.#open(job, output), folder, output);
  }
}

export function createJobOutputs(scope: WorkspaceScope, datastores: Datastores): JobOutputs {
  return new WorkspaceJobOutputs(scope, datastores);
}
