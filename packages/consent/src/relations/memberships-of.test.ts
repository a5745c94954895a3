import { describe, expect, it } from 'vitest';
import { membershipsOf } from './memberships-of.ts';

const to = (reference: string) => ({ reference });
const said = (resource: object): readonly string[] =>
  membershipsOf(resource).map(({ member, standsFor }) => `${member} > ${standsFor}`);

describe('membershipsOf', () => {
  it('leads from a practitioner by the role to the organisation, and up the tree', () => {
    const role = {
      resourceType: 'PractitionerRole',
      id: 'r',
      practitioner: to('Practitioner/a'),
      organization: to('Organization/ward/_history/2'),
      period: { start: '2026-01-01', end: '2026-06-30' },
    };
    expect(said(role)).toEqual([
      'Practitioner/a > PractitionerRole/r',
      'PractitionerRole/r > Organization/ward',
    ]);
    expect(membershipsOf(role)[0]).toMatchObject({
      from: Date.UTC(2026, 0, 1),
      until: Date.UTC(2026, 6, 1),
    });
    expect(said({ ...role, active: false })).toEqual([]);
    const ward = { resourceType: 'Organization', id: 'ward', partOf: to('Organization/house') };
    expect(said(ward)).toEqual(['Organization/ward > Organization/house']);
    expect(said({ ...ward, partOf: to('Organization/ward') })).toEqual([]);
  });

  it('makes members of a group those who act, while they are in it', () => {
    const group = {
      resourceType: 'Group',
      id: 'g',
      actual: true,
      member: [
        { entity: to('Practitioner/a') },
        { entity: to('Practitioner/b'), inactive: true },
        { entity: to('Patient/p') },
        { entity: to('Group/h'), period: { start: 'some day' } },
      ],
    };
    expect(said(group)).toEqual(['Practitioner/a > Group/g']);
    expect(said({ ...group, actual: false })).toEqual([]);
  });

  it('takes a team for an actor where it is nobody’s, e.g. a shift', () => {
    const team = {
      resourceType: 'CareTeam',
      id: 't',
      participant: [{ member: to('Organization/o') }, { member: to('Patient/p') }],
    };
    expect(said(team)).toEqual(['Organization/o > CareTeam/t']);
    expect(said({ ...team, subject: to('Patient/p') })).toEqual([]);
    expect(said({ ...team, status: 'inactive' })).toEqual([]);
  });
});
