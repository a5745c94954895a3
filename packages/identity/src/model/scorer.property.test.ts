import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIELDS } from '../compare/comparison.ts';
import { normalise } from '../normalise/normal-record.ts';
import { anyRecord, populationScorer } from '../testing/people.ts';

/** What a record says in each field that can be left out by itself. */
const ERASED = {
  birthDate: { birthDate: '' },
  gender: { gender: '' },
  identifier: { identifiers: [] },
  email: { emails: [] },
  phone: { phones: [] },
  houseNumber: { houseNumber: '' },
  street: { addressLines: [] },
  locality: { locality: '' },
  postcode: { postcode: '' },
  state: { state: '' },
} as const;
const erasable = Object.keys(ERASED) as (keyof typeof ERASED)[];

describe('a score', () => {
  const score = populationScorer();

  it('is the same whichever record comes first', () => {
    fc.assert(
      fc.property(anyRecord, anyRecord, (one, other) => {
        const [first, second] = [normalise(one), normalise(other)];
        expect(score(first, second)).toEqual(score(second, first));
      }),
    );
  });

  it('is neither raised nor lowered by a field that one side does not know', () => {
    fc.assert(
      fc.property(anyRecord, anyRecord, fc.constantFrom(...erasable), (one, other, field) => {
        const whole = score(normalise(one), normalise(other));
        const partial = score(normalise({ ...one, ...ERASED[field] }), normalise(other));
        expect(partial.weights).toEqual({ ...whole.weights, [field]: 0 });
      }),
    );
  });

  it('of a record that says nothing is the prior alone', () => {
    fc.assert(
      fc.property(anyRecord, (one) => {
        const { weights } = score(normalise(one), normalise({ id: one.id }));
        expect(FIELDS.map((field) => weights[field])).toEqual(FIELDS.map(() => 0));
      }),
    );
  });
});
