import type { Azure } from './azure.ts';
import { type BundleOptions, type BundleRun, runBundle } from './bundle.ts';
import { reportFile } from './documents.ts';
import { createSampleRepository, type SampleRepository } from './sample-repository.ts';

/** What happens to one circuit on its way from training to production, every step by its bundle. */
export interface Line {
  readonly azure: Azure;
  readonly repository: SampleRepository;
  readonly circuit: string;
  /** Path of the circuit file in the repository. */
  readonly file: string;
  /** Name of the model; the endpoint's name begins with that of the circuit. */
  readonly model: string;
  endpoint(environment: 'test' | 'production'): string;
  /** Runs an action for this circuit, whatever the end. */
  run(action: string, inputs?: Inputs, options?: Omit<BundleOptions, 'inputs' | 'workspace'>): Promise<BundleRun>;
  /** Each throws with the log unless the step ends with exit code 0. */
  train(): Promise<BundleRun>;
  gate(training: BundleRun): Promise<BundleRun>;
  promote(training: BundleRun, verdict: BundleRun): Promise<BundleRun>;
  deploy(environment: 'test' | 'production', inputs?: Inputs): Promise<BundleRun>;
  /** Trains the circuit as it is, judges and promotes it; the version in the registry. */
  release(): Promise<string>;
  /** Another circuit of the same repository, with an endpoint of its own, that serves the same model. */
  sibling(): Line;
}

type Inputs = Readonly<Record<string, string>>;

let last = 100;

/** A repository with a circuit that no other test of the file has, made after one of the sample. */
export function createLine(azure: Azure, like = 'PLANT001_CIRCUIT01'): Line {
  const repository = createSampleRepository();
  return createCircuit(azure, repository, { like });
}

/** A line whose model has two versions in the registry; the repository is as the second was trained. */
export async function createReleasedLine(azure: Azure): Promise<Line> {
  const line = createLine(azure);
  await line.release();
  line.repository.edit(line.file, 'features: [lags]', 'features: [lags, season]');
  line.repository.commit('feat: season');
  await line.release();
  return line;
}

function createCircuit(azure: Azure, repository: SampleRepository, made: { like: string; model?: string }): Line {
  last += 1;
  const plant = `PLANT${last}`;
  const circuit = `${plant}_CIRCUIT01`;
  const own = {
    plant_id: plant,
    circuit_id: 'CIRCUIT01',
    model_name: made.model ?? `plant${last}-circuit01`,
    endpoint: `plant${last}-circuit01`,
  };
  const [folder, name] = made.like.split('_');
  const text = repository.read(`config/circuits/${folder}/${name}.yml`);
  const file = `config/circuits/PLANT001/${plant}.yml`;
  repository.write(
    file,
    Object.entries(own).reduce(
      (yaml, [key, value]) => yaml.replace(new RegExp(`^${key}: .*$`, 'm'), `${key}: ${value}`),
      text,
    ),
  );
  repository.write(
    `azureml/sample-requests/${circuit}.json`,
    repository.read(`azureml/sample-requests/${made.like}.json`),
  );
  repository.commit(`feat: add ${circuit}`);
  return lineOf(azure, repository, { ...made, circuit, file, model: own.model_name, stem: own.endpoint });
}

function lineOf(
  azure: Azure,
  repository: SampleRepository,
  at: { like: string; circuit: string; file: string; model: string; stem: string },
): Line {
  const { circuit, file, model, stem, like } = at;
  const run: Line['run'] = (action, inputs = {}, options = {}) =>
    runBundle(action, {
      ...options,
      inputs: { [action === 'rollback' ? 'circuits' : 'circuit']: circuit, ...inputs },
      env: { ...azure.env, ...options.env },
      workspace: repository.folder,
    });
  const line: Line = {
    azure,
    repository,
    circuit,
    file,
    model,
    endpoint: (environment) => `${stem}-${environment}`,
    run,
    train: async () => succeeded(await run('train')),
    gate: async (training) => succeeded(await run('compare-gate', { 'training-report': reportFile(training) })),
    promote: async (training, verdict) =>
      succeeded(
        await run('promote-to-registry', { 'training-report': reportFile(training), verdict: reportFile(verdict) }),
      ),
    deploy: async (environment, inputs = {}) =>
      succeeded(await run('blue-green-deploy', { environment, ...quick, ...inputs })),
    release: async () => {
      const training = await line.train();
      const promotion = await line.promote(training, await line.gate(training));
      return promotion.outputs['registry-model-version'] ?? '';
    },
    sibling: () => createCircuit(azure, repository, { like, model }),
  };
  return line;
}

/** Settings that let a rollout go on as soon as it may. */
export const quick: Inputs = { 'step-seconds': '0', 'min-requests': '3' };

/** The run itself; fails the test with its log unless it ended well. */
export function succeeded(run: BundleRun): BundleRun {
  if (run.code === 0) return run;
  throw new Error(`a step that had to succeed ended with ${run.code}:\n${run.stdout}${run.stderr}`);
}
