import { describe, expect, it } from 'vitest';
import { actorOf } from './claims.ts';

const claims = {
  tenant: 1,
  fhirUser: 'Practitioner/a',
  roles: ['clinician'],
  purposes: ['TREAT'],
  jti: 't',
};
const scopesOf = (scope?: unknown) => {
  const actor = actorOf({ ...claims, scope });
  return actor.ok ? actor.value.scopes : actor.error;
};

describe('the scope claim', () => {
  it('narrows the actor by its resource scopes, and by nothing where it names none', () => {
    expect(scopesOf('openid patient/Observation.rs')).toMatchObject([
      { context: 'patient', type: 'Observation', permissions: 'rs' },
    ]);
    expect(scopesOf('openid fhirUser')).toBeUndefined();
    expect(scopesOf()).toBeUndefined();
  });

  it('leaves nothing open where its resource scopes cannot be read', () => {
    expect(scopesOf('openid user/Observation.everything')).toEqual([]);
  });
});
