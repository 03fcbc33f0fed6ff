/** A metric for people: six significant digits, no trailing zeros. */
export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** 0.0213 as `2.13 %`. */
export function formatShare(share: number): string {
  return `${formatNumber(share * 100)} %`;
}
