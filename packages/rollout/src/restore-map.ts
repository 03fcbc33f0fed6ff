import { normalizeTraffic, type Traffic } from '@switchyard/domain';
import { tagValue } from './tag-value.ts';

/** The split before a rollout, which an abort puts back. */
export interface RestoreMap {
  readonly traffic: Traffic;
  readonly mirrorTraffic: Traffic;
}

/** `blue=90,green=10;m=canary=5`: live shares, then mirrored ones. Nothing live is `;m=`. */
export function formatBase({ traffic, mirrorTraffic }: RestoreMap): string {
  return tagValue(`${formatShares(traffic)};m=${formatShares(mirrorTraffic)}`);
}

/** The inverse of `formatBase`; null when the text is not one. */
export function parseBase(text: string | undefined): RestoreMap | null {
  const [, live, mirror] = /^([^;]*);m=([^;]*)$/.exec(text ?? '') ?? [];
  if (live === undefined || mirror === undefined) return null;
  const traffic = parseShares(live);
  const mirrorTraffic = parseShares(mirror);
  return traffic && mirrorTraffic ? { traffic, mirrorTraffic } : null;
}

function formatShares(traffic: Traffic): string {
  return Object.entries(normalizeTraffic(traffic))
    .map(([name, share]) => `${name}=${share}`)
    .join(',');
}

function parseShares(text: string): Traffic | null {
  if (text === '') return {};
  const shares: [string, number][] = [];
  for (const part of text.split(',')) {
    const [, name, share] = /^([^=]+)=(\d{1,3})$/.exec(part) ?? [];
    if (name === undefined || share === undefined || Number(share) > 100) return null;
    shares.push([name, Number(share)]);
  }
  return normalizeTraffic(Object.fromEntries(shares));
}
