/** Live shares of an online endpoint: deployment name to integer percent. */
export type Traffic = Readonly<Record<string, number>>;

/**
 * The same split without zero entries and with sorted names. Azure ML shows a deployment without
 * traffic either as 0 or not at all; both are one state.
 */
export function normalizeTraffic(traffic: Traffic | null | undefined): Traffic {
  const entries = Object.entries(traffic ?? {}).filter(([, share]) => share !== 0);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function isSameTraffic(a: Traffic | null | undefined, b: Traffic | null | undefined): boolean {
  return formatTraffic(a) === formatTraffic(b);
}

/** `blue=90 green=10`, the form of the az ml flag `--traffic`; `none` when nothing is live. */
export function formatTraffic(traffic: Traffic | null | undefined): string {
  const entries = Object.entries(normalizeTraffic(traffic));
  return entries.length === 0 ? 'none' : entries.map(([name, share]) => `${name}=${share}`).join(' ');
}
