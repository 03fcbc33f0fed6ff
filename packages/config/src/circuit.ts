import type { SourcePosition } from '@switchyard/domain';
import { z } from 'zod';
import { endpointNameRule, isEndpointName, isModelName, modelNameRule } from './azure-names.ts';
import { checkShape } from './issues.ts';
import { readYaml } from './positioned-yaml.ts';

const identifier = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'letters, digits, dashes and underscores, with a letter or digit first');

/** Open on purpose: a repository adds features, hyperparameters and whatever its training reads. */
const circuitFile = z.looseObject({
  plant_id: identifier,
  circuit_id: identifier,
  model_name: z.string().refine(isModelName, modelNameRule),
  endpoint: z.string().refine(isEndpointName, endpointNameRule),
  data: z.string().min(1),
  cutoff_date: z.string().refine(isDate, 'a date as YYYY-MM-DD'),
});

/** One model with its data, training job and endpoint. */
export interface Circuit {
  /** `<plant_id>_<circuit_id>`, for example `PLANT001_CIRCUIT01`. */
  readonly name: string;
  /** Path of its file in the repository. */
  readonly file: string;
  readonly plant_id: string;
  readonly circuit_id: string;
  readonly model_name: string;
  readonly endpoint: string;
  /** Path in the repository, or an `azureml:` reference. */
  readonly data: string;
  readonly cutoff_date: string;
  /** Everything in the file, as written. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Where `plant_id` stands. */
  readonly position: SourcePosition;
}

/**
 * Reads one circuit file.
 * @throws SwitchyardErrors with every mistake.
 */
export function parseCircuit(text: string, file: string): Circuit {
  const yaml = readYaml(text, file);
  const fields = checkShape(yaml, circuitFile);
  const { plant_id, circuit_id, model_name, endpoint, data, cutoff_date } = fields;
  const name = `${plant_id}_${circuit_id}`;
  return {
    name,
    file,
    plant_id,
    circuit_id,
    model_name,
    endpoint,
    data,
    cutoff_date,
    fields,
    position: yaml.positionOfKey(['plant_id']),
  };
}

const environmentFile = z.looseObject({
  name: z.string().min(1),
  version: z.union([z.string().min(1), z.int()]),
});

/**
 * Reads the file that `circuits.environment` names: the package version that all circuits train with.
 * @throws SwitchyardErrors with every mistake.
 */
export function parseEnvironmentFile(text: string, file: string): { name: string; version: string } {
  const yaml = readYaml(text, file);
  const { name, version } = checkShape(yaml, environmentFile);
  return { name, version: String(version) };
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const instant = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(instant) && new Date(instant).toISOString().startsWith(text);
}
