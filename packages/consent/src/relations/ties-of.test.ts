import { describe, expect, it } from 'vitest';
import { comesOfAge } from './age-of-majority.ts';
import { tieKey } from './relationship.ts';
import { tiesOf } from './ties-of.ts';

const subject = { reference: 'Patient/p' };
const to = (reference: string) => ({ reference });
const tied = (resource: object): readonly string[] =>
  tiesOf(resource).map(({ kind, to: who }) => tieKey(kind, who));

describe('tiesOf', () => {
  it('ties the members of an active care team, for the time of the team and of the member', () => {
    const team = {
      resourceType: 'CareTeam',
      subject,
      status: 'active',
      period: { start: '2026-01-01' },
      participant: [
        { member: to('Practitioner/a'), period: { end: '2026-06-30' } },
        { member: to('Organization/o') },
        { role: [{ text: 'nobody yet' }] },
      ],
    };
    expect(tiesOf(team)).toEqual([
      {
        patientId: 'p',
        kind: 'care-team',
        to: 'Practitioner/a',
        from: Date.UTC(2026, 0, 1),
        until: Date.UTC(2026, 6, 1),
      },
      {
        patientId: 'p',
        kind: 'care-team',
        to: 'Organization/o',
        from: Date.UTC(2026, 0, 1),
        until: null,
      },
    ]);
    for (const status of ['inactive', 'suspended', 'proposed', 'entered-in-error']) {
      expect(tied({ ...team, status })).toEqual([]);
    }
    expect(tied({ ...team, subject: to('Group/g') })).toEqual([]);
  });

  it('ties who takes part in an encounter until it is finished', () => {
    const encounter = {
      resourceType: 'Encounter',
      subject,
      status: 'in-progress',
      participant: [{ individual: to('Practitioner/a/_history/3') }],
      serviceProvider: to('Organization/o'),
    };
    expect(tied(encounter)).toEqual(['encounter:Practitioner/a', 'encounter:Organization/o']);
    for (const status of ['finished', 'cancelled', 'entered-in-error', 'unknown']) {
      expect(tied({ ...encounter, status })).toEqual([]);
    }
  });

  it('ties the manager of an open episode, the practitioner of a panel, the managing organisation', () => {
    const episode = {
      resourceType: 'EpisodeOfCare',
      patient: subject,
      status: 'active',
      careManager: to('Practitioner/a'),
    };
    expect(tied(episode)).toEqual(['episode:Practitioner/a']);
    expect(tied({ ...episode, status: 'finished' })).toEqual([]);
    const patient = {
      resourceType: 'Patient',
      id: 'p',
      generalPractitioner: [to('Practitioner/a')],
      managingOrganization: to('Organization/o'),
    };
    expect(tied(patient)).toEqual(['panel:Practitioner/a', 'organization:Organization/o']);
    expect(tied({ ...patient, active: false })).toEqual([]);
  });

  it('tells guardians from proxies, and from relatives who are neither', () => {
    const person = (code: string, rest: object = {}) => ({
      resourceType: 'RelatedPerson',
      id: 'r',
      patient: subject,
      relationship: [{ coding: [{ code }] }],
      ...rest,
    });
    expect(tied(person('MTH'))).toEqual(['guardian:RelatedPerson/r']);
    expect(tied(person('HPOWATT'))).toEqual(['proxy:RelatedPerson/r']);
    expect(tied(person('SIS'))).toEqual([]);
    expect(tied(person('MTH', { active: false }))).toEqual([]);
  });

  it('ties nobody by a period that it cannot read', () => {
    const team = { resourceType: 'CareTeam', subject, status: 'active' };
    const member = { member: to('Practitioner/a') };
    expect(tied({ ...team, participant: [member] })).toHaveLength(1);
    expect(tied({ ...team, participant: [{ ...member, period: { end: 'soon' } }] })).toEqual([]);
    expect(tied({ ...team, period: 'always', participant: [member] })).toEqual([]);
  });
});

describe('comesOfAge', () => {
  const born = (birthDate: string | undefined, state?: string) =>
    comesOfAge({ birthDate, address: state === undefined ? undefined : [{ state }] });

  it('is the eighteenth birthday, or the later one of the state', () => {
    expect(born('2010-05-17')).toBe(Date.UTC(2028, 4, 17));
    expect(born('2010-05-17', 'CA')).toBe(Date.UTC(2028, 4, 17));
    expect(born('2010-05-17', 'al')).toBe(Date.UTC(2029, 4, 17));
    expect(born('2010-05-17', 'MS')).toBe(Date.UTC(2031, 4, 17));
  });

  it('takes the earliest day a partial date allows, and is unknown without one', () => {
    expect(born('2010')).toBe(Date.UTC(2028, 0, 1));
    expect(born(undefined)).toBeUndefined();
  });
});
