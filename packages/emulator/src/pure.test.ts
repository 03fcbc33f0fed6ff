import { describe, expect, it } from '@jest/globals';
import { canonicalPath } from './canonical-path.ts';
import { fillCommand, unknownNames } from './compute/run-plan.ts';
import { percentile } from './compute/scoring-metrics.ts';
import { Slots } from './compute/slots.ts';
import { canonicalJson, durationMilliseconds, member, stringMap } from './fields.ts';
import { parseSeed } from './parse-seed.ts';
import { seededRandom } from './random.ts';

describe('canonicalPath', () => {
  it('lowers the fixed parts of an ARM path and keeps the names', () => {
    const path =
      '/Subscriptions/S1/resourceGroups/Rg/providers/Microsoft.MachineLearningServices/Workspaces/Ws/Models/Models/Versions/V1';
    expect(canonicalPath(path)).toBe(
      '/subscriptions/S1/resourcegroups/Rg/providers/microsoft.machinelearningservices/workspaces/Ws/models/Models/versions/V1',
    );
  });

  it('lowers data plane paths from the same places', () => {
    expect(
      canonicalPath('/history/v1.0/subscriptions/S/resourceGroups/G/providers/X.Y/workspaces/W/runs/Run/details'),
    ).toBe('/history/v1.0/subscriptions/S/resourcegroups/G/providers/x.y/workspaces/W/runs/Run/details');
  });

  it('leaves other paths alone', () => {
    expect(canonicalPath('/Tenant/oauth2/v2.0/Token')).toBe('/Tenant/oauth2/v2.0/Token');
  });
});

describe('fields', () => {
  it('equal content gives equal text, whatever the order and the nulls', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 2 }], a: 'x' })).toBe(
      canonicalJson({ a: 'x', b: [1, { c: 2 }], e: null }),
    );
  });

  it('a member is found in any letter case, and the exact name wins', () => {
    expect(member({ Uri: 1 }, 'uri')).toBe(1);
    expect(member({ URI: 1, uri: 2 }, 'uri')).toBe(2);
    expect(member([], 'uri')).toBeUndefined();
  });

  it.each([
    ['PT5S', 5000],
    ['PT0.5S', 500],
    ['P1DT1M', 86_460_000],
    ['PT2H', 7_200_000],
  ])('the duration %s is read', (text, milliseconds) => {
    expect(durationMilliseconds(text)).toBe(milliseconds);
  });

  it.each([undefined, '', 'P', 'PT', '5s', 'PT5'])('%p is no duration', (text) => {
    expect(durationMilliseconds(text)).toBeUndefined();
  });

  it('a string map drops nulls and writes numbers as text', () => {
    expect(stringMap({ a: 1, b: null, c: 'x' })).toEqual({ a: '1', c: 'x' });
    expect(stringMap('x')).toEqual({});
  });
});

describe('commands', () => {
  const values = { inputs: new Map([['lr', '0.1']]), outputs: new Map([['model', '/out/model']]) };
  const of = (name: string) => `$\{{${name}}}`;

  it('inputs and outputs are put in', () => {
    expect(fillCommand(`train --lr ${of('inputs.lr')} --out ${of(' outputs.model ')}`, values)).toBe(
      'train --lr 0.1 --out /out/model',
    );
  });

  it('an optional part goes when its input is absent, and stays when it is there', () => {
    expect(fillCommand(`train $[[--seed ${of('inputs.seed')}]]`, values)).toBe('train ');
    expect(fillCommand(`train $[[--lr ${of('inputs.lr')}]]`, values)).toBe('train --lr 0.1');
  });

  it('names that are not declared are found, except in optional parts', () => {
    const command = `x ${of('inputs.a')} ${of('outputs.b')} $[[${of('inputs.c')}]]`;
    expect(unknownNames(command, ['a'], [])).toEqual(['outputs.b']);
  });
});

describe('numbers', () => {
  it('one seed gives one sequence', () => {
    const [first, second] = [seededRandom(7), seededRandom(7)];
    const draw = (random: () => number) => Array.from({ length: 5 }, random);
    expect(draw(first)).toEqual(draw(second));
  });

  it('the draws are spread evenly', () => {
    const random = seededRandom(1);
    const below = Array.from({ length: 10_000 }, random).filter((number) => number < 0.1).length;
    expect(below).toBeGreaterThan(900);
    expect(below).toBeLessThan(1100);
  });

  it('a percentile is the nearest rank', () => {
    expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3);
    expect(percentile([5, 1, 4, 2, 3], 0.99)).toBe(5);
    expect(percentile([], 0.5)).toBe(0);
  });
});

describe('Slots', () => {
  it('places are given in the order of asking, and giving one back twice counts once', async () => {
    const slots = new Slots(1);
    const order: string[] = [];
    const first = await slots.take();
    const noted = async (name: string) => {
      const give = await slots.take();
      order.push(name);
      return give;
    };
    const second = noted('second');
    const third = noted('third');
    first();
    first();
    (await second)();
    await third;
    expect(order).toEqual(['second', 'third']);
  });

  it('an abandoned wait takes no place', async () => {
    const slots = new Slots(1);
    const give = await slots.take();
    const leaving = new AbortController();
    const abandoned = slots.take(leaving.signal);
    leaving.abort();
    await expect(abandoned).rejects.toThrow('given up');
    give();
    await expect(slots.take()).resolves.toBeDefined();
  });
});

describe('parseSeed', () => {
  it('reads a seed', () => {
    expect(parseSeed('{"workspaces":[{"name":"w","resourceGroup":"g"}]}')).toEqual({
      workspaces: [{ name: 'w', resourceGroup: 'g' }],
    });
  });

  it.each([
    ['[]', 'JSON object'],
    ['{"workspace":[]}', 'unknown member "workspace"'],
    ['{"registries":{}}', 'must be a list'],
    ['{"workspaces":[{"name":"w"}]}', 'needs the text "resourceGroup"'],
    ['{"identities":[7]}', 'entry 0 of "identities"'],
  ])('%s is refused', (text, reason) => {
    expect(() => parseSeed(text)).toThrow(reason);
  });
});
