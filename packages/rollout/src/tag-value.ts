import { SwitchyardError } from '@switchyard/domain';

/**
 * Longest value of a tag.
 * Source: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
 */
export const TAG_VALUE_LIMIT = 256;

/** @throws SwitchyardError `ROLLOUT_TAG_TOO_LONG`. */
export function tagValue(text: string): string {
  if (text.length <= TAG_VALUE_LIMIT) return text;
  throw new SwitchyardError({
    code: 'ROLLOUT_TAG_TOO_LONG',
    seen: `a tag value of ${text.length} characters (${text.slice(0, 40)}…)`,
    expected: `at most ${TAG_VALUE_LIMIT} characters`,
    next: 'use shorter deployment and model names, or fewer deployments with traffic',
  });
}

/** Joins as many of the first entries as fit into one tag value. */
export function joinFitting(entries: readonly string[], separator: string): string {
  let text = '';
  for (const entry of entries) {
    const longer = text === '' ? entry : `${text}${separator}${entry}`;
    if (longer.length > TAG_VALUE_LIMIT) break;
    text = longer;
  }
  return text;
}
