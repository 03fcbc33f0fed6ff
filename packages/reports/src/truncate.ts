/** GitHub refuses a step summary above 1 MiB; this leaves room for what others add. */
const SUMMARY_LIMIT = 900_000;

/**
 * Cuts the middle out of a text that is too long: its beginning says what it is about, its end how it ended.
 * @param limit Bytes in UTF-8, the mark included.
 */
export function truncateMiddle(text: string, limit: number = SUMMARY_LIMIT): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= limit) return text;
  const mark = `\n\n… ${bytes.length} bytes, cut to ${limit} …\n\n`;
  const room = Math.max(0, limit - new TextEncoder().encode(mark).length);
  const headEnd = characterStart(bytes, Math.ceil(room / 2), -1);
  const tailStart = characterStart(bytes, bytes.length - Math.floor(room / 2), 1);
  const decoder = new TextDecoder();
  return `${decoder.decode(bytes.subarray(0, headEnd))}${mark}${decoder.decode(bytes.subarray(tailStart))}`;
}

/** The nearest place that does not split a character; bytes inside one begin with the bits 10. */
function characterStart(bytes: Uint8Array, index: number, step: 1 | -1): number {
  let place = index;
  while (place > 0 && place < bytes.length && ((bytes[place] ?? 0) & 0xc0) === 0x80) place += step;
  return place;
}
