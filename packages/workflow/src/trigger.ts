import type { Trigger } from './workflow.ts';

/** What happened, as far as the filters of `on` look at it. */
export interface TriggerEvent {
  readonly event: string;
  /** Full ref of a push; for pull requests the base branch's. */
  readonly ref: string;
  /** `action` of the payload, where the event has one. */
  readonly activity: string | undefined;
  /** Changed paths; undefined when they are not known, which lets every path filter pass. */
  readonly changedFiles: readonly string[] | undefined;
}

/** Activity types an event reacts to when `types` is not written. Others react to all. */
const defaultTypes: Readonly<Record<string, readonly string[]>> = {
  pull_request: ['opened', 'synchronize', 'reopened'],
  pull_request_target: ['opened', 'synchronize', 'reopened'],
};

/** Why this event does not start the workflow; undefined when it does. */
export function whyNotTriggered(triggers: readonly Trigger[], event: TriggerEvent): string | undefined {
  const trigger = triggers.find((each) => each.event === event.event);
  if (!trigger) return `\`on\` has no \`${event.event}\`, only ${triggers.map((each) => each.event).join(', ')}`;
  const { filters } = trigger;
  const types = filters.types ?? defaultTypes[event.event];
  if (types && event.activity !== undefined && !types.includes(event.activity)) {
    return `activity '${event.activity}' is not one of ${types.join(', ')}`;
  }
  return whyNotRef(filters, event.ref) ?? whyNotPaths(filters, event.changedFiles);
}

function whyNotRef(filters: Trigger['filters'], ref: string): string | undefined {
  const isTag = ref.startsWith('refs/tags/');
  const [kind, otherKind] = isTag ? (['tags', 'branches'] as const) : (['branches', 'tags'] as const);
  const name = ref.replace(/^refs\/(heads|tags)\//, '');
  const only = filters[kind];
  const ignored = filters[`${kind}-ignore`];
  if (only) return matchPatterns(only, name) ? undefined : `'${name}' matches none of \`${kind}\`: ${only.join(', ')}`;
  if (ignored) return matchPatterns(ignored, name) ? `'${name}' is in \`${kind}-ignore\`` : undefined;
  const others = filters[otherKind] ?? filters[`${otherKind}-ignore`];
  return others ? `\`on\` filters by ${otherKind} only, and '${ref}' is not one of them` : undefined;
}

function whyNotPaths(filters: Trigger['filters'], files: readonly string[] | undefined): string | undefined {
  const { paths } = filters;
  const ignored = filters['paths-ignore'];
  if (!files) return undefined;
  if (paths && !files.some((file) => matchPatterns(paths, file))) return 'no changed file matches `paths`';
  if (ignored && files.every((file) => matchPatterns(ignored, file))) return 'every changed file is in `paths-ignore`';
  return undefined;
}

/** GitHub's filter patterns: the last pattern that matches decides; one with `!` in front takes back. */
export function matchPatterns(patterns: readonly string[], name: string): boolean {
  let matched = false;
  for (const pattern of patterns) {
    const negative = pattern.startsWith('!');
    if (patternExpression(negative ? pattern.slice(1) : pattern).test(name)) matched = !negative;
  }
  return matched;
}

/** `*` stops at `/`, `**` does not; `?` and `+` follow the character before them; `[...]` is a set. */
function patternExpression(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/|\*\*|\*|\\.|\[[^\]]*\]|[?+]|[.^$(){}|\\[\]]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?' || part === '+' || part.startsWith('[') || part.length === 2) return part;
    return `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}
