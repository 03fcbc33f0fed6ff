/**
 * Names as Azure ML accepts them.
 * Source: https://learn.microsoft.com/azure/machine-learning/how-to-manage-quotas (endpoints, deployments)
 * and the pattern of assets in the REST specification (models; registries refuse dots).
 */
export const endpointNameRule = '3 to 32 letters, digits and single dashes, with a letter first and no dash at the end';

export function isEndpointName(name: string): boolean {
  return name.length >= 3 && name.length <= 32 && /^[A-Za-z](?:-?[A-Za-z0-9])*$/.test(name);
}

export const modelNameRule = 'up to 255 letters, digits, dashes and underscores, with a letter or digit first';

export function isModelName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$/.test(name);
}
