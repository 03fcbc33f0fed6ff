import { digestOf } from '@switchyard/documents';

/** What makes two deployments behave alike. Instance count and tags are left out: they change without a rollout. */
export interface ConfighashInput {
  readonly model: string;
  readonly version: string;
  /** Reference of the ML environment. */
  readonly environment: string | null;
  /** Digest of the scoring code. */
  readonly code: string | null;
  readonly instanceType: string | null;
  /** Request, liveness and readiness settings, as sent. */
  readonly settings: unknown;
  /** Values are hashed one by one and never kept. */
  readonly environmentVariables: Readonly<Record<string, string>>;
}

/** The first 12 hex digits of a digest over the settings. */
export function confighashOf(input: ConfighashInput): string {
  const variables = Object.entries(input.environmentVariables).map(([name, value]) => [name, digestOf(value)]);
  return shortDigest({ ...input, environmentVariables: Object.fromEntries(variables) });
}

/** 12 hex digits: enough to tell one endpoint's deployments apart, short enough for a tag. */
export function shortDigest(value: unknown): string {
  return digestOf(value).slice('sha256:'.length, 'sha256:'.length + 12);
}
