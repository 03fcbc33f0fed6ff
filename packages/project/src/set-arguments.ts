import { pathFromDocument } from '@switchyard/azureml-yaml';

/**
 * Values of switchyard.yml as az ml `--set` arguments for one document. Paths in switchyard.yml start at the root of
 * the repository, paths in an az ml document at its own folder: values set at `*.path` are translated, asset
 * references and URIs are left alone.
 */
export function setArguments(documentFile: string, values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).map(([path, value]) => {
    const isFile = path.endsWith('.path') && !/^[a-z]+:/i.test(value) && !value.startsWith('/');
    return `${path}=${isFile ? pathFromDocument(documentFile, value) : value}`;
  });
}
