import { SwitchyardError } from '@switchyard/domain';
import type { GateOverlay, GateSettings, MetricOverlay, MetricRules } from './gate-settings.ts';
import { nearestName } from './nearest-name.ts';
import type { Config } from './schema.ts';

/** Everything that holds in one environment: the general settings with its overlay on top. */
export interface EnvironmentSettings {
  readonly name: string;
  readonly 'resource-group': string;
  readonly 'workspace-name': string;
  readonly 'subscription-id'?: string | undefined;
  readonly gate: GateSettings;
  /** Percent of live traffic, step by step; ends at 100. */
  readonly 'traffic-steps': readonly number[];
  readonly 'step-seconds': number;
  readonly 'min-requests': number;
  readonly 'instance-count'?: number | undefined;
  readonly 'instance-type'?: string | undefined;
}

/**
 * Settings of one environment. Metrics of its gate are merged by name; a new name is added at the end.
 * @throws SwitchyardError `CONFIG_ENVIRONMENT_UNKNOWN`.
 */
export function environmentSettings(config: Config, environment: string): EnvironmentSettings {
  const overlay = Object.hasOwn(config.environments, environment) ? config.environments[environment] : undefined;
  if (!overlay) {
    const known = Object.keys(config.environments);
    const nearest = nearestName(environment, known);
    throw new SwitchyardError({
      code: 'CONFIG_ENVIRONMENT_UNKNOWN',
      seen: `unknown environment "${environment}"`,
      expected: `one of ${known.join(', ')}`,
      next: nearest ? `did you mean "${nearest}"?` : 'add it to "environments" in switchyard.yml',
    });
  }
  const { gate, ...rest } = overlay;
  return {
    name: environment,
    'traffic-steps': [100],
    'step-seconds': 0,
    'min-requests': 0,
    ...definedOnly(rest),
    'resource-group': overlay['resource-group'],
    'workspace-name': overlay['workspace-name'],
    gate: gate ? mergeGate(config.gate, gate) : config.gate,
  };
}

function mergeGate(base: GateSettings, overlay: GateOverlay): GateSettings {
  const { metrics, ...rest } = overlay;
  return { ...base, ...definedOnly(rest), metrics: mergeMetrics(base.metrics, metrics) };
}

function mergeMetrics(base: readonly MetricRules[], overlay: readonly MetricOverlay[]): MetricRules[] {
  const merged = new Map(base.map((metric) => [metric.name, metric]));
  for (const metric of overlay) {
    const known = merged.get(metric.name);
    // parseConfig has checked that a new metric names its direction.
    const start: MetricRules = known ?? { name: metric.name, direction: 'lower', role: 'guardrail', required: true };
    merged.set(metric.name, { ...start, ...definedOnly(metric) });
  }
  return [...merged.values()];
}

function definedOnly<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
