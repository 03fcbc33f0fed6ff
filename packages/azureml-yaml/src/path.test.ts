import { describe, expect, it } from '@jest/globals';
import { normalizePath, pathFromDocument, resolveFromDocument } from './path.ts';

describe('paths', () => {
  it.each([
    ['a/./b/../c', 'a/c'],
    ['../a', '../a'],
    ['a/..', '.'],
    ['/a/../../b', '/b'],
    ['a\\b', 'a/b'],
  ])('%s is %s', (path, normal) => {
    expect(normalizePath(path)).toBe(normal);
  });

  it('a path is seen from the folder of its document', () => {
    expect(resolveFromDocument('azureml/train.yml', '../src')).toBe('src');
    expect(resolveFromDocument('train.yml', './src/')).toBe('src');
    expect(resolveFromDocument('azureml/train.yml', '/abs/x')).toBe('/abs/x');
  });

  it.each([
    ['azureml/train.yml', 'data/a.csv'],
    ['azureml/jobs/train.yml', 'azureml/conda.yml'],
    ['train.yml', 'data/a.csv'],
    ['azureml/train.yml', 'azureml/a.csv'],
  ])('the way from %s to %s leads there', (document, path) => {
    expect(resolveFromDocument(document, pathFromDocument(document, path))).toBe(path);
  });
});
