import { SwitchyardError, SwitchyardErrors } from '@switchyard/domain';
import { endpointNameRule, isEndpointName } from './azure-names.ts';
import { checkConfig } from './check-config.ts';
import type { Circuit } from './circuit.ts';
import { checkShape, sortByPlace } from './issues.ts';
import { readYaml } from './positioned-yaml.ts';
import { type Config, configSchema } from './schema.ts';
import { fillTemplate } from './template.ts';

/**
 * Reads `switchyard.yml`. Optional fields with a default are filled.
 * @param file Path for positions in messages.
 * @throws SwitchyardErrors with every mistake, each with its line and column.
 */
export function parseConfig(text: string, file: string): Config {
  const yaml = readYaml(text, file);
  const config = checkShape(yaml, configSchema);
  const errors = checkConfig(config, yaml);
  if (errors.length > 0) throw new SwitchyardErrors(sortByPlace(errors));
  return config;
}

/**
 * Name of a circuit's endpoint in an environment.
 * @throws SwitchyardError `CONFIG_DEPLOYMENT_MISSING`, `CONFIG_ENDPOINT_NAME` or those of `fillTemplate`.
 */
export function endpointNameOf(config: Config, circuit: Circuit, environment: string): string {
  const template = config.deployment?.['endpoint-name'];
  if (template === undefined) {
    throw new SwitchyardError({
      code: 'CONFIG_DEPLOYMENT_MISSING',
      seen: 'the configuration has no "deployment"',
      expected: 'deployment.endpoint-name',
      next: 'add "deployment" to switchyard.yml',
    });
  }
  const name = fillTemplate(template, { circuit, environment });
  if (isEndpointName(name)) return name;
  throw new SwitchyardError({
    code: 'CONFIG_ENDPOINT_NAME',
    seen: `endpoint name "${name}" of ${circuit.name} in ${environment} has ${name.length} characters`,
    expected: endpointNameRule,
    next: `change "endpoint" in ${circuit.file} or deployment.endpoint-name`,
  });
}
