// Goal: the checks that look for what may not be there agree with the expressions R4 publishes.
// Method: short texts over the characters that decide.
import { runs } from '@holdfast/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definitions } from '../definitions.ts';
import { primitiveCheck } from './primitive-checks.ts';

const TYPES = ['uri', 'url', 'canonical', 'code', 'base64Binary'] as const;
const arbitraryText = fc
  .array(fc.constantFrom('a', 'Z', '0', '+', '/', '=', ' ', '\n', '\t', '-', 'é', 'abcd'), {
    minLength: 1,
    maxLength: 12,
  })
  .map((signs) => signs.join(''));

/** R4's expression lets padding stand anywhere; what it cannot mean is refused. */
const isDecodable = (text: string): boolean => !/=(?:[\s\S]*[^=\s]|\s+=)|===/.test(text);

describe('a text', () => {
  it('is valid exactly where the published expression says so', () => {
    fc.assert(
      fc.property(arbitraryText, fc.constantFrom(...TYPES), (text, type) => {
        const source = definitions().primitives[type]?.regex ?? '';
        const matches = new RegExp(`^(?:${source})$`).test(text);
        const expected = matches && (type !== 'base64Binary' || isDecodable(text));
        expect(primitiveCheck(type)(text) === undefined, `${type} ${text}`).toBe(expected);
      }),
      { numRuns: runs(5000) },
    );
  });
});
