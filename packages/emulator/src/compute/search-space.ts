import { ServiceError } from '../errors.ts';
import { isObject, type JsonObject, member, textMember } from '../fields.ts';
import type { Random } from '../random.ts';

/** One parameter of a search: what kind of distribution, and its numbers or values. */
export interface Distribution {
  name: string;
  kind: string;
  /** Values of a choice, or the numbers of the distribution in the order in which the service writes them. */
  values: unknown[];
}

/** The values of one trial by parameter. */
export type Trial = Record<string, string>;

const members: Record<string, string[]> = {
  choice: ['values'],
  randint: ['upper'],
  uniform: ['min_value', 'max_value'],
  loguniform: ['min_value', 'max_value'],
  quniform: ['min_value', 'max_value', 'q'],
  qloguniform: ['min_value', 'max_value', 'q'],
  normal: ['mu', 'sigma'],
  lognormal: ['mu', 'sigma'],
  qnormal: ['mu', 'sigma', 'q'],
  qlognormal: ['mu', 'sigma', 'q'],
};

/** Read a parameter: `["uniform", [0, 1]]` as jobs write it, or `{type, min_value, max_value}` as pipeline steps do. */
function readDistribution(name: string, definition: unknown): Distribution {
  const [kind, values] = Array.isArray(definition)
    ? [String(definition[0]).toLowerCase(), Array.isArray(definition[1]) ? definition[1] : [definition[1]]]
    : [(textMember(definition, 'type') ?? '').toLowerCase(), undefined];
  const parts = members[kind];
  if (parts === undefined) {
    throw new ServiceError(
      400,
      `The search space of ${name} is not understood. Expected one of ${Object.keys(members).join(', ')}.`,
    );
  }
  const listed = kind === 'choice' ? member(definition, 'values') : parts.map((part) => member(definition, part));
  // A choice written as a list may hold its values in one more list.
  const found = values ?? listed;
  const flat =
    kind === 'choice' && Array.isArray(found) && found.length === 1 && Array.isArray(found[0]) ? found[0] : found;
  if (!Array.isArray(flat) || flat.length === 0) {
    throw new ServiceError(400, `The search space of ${name} has no values.`);
  }
  return { name, kind, values: flat };
}

/** Read a search space. Errors: 400 for a kind that is not known, or for an empty space. */
export function readSpace(space: JsonObject): Distribution[] {
  const found = Object.entries(space).map(([name, definition]) => readDistribution(name, definition));
  if (found.length === 0) {
    throw new ServiceError(400, 'Request is invalid and/or missing fields. searchSpace is required.');
  }
  return found;
}

function text(value: unknown): string {
  return isObject(value) || Array.isArray(value) ? JSON.stringify(value) : String(value);
}

/** Every combination of a space of choices, the last parameter changing fastest. Errors: 400 for anything but choices. */
export function gridOf(space: Distribution[]): Trial[] {
  const other = space.find(({ kind }) => kind !== 'choice');
  if (other !== undefined) {
    throw new ServiceError(
      400,
      `Grid sampling takes choices only; the search space of ${other.name} is ${other.kind}.`,
    );
  }
  return space.reduce<Trial[]>(
    (trials, { name, values }) => trials.flatMap((trial) => values.map((value) => ({ ...trial, [name]: text(value) }))),
    [{}],
  );
}

function normal(random: Random, mu: number, sigma: number): number {
  return mu + sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function sample({ kind, values }: Distribution, random: Random): unknown {
  const [first = 0, second = 0, step = 1] = values.map(Number);
  const rounded = (value: number) => Math.round(value / step) * step;
  const uniform = first + random() * (second - first);
  switch (kind) {
    case 'choice':
      return values[Math.floor(random() * values.length)];
    case 'randint':
      return Math.floor(random() * first);
    case 'uniform':
      return uniform;
    case 'loguniform':
      return Math.exp(uniform);
    case 'quniform':
      return rounded(uniform);
    case 'qloguniform':
      return rounded(Math.exp(uniform));
    case 'normal':
      return normal(random, first, second);
    case 'lognormal':
      return Math.exp(normal(random, first, second));
    case 'qnormal':
      return rounded(normal(random, first, second));
    default:
      return rounded(Math.exp(normal(random, first, second)));
  }
}

/** One trial drawn at random. */
export function drawTrial(space: Distribution[], random: Random): Trial {
  return Object.fromEntries(space.map((one) => [one.name, text(sample(one, random))]));
}
