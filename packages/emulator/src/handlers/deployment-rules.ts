import { ServiceError } from '../errors.ts';
import { durationMilliseconds, numberMember, objectMember, textMember } from '../fields.ts';
import type { Platform } from '../platform.ts';
import { param, type ServiceRequest } from '../request.ts';
import type { OnlineDeployment, OnlineEndpoint } from '../state/records.ts';
import { commonFindings, type Finding, isBusy, refuseFindings } from './tracked.ts';

const deploymentsPerEndpoint = 20;
const longestTimeout = 180_000;

/** The most instances that a deployment can have. */
export const instancesPerDeployment = 50;

/** Findings about the instance count of a `sku`. */
export function capacityFindings(sku: unknown): Finding[] {
  const capacity = numberMember(sku, 'capacity') ?? 1;
  const fits = Number.isInteger(capacity) && capacity >= 1 && capacity <= instancesPerDeployment;
  const message = `The instance count must be from 1 to ${instancesPerDeployment}.`;
  return fits ? [] : [{ property: 'Sku.Capacity', message, value: capacity, code: 'InclusiveBetweenValidator' }];
}

/** Refuse a deployment's body that the service does not take, with all findings at once. */
export function checkDeployment(request: ServiceRequest, endpoint: OnlineEndpoint): void {
  const properties = objectMember(request.body, 'properties');
  const findings = [
    ...commonFindings(param(request, 'deployment'), request.body),
    ...capacityFindings(request.body.sku),
  ];
  const add = (property: string, message: string, value: unknown) =>
    findings.push({ property, message, value, code: 'PredicateValidator' });
  const compute = textMember(properties, 'endpointComputeType');
  if (!['managed', 'kubernetes'].includes(compute?.toLowerCase() ?? '')) {
    add('EndpointComputeType', 'The emulator runs deployments of endpointComputeType Managed and Kubernetes.', compute);
  }
  if (textMember(objectMember(properties, 'codeConfiguration'), 'scoringScript') === undefined) {
    const message =
      'The emulator needs codeConfiguration.scoringScript; it does not serve models without a scoring script.';
    add('CodeConfiguration.ScoringScript', message, null);
  }
  const timeout = textMember(objectMember(properties, 'requestSettings'), 'requestTimeout') ?? 'PT5S';
  const milliseconds = durationMilliseconds(timeout);
  if (milliseconds === undefined || milliseconds < 1 || milliseconds > longestTimeout) {
    add('RequestSettings.RequestTimeout', 'The request timeout must be a duration of at most 180 seconds.', timeout);
  }
  const known = endpoint.deployments.has(param(request, 'deployment').toLowerCase());
  if (!known && endpoint.deployments.size >= deploymentsPerEndpoint) {
    add(
      'Deployments',
      `An endpoint can have at most ${deploymentsPerEndpoint} deployments.`,
      endpoint.deployments.size,
    );
  }
  refuseFindings(findings);
}

/** Refuse what the switches say the service does not take. */
export function refuseBySwitch(
  platform: Platform,
  endpoint: OnlineEndpoint,
  existing: OnlineDeployment | undefined,
): void {
  const { parallelDeployments, failedDeploymentPut, endpointBusyStatus } = platform.switches;
  const other = [...endpoint.deployments.values()].find((one) => one !== existing && isBusy(one));
  if (parallelDeployments === 'refuse' && other !== undefined) {
    const text = `Cannot write a deployment of endpoint ${endpoint.name} because deployment ${other.name} is in ${other.provisioningState} provisioning state.`;
    throw new ServiceError(endpointBusyStatus, text, { inner: 'Conflict' });
  }
  if (failedDeploymentPut === 'refuse' && existing?.provisioningState === 'Failed') {
    throw new ServiceError(400, `Deployment ${existing.name} is in Failed provisioning state. Delete it first.`);
  }
}
