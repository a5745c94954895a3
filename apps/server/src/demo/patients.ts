import { refer } from '@holdfast/population';
import { IDENTIFIER_SYSTEM, ORGANIZATION_ID, STAFF } from './practice.ts';
import { type DemoResource } from './transaction.ts';
import { between, type Variation } from './variation.ts';

/** What makes a patient of the demo worth looking at. */
export type Story =
  | 'ordinary'
  /** Keeps one practitioner out by consent. */
  | 'denies'
  /** Lets treatment, payment and operations see data about substance use. */
  | 'permits'
  /** Lets researchers see the record too. */
  | 'gives-to-research'
  /** Has data about substance use and no consent. */
  | 'undisclosed'
  /** Answered item 9 of the PHQ-9 with "several days". */
  | 'at-risk'
  /** Vital signs that add up to a NEWS2 of 7 or more. */
  | 'deteriorating';

export interface DemoPatient {
  readonly id: string;
  readonly given: string;
  readonly family: string;
  readonly gender: 'female' | 'male' | 'other';
  readonly birthDate: string;
  readonly story: Story;
  readonly practitioner: string;
}

type Gender = DemoPatient['gender'];
const ROWS: readonly (readonly [string, string, Gender, string, Story?])[] = [
  ['Ada', 'Brandt', 'female', '1987-03-14', 'denies'],
  ['Ben', 'Castellano', 'male', '1994-11-02'],
  ['Cora', 'Dumont', 'female', '2001-06-23', 'at-risk'],
  ['Dmitri', 'Eskola', 'male', '1958-01-30', 'deteriorating'],
  ['Esi', 'Fofana', 'female', '1979-08-09', 'gives-to-research'],
  ['Finn', 'Gallagher', 'male', '1985-04-17', 'permits'],
  ['Gus', 'Hartmann', 'male', '1991-12-05', 'undisclosed'],
  ['Hana', 'Ito', 'female', '1999-02-11'],
  ['Ivan', 'Jankovic', 'male', '1968-07-28'],
  ['Jun', 'Kim', 'other', '2003-10-19'],
  ['Kaveh', 'Lotfi', 'male', '1973-05-06'],
  ['Lucia', 'Moreno', 'female', '1990-09-15'],
  ['Mila', 'Novak', 'female', '1982-01-21'],
  ['Noor', 'Osman', 'female', '1996-04-03'],
  ['Otto', 'Petersen', 'male', '1949-12-27'],
  ['Priya', 'Qureshi', 'female', '1988-08-31'],
  ['Quentin', 'Roux', 'male', '1977-03-08'],
  ['Rosa', 'Silva', 'female', '1963-11-13'],
  ['Sefa', 'Tuilagi', 'male', '1993-06-01'],
  ['Tara', 'Underwood', 'female', '2000-02-25'],
  ['Uri', 'Vogel', 'male', '1971-10-10'],
  ['Vera', 'Wolff', 'female', '1955-07-04'],
  ['Wes', 'Xu', 'male', '1998-05-18'],
  ['Yara', 'Zidan', 'female', '1984-09-29'],
];

/** 24 people. Those with a story are the ones the README's examples name. */
export const PATIENTS: readonly DemoPatient[] = ROWS.map(
  ([given, family, gender, birthDate, story = 'ordinary'], index) => ({
    id: `${given.toLowerCase()}-demo`,
    given,
    family,
    gender,
    birthDate,
    story,
    practitioner: index % 3 === 2 ? STAFF[1].id : STAFF[0].id,
  }),
);

export function patientResource(patient: DemoPatient, vary: Variation): DemoResource {
  const number = PATIENTS.indexOf(patient) + 1;
  return {
    resourceType: 'Patient',
    id: patient.id,
    active: true,
    identifier: [
      {
        use: 'usual',
        system: `${IDENTIFIER_SYSTEM}mrn`,
        value: `HC-${String(number).padStart(5, '0')}`,
      },
    ],
    name: [{ use: 'official', family: patient.family, given: [patient.given] }],
    gender: patient.gender,
    birthDate: patient.birthDate,
    telecom: [
      {
        system: 'phone',
        use: 'mobile',
        value: `+1-555-01${String(number).padStart(2, '0')}`,
      },
    ],
    address: [
      {
        use: 'home',
        line: [`${between(vary('house'), 1, 180)} Quay Street`],
        city: 'Harbour',
        postalCode: `0${between(vary('postal'), 1000, 9999)}`,
        country: 'US',
      },
    ],
    generalPractitioner: [refer('Practitioner', patient.practitioner)],
    managingOrganization: refer('Organization', ORGANIZATION_ID),
  };
}
