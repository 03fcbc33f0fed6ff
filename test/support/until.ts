const PAUSE_MS = 50;
const LIMIT_MS = 30_000;

/** Asks again and again until the answer is a value, and fails with `what` when none came. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + LIMIT_MS;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error(`waited ${LIMIT_MS / 1000} s for: ${what}`);
}
