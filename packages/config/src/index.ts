export * from './azure-names.ts';
export { type Circuit, parseCircuit, parseEnvironmentFile } from './circuit.ts';
export { endpointNameOf, parseConfig } from './config.ts';
export { type EnvironmentSettings, environmentSettings } from './environment-settings.ts';
export type { GateSettings, MetricRules } from './gate-settings.ts';
export { nearestName } from './nearest-name.ts';
export { type Config, type EnvironmentOverlay, jsonSchemaOfConfig, type SetValues } from './schema.ts';
export { fillSet, fillTemplate, type TemplateValues } from './template.ts';
