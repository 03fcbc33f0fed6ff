import { secondsToIso } from './duration.ts';
import { type JsonObject, type JsonValue, present } from './json.ts';
import { type KeyCase, keyed } from './key-case.ts';
import type { Entry, MapReader } from './map-reader.ts';

/** Parameters of each distribution, in the order the service wants them. */
const distributions: Readonly<Record<string, readonly string[]>> = {
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

const distributionNames = Object.fromEntries(Object.keys(distributions).map((name) => [name, name]));

function distribution(child: MapReader, form: 'job' | 'node'): JsonValue | undefined {
  const type = child.has('type')
    ? child.oneOf('type', distributionNames)
    : child.missing('type', 'a distribution such as choice or uniform');
  if (type === undefined) return undefined;
  const names = distributions[type] ?? [];
  const values = names.map((name): JsonValue => {
    const value = child.plain(name);
    if (value === undefined) child.missing(name, `${names.join(', ')} of "${type}"`);
    return (value ?? null) as JsonValue;
  });
  child.finish();
  if (form === 'node')
    return { type, ...Object.fromEntries(names.map((name, index) => [name, values[index] ?? null])) };
  return [type, type === 'choice' || type === 'randint' ? [values[0] ?? null] : values];
}

/** `search_space:` as the service takes it in a job, or as it stays in a node of a pipeline. */
export function readSearchSpace(reader: MapReader, form: 'job' | 'node'): JsonObject | undefined {
  if (!reader.has('search_space')) return reader.missing('search_space', 'the values to try, by name');
  const space = reader.child('search_space');
  if (!space) return undefined;
  const entries = space.entries().map((entry: Entry): [string, JsonValue | undefined] => {
    const child = space.childOf(entry);
    return [entry.key, child && distribution(child, form)];
  });
  return present(Object.fromEntries(entries));
}

const algorithms = { random: 'Random', grid: 'Grid', bayesian: 'Bayesian' } as const;

/** `sampling_algorithm:`: a word, or a map with more. */
export function readSamplingAlgorithm(reader: MapReader): JsonObject | undefined {
  if (!reader.isMapAt('sampling_algorithm')) {
    return { samplingAlgorithmType: reader.oneOf('sampling_algorithm', algorithms) ?? 'Random' };
  }
  const child = reader.child('sampling_algorithm');
  if (!child) return undefined;
  const compiled = present({
    samplingAlgorithmType: child.oneOf('type', algorithms) ?? 'Random',
    rule: child.oneOf('rule', { random: 'Random', sobol: 'Sobol' }),
    seed: child.whole('seed', { min: 0 }),
    logbase: child.plain('logbase') as JsonValue | undefined,
  });
  child.finish();
  return compiled;
}

export function readObjective(reader: MapReader, keyCase: KeyCase): JsonObject | undefined {
  if (!reader.has('objective')) return reader.missing('objective', 'goal and primary_metric');
  const child = reader.child('objective');
  if (!child) return undefined;
  const compiled = keyed(keyCase, {
    goal: child.oneOf('goal', { minimize: 'minimize', maximize: 'maximize' }),
    primary_metric: child.requiredText('primary_metric', 'the metric that the trials log'),
  });
  child.finish();
  return compiled;
}

export function readSweepLimits(reader: MapReader, keyCase: KeyCase): JsonObject | undefined {
  const child = reader.child('limits');
  if (!child) return undefined;
  const seconds = (key: string) => {
    const value = child.whole(key, { min: 1 });
    // A node of a pipeline keeps seconds, a job has ISO 8601.
    return value === undefined || keyCase === 'snake' ? value : secondsToIso(value);
  };
  const compiled = keyed(keyCase, {
    job_limits_type: keyCase === 'camel' ? 'Sweep' : undefined,
    max_total_trials: child.whole('max_total_trials', { min: 1 }),
    max_concurrent_trials: child.whole('max_concurrent_trials', { min: 1 }),
    timeout: seconds('timeout'),
    trial_timeout: seconds('trial_timeout'),
  });
  child.finish();
  return compiled;
}

const policies = {
  bandit: 'Bandit',
  median_stopping: 'MedianStopping',
  truncation_selection: 'TruncationSelection',
} as const;

export function readEarlyTermination(reader: MapReader, keyCase: KeyCase): JsonObject | undefined {
  const child = reader.child('early_termination');
  if (!child) return undefined;
  const compiled = keyed(keyCase, {
    policy_type: child.has('type')
      ? child.oneOf('type', policies)
      : child.missing('type', Object.keys(policies).join(', ')),
    delay_evaluation: child.whole('delay_evaluation', { min: 0 }),
    evaluation_interval: child.whole('evaluation_interval', { min: 0 }),
    slack_factor: child.plain('slack_factor') as JsonValue | undefined,
    slack_amount: child.plain('slack_amount') as JsonValue | undefined,
    truncation_percentage: child.whole('truncation_percentage', { min: 1, max: 99 }),
  });
  child.finish();
  return compiled;
}
