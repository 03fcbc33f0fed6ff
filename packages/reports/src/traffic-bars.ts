import { normalizeTraffic, type Traffic } from '@switchyard/domain';

/** Characters of a full bar: one for five percent. */
const BAR_WIDTH = 20;

/** A split as text bars, one line a deployment; a share above zero always shows. */
export function renderTrafficBars(traffic: Traffic): string {
  const entries = Object.entries(normalizeTraffic(traffic));
  if (entries.length === 0) return 'no live traffic';
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries
    .map(([name, share]) => {
      const filled = Math.max(1, Math.round((share / 100) * BAR_WIDTH));
      const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
      return `${name.padEnd(width)} ${bar} ${String(share).padStart(3)} %`;
    })
    .join('\n');
}

/** Text in a code block. */
export function fence(text: string): string {
  return `\`\`\`text\n${text.replaceAll('```', "'''")}\n\`\`\``;
}
