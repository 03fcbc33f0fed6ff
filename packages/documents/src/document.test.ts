import { describe, expect, it } from '@jest/globals';
import { isSwitchyardError, type SwitchyardError } from '@switchyard/domain';
import {
  canonicalJson,
  type DocumentName,
  digestOf,
  documentSchemas,
  formatDocument,
  jsonSchemaOf,
  parseDocument,
} from './document.ts';

const fingerprint = `sha256:${'ab'.repeat(32)}`;
const evaluation = {
  schema: 'switchyard/evaluation/v1',
  circuit: 'PLANT001_CIRCUIT01',
  data: { fingerprint, rows: 120 },
  metrics: { mae: 1.5, r2: null },
};

/** What parsing refused with; fails when it did not. */
function refusal(name: DocumentName, text: string): SwitchyardError {
  try {
    parseDocument(name, text, 'report.json');
  } catch (error) {
    if (isSwitchyardError(error)) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('parseDocument', () => {
  it('reads what formatDocument wrote', () => {
    expect(parseDocument('evaluation', formatDocument(evaluation), 'evaluation.json')).toEqual(evaluation);
  });

  it('keeps "not computed" apart from a number', () => {
    expect(parseDocument('evaluation', JSON.stringify(evaluation), 'x').metrics).toEqual({ mae: 1.5, r2: null });
  });

  it.each(['', 'not json', '{ "schema": ', 'NaN'])('refuses %j as no JSON, and names the file', (text) => {
    const error = refusal('verdict', text);
    expect(error.code).toBe('DOCUMENT_NOT_JSON');
    expect(error.message).toBe(
      'DOCUMENT_NOT_JSON: report.json is not JSON; expected a verdict document; pass the report file that the step before wrote, unchanged',
    );
    expect(error.cause).toBeInstanceOf(SyntaxError);
  });

  it.each([
    ['null', null, 'report.json at /:'],
    ['a list', [], 'report.json at /:'],
    ['another document', { ...evaluation, schema: 'switchyard/verdict/v1' }, 'report.json at /schema:'],
    ['a newer schema', { ...evaluation, schema: 'switchyard/evaluation/v2' }, 'report.json at /schema:'],
    ['a field too little', { ...evaluation, circuit: undefined }, 'report.json at /circuit:'],
    ['a wrong type deep inside', { ...evaluation, metrics: { mae: '1.5' } }, 'report.json at /metrics/mae:'],
    ['a negative count', { ...evaluation, data: { fingerprint, rows: -1 } }, 'report.json at /data/rows:'],
    [
      'a short digest',
      { ...evaluation, data: { fingerprint: 'sha256:ab', rows: 1 } },
      'report.json at /data/fingerprint:',
    ],
  ])('refuses %s and points at it', (_what, value, place) => {
    const error = refusal('evaluation', JSON.stringify(value));
    expect(error.code).toBe('DOCUMENT_INVALID');
    expect(error.seen.startsWith(place)).toBe(true);
    expect(error.expected).toBe('a document with "schema": "switchyard/evaluation/v1"');
  });
});

describe('canonicalJson', () => {
  it('sorts keys at every depth and leaves lists in their order', () => {
    const value = { b: [{ d: 1, c: 2 }, 'x'], a: { z: null, y: true } };
    expect(canonicalJson(value)).toBe('{"a":{"y":true,"z":null},"b":[{"c":2,"d":1},"x"]}');
  });

  it.each([
    [null, 'null'],
    ['text', '"text"'],
    [[], '[]'],
    [{}, '{}'],
    [{ a: undefined }, '{}'],
  ])('of %j is %s', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it('orders keys by code unit, numbers-like ones as JavaScript does', () => {
    expect(canonicalJson({ ä: 1, b: 2, B: 3 })).toBe('{"B":3,"b":2,"ä":1}');
    expect(canonicalJson({ b: 1, 2: 1, 10: 1 })).toBe(canonicalJson({ 10: 1, b: 1, 2: 1 }));
  });
});

describe('digestOf', () => {
  it('is the SHA-256 of the canonical JSON', () => {
    // printf '%s' '{}' | sha256sum
    expect(digestOf({})).toBe('sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
  });

  it('does not see the order of keys, and sees everything else', () => {
    expect(digestOf({ a: 1, b: 2 })).toBe(digestOf({ b: 2, a: 1 }));
    expect(digestOf({ a: 1, b: 2 })).not.toBe(digestOf({ a: 2, b: 1 }));
    expect(digestOf([1, 2])).not.toBe(digestOf([2, 1]));
    expect(digestOf(1)).not.toBe(digestOf('1'));
  });
});

describe('formatDocument', () => {
  it('is indented and ends with one newline', () => {
    expect(formatDocument({ a: [] })).toBe('{\n  "a": []\n}\n');
  });
});

describe('every document', () => {
  it.each(Object.keys(documentSchemas) as DocumentName[])('%s names itself in its schema field', (name) => {
    expect(documentSchemas[name].shape.schema.value).toBe(`switchyard/${name}/v1`);
  });

  it.each(Object.keys(documentSchemas) as DocumentName[])('%s has a JSON Schema that requires that field', (name) => {
    expect(jsonSchemaOf(name)).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      required: expect.arrayContaining(['schema']),
    });
  });
});
