export { ConcurrencyGroups } from './concurrency.ts';
export type * from './event.ts';
export { type GitHubOptions, startGitHub } from './github/start-github.ts';
export type * from './local-github.ts';
export type { CancelGrace } from './process.ts';
export type * from './run-options.ts';
export type * from './run-result.ts';
export { runWorkflow } from './run-workflow.ts';
