/** What decides whether a request is sent again. */
export interface Attempt {
  readonly method: string;
  /** A POST that only reads (`listKeys`) may be repeated like a GET. */
  readonly isIdempotent: boolean;
  /** HTTP status, or undefined when no answer came. */
  readonly status: number | undefined;
  /** System code of the connection failure, when there was one. */
  readonly networkCode: string | undefined;
  /** `Retry-After` in milliseconds, when the service gave one. */
  readonly retryAfter: number | undefined;
  /** Attempts made so far, from 1. */
  readonly count: number;
  /** From 0 to 1. */
  readonly random: number;
}

const idempotentMethods = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);
// Before a connection stands nothing was processed, so even a POST may be sent again.
const beforeConnection = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);
const maxAttempts = { throttled: 7, failed: 4 } as const;
const firstDelay = 800;
const longestDelay = 30_000;

/**
 * Milliseconds to wait before the next attempt, or undefined to give up. 429 and 503 were not processed and are always
 * repeated, with and without `Retry-After`; other 5xx and broken connections only where a repetition does no harm.
 */
export function retryDelay(attempt: Attempt): number | undefined {
  const { status, count } = attempt;
  const isThrottled = status === 429 || status === 503;
  const isSafe = attempt.isIdempotent || idempotentMethods.has(attempt.method);
  const isBroken = status === undefined && (isSafe || beforeConnection.has(attempt.networkCode ?? ''));
  const isServerError = status !== undefined && (status >= 500 || status === 408) && isSafe;
  if (!isThrottled && !isBroken && !isServerError) return undefined;
  if (count >= (isThrottled ? maxAttempts.throttled : maxAttempts.failed)) return undefined;
  if (attempt.retryAfter !== undefined) return attempt.retryAfter;
  const growing = Math.min(firstDelay * 2 ** (count - 1), longestDelay);
  return Math.round(growing * (0.75 + attempt.random / 2));
}

/** Reads `Retry-After`: seconds or an HTTP date, in milliseconds from `now`. */
export function parseRetryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
