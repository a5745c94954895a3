// Goal: SGN-10, a token never holds more than what binds it. Method: random requests against random
// registrations; the parts are judged by the words they are made of, not by the code under test.
import { isRole, purposeWithin, ROLES } from '@holdfast/consent';
import { runs } from '@holdfast/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundPurposes } from './purposes.ts';
import { grantableScopes } from './requested-scopes.ts';

const types = fc.constantFrom('*', 'Patient', 'Observation');
const permissions = fc.constantFrom('r', 's', 'rs', 'cud', 'cruds');
const filter = fc.constantFrom('', '?category=http://c|lab', '?category=http://c|vital');
const scope = fc
  .tuple(fc.constantFrom('patient', 'user', 'system'), types, permissions, filter)
  .map(([context, type, letters, narrowed]) => `${context}/${type}.${letters}${narrowed}`);
const word = fc.oneof(
  scope,
  fc.constantFrom('openid', 'platform', 'nonsense', 'patient/Patient.sr'),
);

const partsOf = (text: string) => {
  const [, context = '', type = '', letters = '', narrowed = ''] =
    /^(\w+)\/(\*|\w+)\.(\w+)(\?.*)?$/.exec(text) ?? [];
  return { context, type, letters, narrowed };
};

describe('scopes', () => {
  it('that are granted were asked for, and lie within one that is registered', () => {
    fc.assert(
      fc.property(fc.array(word), fc.array(word), (asked, registered) => {
        for (const granted of grantableScopes(asked.join(' '), registered, 'person')) {
          expect(asked).toContain(granted);
          expect(granted.startsWith('system/')).toBe(false);
          if (!granted.includes('/')) {
            expect(registered).toContain(granted);
            continue;
          }
          const one = partsOf(granted);
          const within = registered
            .map(partsOf)
            .some(
              ({ context, type, letters, narrowed }) =>
                context === one.context &&
                (type === '*' || type === one.type) &&
                one.letters.split('').every((letter) => letters.includes(letter)) &&
                (narrowed === '' || narrowed === one.narrowed),
            );
          expect(within, `${granted} of ${registered.join(' ')}`).toBe(true);
        }
      }),
      { numRuns: runs(300) },
    );
  });

  it('of a program are those of the system only', () => {
    const asked = 'openid patient/*.rs user/*.rs system/*.rs';
    expect(grantableScopes(asked, asked.split(' '), 'program')).toEqual(['system/*.rs']);
  });
});

describe('purposes', () => {
  const codes = ['TREAT', 'ETREAT', 'BTG', 'COC', 'HRESCH', 'PATRQT', 'HCOMPL', 'RECORDMGT', 'X'];
  const some = fc.subarray(codes);
  it('of a token lie within client, person and role, and never mean an emergency', () => {
    fc.assert(
      fc.property(
        some,
        some,
        fc.subarray([...ROLES]),
        fc.option(fc.constantFrom(...codes), { nil: undefined }),
        fc.constantFrom('standalone', 'ehr-launch', 'backend'),
        (ofUser, ofClient, names, claimed, workflow) => {
          const roles = names.filter(isRole);
          const bound = boundPurposes({ workflow, roles, ofUser, ofClient, claimed });
          if (!bound.ok) return;
          for (const purpose of bound.value) {
            expect(purposeWithin(purpose, 'BTG')).toBe(false);
            if (claimed !== undefined) expect(purpose).toBe(claimed);
            const within = (bounds: readonly string[]) =>
              bounds.some((each) => purposeWithin(purpose, each));
            if (ofClient.length > 0 || workflow === 'backend') expect(within(ofClient)).toBe(true);
            if (ofUser.length > 0 && workflow !== 'backend') expect(within(ofUser)).toBe(true);
            if (workflow === 'backend') expect(purpose).not.toBe('PATRQT');
          }
        },
      ),
      { numRuns: runs(500) },
    );
  });
});
