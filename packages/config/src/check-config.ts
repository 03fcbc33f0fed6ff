import { SwitchyardError } from '@switchyard/domain';
import type { MetricOverlay, MetricRules } from './gate-settings.ts';
import type { PositionedYaml, YamlPath } from './positioned-yaml.ts';
import type { Config } from './schema.ts';
import { templateFields } from './template.ts';

/** Rules that hold between fields, which a schema cannot say. Returns every mistake. */
export function checkConfig(config: Config, yaml: PositionedYaml): SwitchyardError[] {
  const report: Report = { yaml, errors: [] };
  checkMetrics(config, report);
  for (const [name, environment] of Object.entries(config.environments)) {
    const path = ['environments', name];
    checkSteps(environment['traffic-steps'], [...path, 'traffic-steps'], report);
    checkOverlay(environment.gate?.metrics ?? [], config.gate.metrics, { path: [...path, 'gate', 'metrics'], report });
  }
  if (Object.keys(config.environments).length === 0) {
    add(report, ['environments'], { seen: 'environments is empty', expected: 'at least one environment' });
  }
  const trainsIn = config.training.environment;
  if (!Object.hasOwn(config.environments, trainsIn)) {
    const expected = `one of environments: ${Object.keys(config.environments).join(', ') || 'none'}`;
    add(report, ['training', 'environment'], { seen: `training.environment is "${trainsIn}"`, expected });
  }
  checkTemplates(config, report);
  return report.errors;
}

interface Report {
  readonly yaml: PositionedYaml;
  readonly errors: SwitchyardError[];
}

function add(report: Report, path: YamlPath, text: { seen: string; expected: string; code?: string }): void {
  const { code = 'CONFIG_INVALID_VALUE', seen, expected } = text;
  report.errors.push(new SwitchyardError({ code, seen, expected, position: report.yaml.positionOf(path) }));
}

const metricLimits = ['min', 'max', 'max-loss', 'max-relative-loss', 'min-gain', 'max-gain'] as const;

function checkMetrics(config: Config, report: Report): void {
  const { metrics } = config.gate;
  const primaries = metrics.filter((metric) => metric.role === 'primary');
  if (primaries.length !== 1) {
    const names = primaries.map((metric) => metric.name).join(', ') || 'none';
    const seen = `primary metrics of the gate: ${names}`;
    add(report, ['gate', 'metrics'], { seen, expected: 'exactly one metric with "role: primary"' });
  }
  for (const primary of primaries) {
    if (metricLimits.some((limit) => primary[limit] !== undefined)) continue;
    const seen = `the primary metric "${primary.name}" has no rule, so the gate would let everything pass`;
    add(report, ['gate', 'metrics', metrics.indexOf(primary)], { seen, expected: `one of ${metricLimits.join(', ')}` });
  }
  checkNames(metrics, ['gate', 'metrics'], report);
  for (const [index, metric] of metrics.entries()) checkBounds(metric, ['gate', 'metrics', index], report);
}

function checkNames(metrics: readonly { name: string }[], path: YamlPath, report: Report): void {
  const seenNames = new Set<string>();
  for (const [index, { name }] of metrics.entries()) {
    if (seenNames.has(name)) {
      const text = {
        code: 'CONFIG_DUPLICATE',
        seen: `metric "${name}" is listed twice`,
        expected: 'one entry a metric',
      };
      add(report, [...path, index, 'name'], text);
    }
    seenNames.add(name);
  }
}

function checkBounds(metric: Partial<MetricRules>, path: YamlPath, report: Report): void {
  const { min, max } = metric;
  if (min !== undefined && max !== undefined && min > max) {
    add(report, [...path, 'min'], {
      seen: `min ${min} of "${metric.name}" is above max ${max}`,
      expected: 'min <= max',
    });
  }
  const lowest = metric['min-gain'];
  const highest = metric['max-gain'];
  if (lowest !== undefined && highest !== undefined && lowest > highest) {
    const seen = `min-gain ${lowest} of "${metric.name}" is above max-gain ${highest}`;
    add(report, [...path, 'min-gain'], { seen, expected: 'min-gain <= max-gain' });
  }
}

function checkOverlay(
  overlay: readonly MetricOverlay[],
  base: readonly MetricRules[],
  { path, report }: { path: YamlPath; report: Report },
): void {
  checkNames(overlay, path, report);
  let primaries = base.filter((metric) => metric.role === 'primary').map((metric) => metric.name);
  for (const [index, metric] of overlay.entries()) {
    const known = base.find((candidate) => candidate.name === metric.name);
    if (!known && metric.direction === undefined) {
      const seen = `metric "${metric.name}" is not in the gate above and has no direction`;
      add(report, [...path, index], { seen, expected: '"direction: lower" or "direction: higher"' });
    }
    primaries = primaries.filter((name) => name !== metric.name || metric.role !== 'guardrail');
    if (metric.role === 'primary' && !primaries.includes(metric.name)) primaries.push(metric.name);
    checkBounds({ ...known, ...definedOnly(metric) }, [...path, index], report);
  }
  if (overlay.length > 0 && primaries.length !== 1) {
    const seen = `primary metrics after this overlay: ${primaries.join(', ') || 'none'}`;
    add(report, path, { seen, expected: 'exactly one metric with "role: primary"' });
  }
}

function definedOnly(metric: MetricOverlay): Partial<MetricRules> {
  return Object.fromEntries(Object.entries(metric).filter(([, value]) => value !== undefined));
}

function checkSteps(steps: readonly number[] | undefined, path: YamlPath, report: Report): void {
  if (!steps) return;
  const rising = steps.every((step, index) => index === 0 || step > (steps[index - 1] ?? 0));
  if (rising && steps.at(-1) === 100) return;
  add(report, path, { seen: `traffic-steps is [${steps.join(', ')}]`, expected: 'rising shares that end at 100' });
}

function checkTemplates(config: Config, report: Report): void {
  const templates: [YamlPath, unknown][] = [];
  for (const area of ['training', 'evaluation', 'deployment'] as const) {
    for (const [key, value] of Object.entries(config[area]?.set ?? {})) templates.push([[area, 'set', key], value]);
  }
  for (const key of ['endpoint-name', 'sample-request'] as const) {
    templates.push([['deployment', key], config.deployment?.[key]]);
  }
  for (const [path, template] of templates) {
    if (typeof template !== 'string') continue;
    for (const field of templateFields(template)) {
      if (field === 'circuit' || field === 'environment' || /^circuit\.[^.]+$/.test(field)) continue;
      const seen = `unknown field \${${field}}`;
      const expected = `\${circuit}, \${circuit.file}, \${circuit.<field of the circuit file>} or \${environment}`;
      add(report, path, { code: 'CONFIG_TEMPLATE_UNKNOWN', seen, expected });
    }
  }
}
