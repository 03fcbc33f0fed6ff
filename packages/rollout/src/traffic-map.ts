import { formatTraffic, normalizeTraffic, SwitchyardError, type Traffic } from '@switchyard/domain';

export interface TrafficRequest {
  readonly traffic: Traffic;
  /** Names of the endpoint's deployments. */
  readonly deployments: readonly string[];
  /** A total of 0 is right only when a first deployment failed. */
  readonly allowNone?: boolean;
}

/**
 * Checks a split before it is written: whole shares from 0 to 100, only deployments that exist, 100 in total.
 * @throws SwitchyardError `ROLLOUT_TRAFFIC_INVALID`.
 */
export function validateTraffic({ traffic, deployments, allowNone = false }: TrafficRequest): void {
  const entries = Object.entries(traffic);
  const total = entries.reduce((sum, [, share]) => sum + share, 0);
  const wrong = entries.find(([, share]) => !Number.isInteger(share) || share < 0 || share > 100);
  const unknown = entries.find(([name]) => !deployments.includes(name));
  if (wrong) throw invalid(traffic, `whole shares from 0 to 100, not ${wrong[1]} for "${wrong[0]}"`);
  if (unknown)
    throw invalid(traffic, `only deployments that exist (${deployments.join(', ') || 'none'}), not "${unknown[0]}"`);
  if (total !== 100 && !(allowNone && total === 0)) throw invalid(traffic, `a total of 100, not ${total}`);
}

function invalid(traffic: Traffic, expected: string): SwitchyardError {
  return new SwitchyardError({
    code: 'ROLLOUT_TRAFFIC_INVALID',
    kind: 'failure',
    seen: `traffic ${formatTraffic(traffic)}`,
    expected,
    next: 'nothing was written; look at the endpoint and plan again',
  });
}

/**
 * The split that gives `share` percent to `slot` and leaves the rest as `base` had it, in proportion.
 * An empty base gives everything to `slot`.
 */
export function trafficAt(base: Traffic, slot: string, share: number): Traffic {
  const others = Object.entries(normalizeTraffic(base)).filter(([name]) => name !== slot);
  const total = others.reduce((sum, [, value]) => sum + value, 0);
  if (total === 0 || share === 100) return { [slot]: 100 };
  const rest = 100 - share;
  const parts = others.map(([name, value]) => ({
    name,
    whole: Math.floor((value * rest) / total),
    left: (value * rest) % total,
  }));
  let missing = rest - parts.reduce((sum, part) => sum + part.whole, 0);
  const shares = new Map<string, number>([[slot, share]]);
  // Largest remainders get what rounding down left over.
  for (const part of parts.sort((a, b) => b.left - a.left)) {
    shares.set(part.name, part.whole + (missing > 0 ? 1 : 0));
    missing -= 1;
  }
  return normalizeTraffic(Object.fromEntries(shares));
}
