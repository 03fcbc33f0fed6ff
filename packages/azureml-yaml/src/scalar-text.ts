import type { Scalar } from 'yaml';

/** `0.1`, `1.0`, `1e-05`: numbers with a fraction as the official SDK writes them, which are Python's. */
export function fractionText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits = '', exponent = ''] = value.toExponential().split('e');
    const sign = exponent.startsWith('-') ? '-' : '+';
    return `${digits}e${sign}${exponent.slice(1).padStart(2, '0')}`;
  }
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}

/**
 * The text of a plain value. The service keeps literals as text, and components compare that text, so it must be the
 * one the official SDK sends: `true` is `True`, `0.10` is `0.1`.
 */
export function scalarText({ value, source }: Scalar): string {
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value !== 'number') return String(value);
  // YAML 1.1, which az ml reads, has no number without a point before an exponent: `1e-4` is text there.
  if (source !== undefined && /^[-+]?\d+e/i.test(source)) return source;
  const isWhole = source === undefined ? Number.isInteger(value) : /^[-+]?(\d+|0x[\da-f]+|0o[0-7]+)$/i.test(source);
  return isWhole ? String(value) : fractionText(value);
}
