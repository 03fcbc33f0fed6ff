/** An id as component specifications hold it: ARM ids and placeholders get `azureml:` before them. */
export function specId(id: string | undefined): string | undefined {
  return id === undefined || id.startsWith('azureml:') ? id : `azureml:${id}`;
}

export interface ComponentHead {
  readonly name: string | undefined;
  readonly version: string | undefined;
}

/** Name and version of a component that only the document that holds it uses. */
export const anonymous: ComponentHead = { name: 'azureml_anonymous', version: '1' };
