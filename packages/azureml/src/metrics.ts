import { anyCase, arrayAt, objectAt, textAt } from './json.ts';
import type { WorkspaceScope } from './scope.ts';

export interface MetricsOptions {
  /** Names that must be there; none: any metric will do. */
  readonly required?: readonly string[];
  readonly signal?: AbortSignal;
}

// The last metric of a completed job may be readable a little later than its status.
const patience = 30_000;

function metricsIn(body: unknown): Record<string, number> {
  const data = objectAt(objectAt(body, 'run'), 'data');
  const metrics: Record<string, number> = {};
  for (const metric of arrayAt(data, 'metrics')) {
    const key = textAt(metric, 'key');
    const value = anyCase(metric, 'value');
    // MLflow writes what JSON has no number for as text: "NaN", "Infinity".
    const number =
      typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : undefined;
    if (key !== undefined && number !== undefined) metrics[key] = number;
  }
  return metrics;
}

/**
 * The last value of each metric of a job, over MLflow REST. Waits up to 30 s for the required ones; what is missing
 * then is absent from the result. Values that are not finite are kept: a gate tells them from absent ones.
 */
export async function readMetrics(
  scope: WorkspaceScope,
  job: string,
  options: MetricsOptions = {},
): Promise<Record<string, number>> {
  const { transport, clock, settings } = scope.session;
  const { trackingUri } = await scope.info();
  const base = trackingUri.replace(/^azureml:/, 'https:').replace(/\/+$/, '');
  const url = `${base}/api/2.0/mlflow/runs/get?run_id=${encodeURIComponent(job)}`;
  const what = `read the metrics of job "${job}" in ${scope.label}`;
  const deadline = clock.now() + patience;
  for (;;) {
    const answer = await transport.send({ method: 'GET', url, what, accept: [404], signal: options.signal });
    const metrics = metricsIn(answer.body);
    const required = options.required ?? [];
    const isComplete =
      required.length > 0 ? required.every((name) => name in metrics) : Object.keys(metrics).length > 0;
    if (isComplete || clock.now() >= deadline) return metrics;
    await clock.sleep(Math.min(settings.pollSeconds, 5) * 1000, options.signal);
  }
}
