import { concept, refer, SNOMED, THO } from '@holdfast/population';
import { type DemoResource } from './transaction.ts';

export const ORGANIZATION_ID = 'harbour-clinic';
export const IDENTIFIER_SYSTEM = 'https://harbour-clinic.example/';

interface Staff {
  readonly id: string;
  readonly given: string;
  readonly family: string;
  readonly prefix: string;
  readonly specialty: { readonly code: string; readonly display: string };
}

/** The first treats most patients, the second one of them forbids, the third does research. */
export const STAFF = [
  {
    id: 'p-rivera',
    given: 'Elena',
    family: 'Rivera',
    prefix: 'Dr.',
    specialty: { code: '394587001', display: 'Psychiatry' },
  },
  {
    id: 'p-okafor',
    given: 'Chidi',
    family: 'Okafor',
    prefix: 'Dr.',
    specialty: { code: '394814009', display: 'General practice' },
  },
  {
    id: 'p-lindqvist',
    given: 'Maja',
    family: 'Lindqvist',
    prefix: 'Dr.',
    specialty: { code: '394913002', display: 'Psychotherapy' },
  },
] as const satisfies readonly Staff[];

/** People who work for the clinic and treat nobody. */
export const OFFICE = [
  { id: 'o-haddad', given: 'Samir', family: 'Haddad' },
  { id: 'o-virtanen', given: 'Aino', family: 'Virtanen' },
  { id: 'o-osei', given: 'Nadia', family: 'Osei' },
] as const;

const identifier = (kind: string, value: string) => [
  { system: `${IDENTIFIER_SYSTEM}${kind}`, value },
];

/** The organisation, who works there, and the questionnaire its patients answer. */
export function practice(): DemoResource[] {
  const organization: DemoResource = {
    resourceType: 'Organization',
    id: ORGANIZATION_ID,
    active: true,
    identifier: identifier('organization', 'HC-1'),
    type: [
      concept({
        system: `${THO}organization-type`,
        code: 'prov',
        display: 'Healthcare Provider',
      }),
    ],
    name: 'Harbour Behavioural Health',
  };
  const practitioners = STAFF.map(
    (person): DemoResource => ({
      resourceType: 'Practitioner',
      id: person.id,
      active: true,
      identifier: identifier('staff', person.id),
      name: [{ family: person.family, given: [person.given], prefix: [person.prefix] }],
    }),
  );
  const roles = STAFF.map(
    (person): DemoResource => ({
      resourceType: 'PractitionerRole',
      id: `${person.id}-role`,
      active: true,
      practitioner: refer('Practitioner', person.id),
      organization: refer('Organization', ORGANIZATION_ID),
      specialty: [concept({ system: SNOMED, ...person.specialty })],
    }),
  );
  const office = OFFICE.map(
    (person): DemoResource => ({
      resourceType: 'Person',
      id: person.id,
      active: true,
      identifier: identifier('staff', person.id),
      name: [{ family: person.family, given: [person.given] }],
      managingOrganization: refer('Organization', ORGANIZATION_ID),
    }),
  );
  return [organization, ...practitioners, ...roles, ...office];
}
