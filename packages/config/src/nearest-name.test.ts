import { describe, expect, it } from '@jest/globals';
import { editDistance, nearestName } from './nearest-name.ts';

describe('nearestName', () => {
  it.each([
    ['gaet', ['gate', 'rate'], 'gate'],
    ['min_rows', ['min-rows', 'max'], 'min-rows'],
    ['MAE', ['mae'], 'mae'],
    ['xy', ['ab'], undefined],
    ['', ['a'], 'a'],
    ['completely', ['different'], undefined],
    ['a', [], undefined],
  ])('finds for %j among %j: %j', (name, known, nearest) => {
    expect(nearestName(name, known)).toBe(nearest);
  });
});

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', 'abc', 0],
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
  ])('of %j and %j is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});
