import { formatModel, type ModelReference } from './observation.ts';
import { joinFitting } from './tag-value.ts';

/** Longest deny list; the oldest entry falls off. */
const DENY_LIMIT = 8;

/** `model:version` pairs, the newest first, separated by commas. */
export function formatDenyList(models: readonly ModelReference[]): string {
  return joinFitting(models.slice(0, DENY_LIMIT).map(formatModel), ',');
}

export function parseDenyList(text: string | undefined): ModelReference[] {
  return (text ?? '').split(',').flatMap((entry) => {
    const [, name, version] = /^([^:]+):([^:]+)$/.exec(entry.trim()) ?? [];
    return name !== undefined && version !== undefined ? [{ name, version }] : [];
  });
}

export function isDenied(denied: readonly ModelReference[], model: ModelReference): boolean {
  return denied.some(({ name, version }) => name === model.name && version === model.version);
}

/** The list with `model` in front, once. */
export function deny(denied: readonly ModelReference[], model: ModelReference): ModelReference[] {
  return [model, ...denied.filter(({ name, version }) => name !== model.name || version !== model.version)];
}
