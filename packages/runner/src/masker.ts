/** Replaces secret values in text, as GitHub's runner does in logs, summaries and job outputs. */
export class Masker {
  readonly #values = new Set<string>();
  #pattern: RegExp | undefined;

  constructor(secrets: readonly string[] = []) {
    for (const secret of secrets) this.add(secret);
  }

  /** Hides the value, each of its lines, and its base64, URI and JSON forms. An empty value is ignored. */
  add(value: string): void {
    const lines = value.split(/\r?\n/).map((line) => line.trim());
    for (const part of [value, ...lines]) {
      if (part.trim() === '') continue;
      for (const form of [part, encodeURIComponent(part), JSON.stringify(part).slice(1, -1), ...base64Forms(part)]) {
        this.#values.add(form);
      }
    }
    this.#pattern = undefined;
  }

  mask(text: string): string {
    if (this.#values.size === 0) return text;
    this.#pattern ??= new RegExp(
      // Longest first, so that a value inside another does not leave the rest of it readable.
      [...this.#values]
        .sort((a, b) => b.length - a.length)
        .map(escapePattern)
        .join('|'),
      'g',
    );
    return text.replace(this.#pattern, '***');
  }
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Base64 of the value at the three places it can take inside a longer text; short values would hide common words. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  if (bytes.length < 6) return [];
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // Characters at either end also carry bits of the neighbours.
    const start = shift === 0 ? 0 : shift + 1;
    const whole = (bytes.length + shift) % 3 === 0;
    return encoded.slice(start, whole ? undefined : -1);
  });
}
