import { seeded } from '../seeded.ts';

/**
 * Ten rules of a clinic, said once for four engines. Eight permit, two deny, a deny wins:
 *
 * 1. clinicians and coordinators of the patient's care team, for treatment, data up to N
 * 2. the same, data about mental health or HIV, whatever its confidentiality
 * 3. the same of an organisation the patient's Part 2 consent names, Part 2 data, for treatment
 * 4. billing of such an organisation, Part 2 claims, for payment
 * 5. researchers, data up to N of patients who agreed to research
 * 6. patients, their own record, whatever it is
 * 7. the front desk, demographics up to N, for operations
 * 8. billing, claims up to N, for payment
 * 9. nobody whom the patient keeps out (own record apart)
 * 10. nothing very restricted (own record apart)
 */
export const ROLES = [
  'clinician',
  'care-coordinator',
  'billing',
  'researcher',
  'patient',
  'front-desk',
] as const;
export type Role = (typeof ROLES)[number];

export const PURPOSES = ['TREAT', 'HPAYMT', 'HOPERAT', 'HRESCH', 'PATRQT'] as const;
export type Purpose = (typeof PURPOSES)[number];

const TYPES = ['Observation', 'Condition', 'Claim', 'Patient'] as const;
/** L M N R V: ranks as FHIR orders them. */
const RANKS = [1, 2, 3, 4, 5];
/** The highest rank the rules call ordinary. */
export const NORMAL = 3;
export const VERY_RESTRICTED = 5;
const SENSITIVITIES = ['', 'PSY', 'HIV', '42CFRPart2', 'SEX'] as const;

export interface BenchActor {
  readonly id: string;
  readonly role: Role;
  readonly purpose: Purpose;
  readonly teams: readonly string[];
  readonly organization: string;
  /** The record a patient acts on. */
  readonly patient: string;
}

export interface BenchPatient {
  readonly id: string;
  readonly team: string;
  /** Whom the patient keeps out. */
  readonly keptOut: readonly string[];
  /** The organisation a Part 2 consent names; empty: there is none. */
  readonly grantee: string;
  readonly research: boolean;
}

export interface BenchResource {
  readonly type: (typeof TYPES)[number];
  readonly id: string;
  readonly patient: BenchPatient;
  readonly confidentiality: number;
  readonly sensitivity: (typeof SENSITIVITIES)[number];
}

export interface BenchRequest {
  readonly actor: BenchActor;
  readonly resource: BenchResource;
}

export interface Workload {
  readonly actors: readonly BenchActor[];
  readonly patients: readonly BenchPatient[];
  readonly requests: readonly BenchRequest[];
}

const TYPES_OF: Readonly<Record<Role, readonly (typeof TYPES)[number][]>> = {
  clinician: ['Observation', 'Condition', 'Patient'],
  'care-coordinator': ['Observation', 'Condition', 'Patient'],
  billing: ['Claim'],
  researcher: ['Observation', 'Condition'],
  patient: TYPES,
  'front-desk': ['Patient'],
};

function patientsOf(
  { role, teams, patient }: BenchActor,
  patients: readonly BenchPatient[],
): readonly BenchPatient[] {
  const own = patients.filter(({ id, team }) =>
    role === 'patient' ? id === patient : role.includes('c') && teams.includes(team),
  );
  return own.length === 0 ? patients : own;
}

const TEAMS = 40;
const ACTORS = 60;
const PATIENTS = 200;
const REQUESTS = 1000;

/** The same requests on every run. */
export function workload(seed = 7): Workload {
  const random = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const team = (): string => `CareTeam/t${Math.floor(random() * TEAMS)}`;
  const organization = (): string => `Organization/o${Math.floor(random() * 6)}`;
  const purposeOf: Readonly<Record<Role, readonly Purpose[]>> = {
    clinician: ['TREAT'],
    'care-coordinator': ['TREAT'],
    billing: ['HPAYMT'],
    researcher: ['HRESCH'],
    patient: ['PATRQT'],
    'front-desk': ['HOPERAT'],
  };
  const actors = Array.from({ length: ACTORS }, (_, index): BenchActor => {
    const role = ROLES[index % ROLES.length] as Role;
    return {
      id: `Practitioner/a${index}`,
      role,
      // One in eight comes for a purpose that is not the role's: nothing permits.
      purpose: random() < 0.125 ? pick(PURPOSES) : pick(purposeOf[role]),
      teams: Array.from({ length: 12 }, team),
      organization: organization(),
      patient: `p${Math.floor(random() * PATIENTS)}`,
    };
  });
  const patients = Array.from(
    { length: PATIENTS },
    (_, index): BenchPatient => ({
      id: `p${index}`,
      team: team(),
      keptOut: random() < 0.3 ? [pick(actors).id, pick(actors).id] : [],
      grantee: random() < 0.5 ? organization() : '',
      research: random() < 0.5,
    }),
  );
  const requests = Array.from({ length: REQUESTS }, (_, index): BenchRequest => {
    const actor = pick(actors);
    return {
      actor,
      resource: {
        // As in an ordinary day: most ask for what their work is about, one in six for anything.
        type: random() < 1 / 6 ? pick(TYPES) : pick(TYPES_OF[actor.role]),
        id: `r${index}`,
        patient: random() < 1 / 3 ? pick(patients) : pick(patientsOf(actor, patients)),
        confidentiality: random() < 0.6 ? NORMAL : pick(RANKS),
        sensitivity: random() < 0.5 ? '' : pick(SENSITIVITIES),
      },
    };
  });
  return { actors, patients, requests };
}
