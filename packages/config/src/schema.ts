import { z } from 'zod';
import { gateOverlay, gateSettings } from './gate-settings.ts';

const path = z.string().min(1);

const setValues = z
  .record(z.string().min(1), z.union([z.string(), z.number(), z.boolean()]))
  .describe(
    `Values written over fields of the file, as with az ml --set. \${circuit} is the name of the circuit, \${circuit.file} its file, \${circuit.x} its field x, \${environment} the environment.`,
  );
export type SetValues = z.infer<typeof setValues>;

/** Shares of the challenger, step by step. The order is checked in `check-config.ts`. */
const trafficSteps = z
  .array(z.int().min(1).max(100))
  .min(1)
  .describe('Percent of live traffic on the new deployment, step by step; rising, and 100 at the end.');

const environmentOverlay = z.strictObject({
  'resource-group': z.string().min(1).describe('Resource group of the workspace.'),
  'workspace-name': z.string().min(1).describe('Azure ML workspace of this environment.'),
  'subscription-id': z.string().min(1).describe('Only where it is not AZURE_SUBSCRIPTION_ID.').optional(),
  gate: gateOverlay.describe('Changes to the gate in this environment.').optional(),
  'traffic-steps': trafficSteps.optional(),
  'step-seconds': z.number().min(0).describe('Shortest time on one traffic step, in seconds.').optional(),
  'min-requests': z.int().min(0).describe('Fewest requests the new deployment must answer on one step.').optional(),
  'instance-count': z.int().min(1).optional(),
  'instance-type': z.string().min(1).optional(),
});
export type EnvironmentOverlay = z.infer<typeof environmentOverlay>;

/** `switchyard.yml`, as written. */
export const configSchema = z
  .strictObject({
    strategy: z
      .enum(['gitflow', 'integration', 'production-development', 'github-flow'])
      .describe('How branches map to environments.'),
    circuits: z.strictObject({
      files: path.describe('Glob of the circuit files, one file a circuit.'),
      shared: z.array(path).default([]).describe('Globs; a change of one of these files affects every circuit.'),
      environment: path.describe('File whose `version` retrains every circuit when it changes.').optional(),
    }),
    training: z.strictObject({
      file: path.describe('The az ml job YAML that trains one circuit.'),
      set: setValues.default({}),
      'model-output': z.string().min(1).describe('Named output of the job that holds the model.'),
      environment: z.string().min(1).default('dev').describe('The only environment in which anything is trained.'),
      'environment-file': path
        .describe(
          'The az ml environment YAML of job and deployment: registered before training, promoted with the model.',
        )
        .optional(),
    }),
    evaluation: z
      .strictObject({
        file: path.describe('The az ml job YAML that scores a model again on the data of today.'),
        set: setValues.default({}),
        output: z.string().min(1).describe('Named output of the job that holds evaluation.json.'),
      })
      .optional(),
    gate: gateSettings,
    deployment: z
      .strictObject({
        'endpoint-file': path.describe('The az ml online endpoint YAML.'),
        file: path.describe('The az ml online deployment YAML.'),
        'endpoint-name': z
          .string()
          .min(1)
          .describe('Name of the endpoint of a circuit in an environment; 3 to 32 characters when filled.'),
        'sample-request': path.describe('JSON body sent to a new deployment before it gets traffic.').optional(),
        set: setValues.default({}),
      })
      .optional(),
    environments: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), environmentOverlay),
    registry: z
      .strictObject({
        'resource-group': z.string().min(1),
        'registry-name': z.string().min(1).describe('Registry that models are promoted to.'),
      })
      .optional(),
  })
  .describe('Settings of Switchyard for one repository.');
export type Config = z.infer<typeof configSchema>;

/** JSON Schema (draft 2020-12) of `switchyard.yml`, for editors. Fields with a default may be left out. */
export function jsonSchemaOfConfig(): object {
  return { title: 'switchyard.yml', ...z.toJSONSchema(configSchema, { io: 'input' }) };
}
