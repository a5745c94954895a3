import { ok } from '@holdfast/kernel';
import { runs } from '@holdfast/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from './json.ts';
import { duplicateNamePath, hasDuplicateName } from './json-names.ts';
import {
  countNumbers,
  editAsWritten,
  hasNumberOutOfRange,
  stringifyAsWritten,
  writtenNumbers,
} from './json-numbers.ts';

const spelledNumber = fc.oneof(
  fc.constantFrom(
    '1.10',
    '0',
    '-0',
    '-0.0',
    '1E3',
    '1e-7',
    '0.000',
    '12345678901234567890',
    '98.60',
  ),
  fc
    .tuple(fc.integer(), fc.stringMatching(/^\d{1,20}$/))
    .map(([whole, rest]) => `${whole}.${rest}`),
);
/** JSON texts with numbers spelt in any way and strings that look like numbers. */
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    spelledNumber,
    fc
      .oneof(fc.string(), fc.constantFrom('1.10', '"', '\\', '\uE0001.10', ':'))
      .map((s) => JSON.stringify(s)),
    fc.constantFrom('true', 'null'),
    fc.array(tie('json'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc
      .uniqueArray(fc.tuple(fc.stringMatching(/^[a-z":\\]{1,4}$/), tie('json')), {
        maxLength: 4,
        selector: ([name]) => name,
      })
      .map((pairs) => `{${pairs.map(([k, v]) => `${JSON.stringify(k)}:${v}`).join(',')}}`),
  ),
}));

describe('numbers as written', () => {
  it('come back byte for byte, whatever stands around them', () => {
    fc.assert(
      fc.property(json, (text) => {
        const value = JSON.parse(text) as JsonValue;
        expect(stringifyAsWritten(value, writtenNumbers(text))).toBe(text);
        expect(writtenNumbers(text)?.length ?? countNumbers(value)).toBe(countNumbers(value));
      }),
      { numRuns: runs(300) },
    );
  });

  it('survive a change of structure', () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        const swapped = editAsWritten([one, other], ([a = null, b = null]) => ok([b, a, b]));
        const kept = /\\ue000|\uE000/i.test(one + other)
          ? [other, one, other].map((text) => JSON.stringify(JSON.parse(text)))
          : [other, one, other];
        expect(swapped).toEqual(ok(`[${kept.join(',')}]`));
      }),
      { numRuns: runs(300) },
    );
  });

  it('beyond a double are found', () => {
    expect(hasNumberOutOfRange('{"a":[1,-1e999]}')).toBe(true);
    expect(hasNumberOutOfRange('{"a":[1,1e300,"1e999"]}')).toBe(false);
  });
});

describe('a name that comes twice in one object', () => {
  it('is found, and only that', () => {
    fc.assert(
      fc.property(json, (text) => {
        expect(hasDuplicateName(text, JSON.parse(text) as JsonValue)).toBe(false);
        expect(duplicateNamePath(text)).toBeUndefined();
        const twice = `{"a":[0,{"b":${text},"c":1,"b" :2}]}`;
        expect(hasDuplicateName(twice, JSON.parse(twice) as JsonValue)).toBe(true);
        expect(duplicateNamePath(twice)).toBe('a[1].b');
      }),
      { numRuns: runs(300) },
    );
  });
});
