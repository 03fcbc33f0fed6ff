export { type AzureSettings, azureInputs, azureSettings } from './azure.ts';
export { systemClock } from './clock.ts';
export {
  type ActionContext,
  type ActionDefinition,
  type ActionResult,
  defineAction,
  type InputParsers,
  type InputValues,
} from './define-action.ts';
export { type Environment, readEnvironment } from './environment.ts';
export { readTextFile, writeJsonFile } from './files.ts';
export { type InputParser, input } from './input.ts';
export { parseInputs } from './parse-inputs.ts';
export { runAction } from './run-action.ts';
