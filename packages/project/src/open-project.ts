import { assertDistinct, findCircuits, selectCircuits } from '@switchyard/circuits';
import {
  type Circuit,
  type Config,
  type EnvironmentSettings,
  environmentSettings,
  parseCircuit,
  parseConfig,
  parseEnvironmentFile,
} from '@switchyard/config';
import { SwitchyardError } from '@switchyard/domain';
import { openRepository, type Repository } from '@switchyard/git';
import { fingerprintOfCircuit } from './fingerprint.ts';

/** A checked-out repository with its switchyard.yml, as an action sees it. */
export interface Project {
  readonly folder: string;
  readonly config: Config;
  readonly repository: Repository;
  /** Commit of the checkout, 40 hex. */
  readonly commit: string;
  /** Every tracked path with its blob id. */
  readonly files: readonly { readonly path: string; readonly blob: string }[];
  readonly circuits: readonly Circuit[];
  /** Version in the environment file; null when the configuration names no such file. */
  readonly environmentVersion: string | null;
  /** @throws SwitchyardError `CIRCUIT_UNKNOWN`. */
  circuit(name: string): Circuit;
  /** @throws SwitchyardError `CONFIG_ENVIRONMENT_UNKNOWN`. */
  settings(environment: string): EnvironmentSettings;
  /** `sha256:` digest of what decides the training of a circuit. */
  fingerprint(circuit: Circuit): Promise<string>;
}

/**
 * Opens the repository in `folder` and reads its configuration and circuits.
 * @param readFile Reads a file by its path in the repository.
 * @throws SwitchyardError or SwitchyardErrors with every mistake and its place.
 */
export async function openProject(
  folder: string,
  configFile: string,
  readFile: (path: string) => Promise<string>,
): Promise<Project> {
  const config = parseConfig(await readFile(configFile), configFile);
  const repository = await openRepository(folder);
  const files = await repository.listPaths('HEAD');
  const allPaths = files.map((file) => file.path);
  const circuits = await readCircuits(config, allPaths, readFile);
  const environmentVersion = await readEnvironmentVersion(config, readFile);
  return {
    folder,
    config,
    repository,
    commit: await repository.resolve('HEAD'),
    files,
    circuits,
    environmentVersion,
    circuit: (name) => selectOne(name, circuits),
    settings: (environment) => environmentSettings(config, environment),
    fingerprint: (circuit) => fingerprintOfCircuit({ folder, circuit, config, allPaths, environmentVersion }),
  };
}

async function readCircuits(
  config: Config,
  allPaths: readonly string[],
  readFile: (path: string) => Promise<string>,
): Promise<Circuit[]> {
  const files = findCircuits(allPaths, config);
  if (files.length === 0) {
    throw new SwitchyardError({
      code: 'PROJECT_NO_CIRCUITS',
      seen: `no tracked file matches "${config.circuits.files}"`,
      expected: 'at least one circuit file',
      next: 'correct circuits.files in switchyard.yml, or commit the circuit files',
    });
  }
  const circuits = await Promise.all(files.map(async (file) => parseCircuit(await readFile(file), file)));
  assertDistinct(circuits);
  return circuits;
}

async function readEnvironmentVersion(
  config: Config,
  readFile: (path: string) => Promise<string>,
): Promise<string | null> {
  const file = config.circuits.environment;
  return file === undefined ? null : parseEnvironmentFile(await readFile(file), file).version;
}

function selectOne(name: string, circuits: readonly Circuit[]): Circuit {
  const [circuit] = selectCircuits([name], circuits);
  if (circuit !== undefined) return circuit;
  throw new SwitchyardError({ code: 'CIRCUIT_UNKNOWN', seen: `there is no circuit "${name}"` });
}
