import { ServiceError } from '../errors.ts';
import { type JsonObject, numberMember, stringMap, textMember } from '../fields.ts';
import type { Job, MetricPoint, Workspace } from '../state/records.ts';

const pageSize = 1000;

/** The last value of each metric: by step, then by time. */
export function lastValues(points: MetricPoint[]): MetricPoint[] {
  const last = new Map<string, MetricPoint>();
  for (const point of points) {
    const before = last.get(point.key);
    if (
      before === undefined ||
      point.step > before.step ||
      (point.step === before.step && point.timestamp >= before.timestamp)
    ) {
      last.set(point.key, point);
    }
  }
  return [...last.values()];
}

const kinds: Record<string, string> = {
  metric: 'metrics',
  param: 'params',
  parameter: 'params',
  parameters: 'params',
  tag: 'tags',
  attribute: 'attributes',
  attr: 'attributes',
  run: 'attributes',
};
const states: Record<string, string> = {
  Completed: 'FINISHED',
  Failed: 'FAILED',
  Canceled: 'KILLED',
  Running: 'RUNNING',
  Finalizing: 'RUNNING',
};

/** What `metrics.x`, `params.x`, `tags.x` or `attributes.x` is for a run. */
function read(job: Job, kind: string, key: string): string | number | undefined {
  switch (kind) {
    case 'metrics':
      return lastValues(job.metrics).find((point) => point.key === key)?.value;
    case 'params':
      return job.params[key];
    case 'tags':
      return { ...stringMap(job.properties.tags), ...job.runTags }[key];
    default: {
      const attributes: Record<string, string | number | undefined> = {
        status: states[job.status] ?? 'SCHEDULED',
        run_id: job.name,
        run_name: textMember(job.properties, 'displayName') ?? job.name,
        start_time: new Date(job.startTime ?? job.createdAt).getTime(),
        end_time: job.endTime === null ? undefined : new Date(job.endTime).getTime(),
        user_id: job.createdBy,
      };
      return attributes[key];
    }
  }
}

function like(pattern: string, text: string, flags: string): boolean {
  const parts = pattern.split(/[%*]/).map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, flags).test(text);
}

function compare(value: string | number | undefined, operator: string, wanted: string): boolean {
  if (value === undefined) {
    return false;
  }
  const numbers = typeof value === 'number';
  const [left, right] = numbers ? [value, Number(wanted)] : [value, wanted];
  switch (operator.toUpperCase()) {
    case '=':
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case 'LIKE':
      return like(wanted, String(value), 's');
    default:
      return like(wanted, String(value), 'si');
  }
}

const field = /^(?:(\w+)\.)?(?:`([^`]+)`|"([^"]+)"|([^\s`"=!<>]+))/;

/** Split a field such as `metrics.mae` or `tags."a b"`; the kind is `attributes` when there is none. */
function readField(text: string): { kind: string; key: string; rest: string } | undefined {
  const match = field.exec(text);
  if (match === null) {
    return undefined;
  }
  const [all, word = 'attributes', ticked, quoted, plain] = match;
  const kind = word.toLowerCase();
  return { kind: kinds[kind] ?? kind, key: ticked ?? quoted ?? plain ?? '', rest: text.slice(all.length).trim() };
}

/** Read one comparison of a filter. Errors: 400 for what is no comparison. */
function condition(text: string): (job: Job) => boolean {
  const named = readField(text.trim());
  const match = /^(!=|<=|>=|==?|<|>|i?like\b)\s*(?:'([^']*)'|"([^"]*)"|([-+.\deE]+))$/i.exec(named?.rest ?? '');
  if (named === undefined || match === null || !['metrics', 'params', 'tags', 'attributes'].includes(named.kind)) {
    throw new ServiceError(400, `Invalid filter '${text.trim()}': expected a comparison such as metrics.mae < 0.5.`);
  }
  const [, operator = '', single, double, number] = match;
  return (job) => compare(read(job, named.kind, named.key), operator, single ?? double ?? number ?? '');
}

/** A comparison function for one `order_by` entry; runs without a value come last. */
function ordering(text: string): (a: Job, b: Job) => number {
  const named = readField(text.trim());
  const down = /desc$/i.test(named?.rest ?? '');
  return (a, b) => {
    const [first, second] = [a, b].map((job) => read(job, named?.kind ?? '', named?.key ?? ''));
    if (first === undefined || second === undefined || first === second) {
      return Number(first === undefined) - Number(second === undefined);
    }
    return first < second === down ? 1 : -1;
  };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/**
 * Runs for a `runs/search` body: experiments, filter (comparisons joined by `and`), order (newest first unless given)
 * and page. The token of a page is the number of runs before it.
 */
export function searchJobs(workspace: Workspace, body: JsonObject): { jobs: Job[]; nextToken: string | undefined } {
  const experiments = texts(body.experiment_ids);
  const conditions = (textMember(body, 'filter') ?? '')
    .split(/\s+and\s+/i)
    .filter((part) => part.trim() !== '')
    .map(condition);
  const orders = texts(body.order_by).map(ordering);
  const inExperiments = (job: Job) => {
    const id = workspace.experiments.get(textMember(job.properties, 'experimentName') ?? 'Default');
    return experiments.length === 0 || (id !== undefined && experiments.includes(id));
  };
  const found = [...workspace.jobs.values()]
    .filter((job) => inExperiments(job) && conditions.every((fits) => fits(job)))
    .reverse();
  found.sort((a, b) => orders.map((order) => order(a, b)).find((difference) => difference !== 0) ?? 0);
  const start = Number(textMember(body, 'page_token') ?? 0) || 0;
  const size = numberMember(body, 'max_results') ?? pageSize;
  const end = start + size;
  return { jobs: found.slice(start, end), nextToken: end < found.length ? String(end) : undefined };
}
