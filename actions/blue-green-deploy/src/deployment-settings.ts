import type { Config, EnvironmentSettings } from '@switchyard/config';
import { SwitchyardError } from '@switchyard/domain';

/** What decides how a deployment goes; inputs first, then switchyard.yml. */
export interface DeploymentSettings {
  readonly endpointFile: string;
  readonly file: string;
  /** Percent on the new slot, step by step. */
  readonly steps: readonly number[];
  readonly stepSeconds: number;
  readonly minRequests: number;
  /** Template of the path of the sample request. */
  readonly sampleRequest: string | undefined;
}

interface Inputs {
  readonly 'endpoint-file': string | undefined;
  readonly file: string | undefined;
  readonly 'traffic-steps': readonly string[];
  readonly 'step-seconds': string | undefined;
  readonly 'min-requests': string | undefined;
  readonly 'sample-request': string | undefined;
}

/** @throws SwitchyardError `CONFIG_DEPLOYMENT_MISSING`, `INPUT_INVALID`. */
export function deploymentSettings(
  config: Config,
  environment: EnvironmentSettings,
  inputs: Inputs,
): DeploymentSettings {
  const { deployment } = config;
  if (deployment === undefined) {
    throw new SwitchyardError({
      code: 'CONFIG_DEPLOYMENT_MISSING',
      seen: 'switchyard.yml has no "deployment:"',
      expected: 'the az ml files of endpoint and deployment',
      next: 'add deployment with endpoint-file, file and endpoint-name',
    });
  }
  const steps = inputs['traffic-steps'].map((text) => wholeNumber('traffic-steps', text, 100));
  return {
    endpointFile: inputs['endpoint-file'] ?? deployment['endpoint-file'],
    file: inputs.file ?? deployment.file,
    steps: steps.length > 0 ? steps : environment['traffic-steps'],
    stepSeconds: optionalNumber('step-seconds', inputs['step-seconds']) ?? environment['step-seconds'],
    minRequests: optionalNumber('min-requests', inputs['min-requests']) ?? environment['min-requests'],
    sampleRequest: inputs['sample-request'] ?? deployment['sample-request'],
  };
}

function optionalNumber(name: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeNumber(name, text, 1_000_000);
}

function wholeNumber(name: string, text: string, max: number): number {
  if (/^\d+$/.test(text) && Number(text) <= max) return Number(text);
  throw new SwitchyardError({
    code: 'INPUT_INVALID',
    seen: `input "${name}" holds ${JSON.stringify(text)}`,
    expected: `whole numbers up to ${max}`,
    next: `correct "${name}" under "with:"`,
  });
}
