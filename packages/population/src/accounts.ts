import { Draw } from './draw.ts';
import { isMinor } from './people/person.ts';
import type { Practice, StaffMember } from './practice/practice.ts';
import { type ActsFor, relatedId, relatedName } from './record/relations.ts';
import type { Subject } from './record/subject.ts';
import { STREAM } from './seeds.ts';

/** Somebody who can sign in: what a provider of identities has to know, without any secret. */
export interface Account {
  /** Unique; an address by which they sign in. */
  readonly login: string;
  readonly kind: 'patient' | 'proxy' | 'staff';
  readonly name: string;
  /** FHIR reference of the person: SMART's `fhirUser`. */
  readonly fhirUser: string;
  readonly roles: readonly string[];
  /** v3-PurposeOfUse codes. */
  readonly purposes: readonly string[];
  readonly memberships: readonly string[];
  /** The record that a patient or proxy may act on. */
  readonly patient?: string;
}

const PURPOSES: Readonly<Record<StaffMember['role'], readonly string[]>> = {
  clinician: ['TREAT'],
  'care-coordinator': ['TREAT'],
  researcher: ['HRESCH'],
  'front-desk': ['HOPERAT'],
  'compliance-officer': ['HCOMPL'],
};

export function staffAccounts({ id, staff }: Practice): readonly Account[] {
  return staff.map(({ reference, role, given, family, email }, place) => ({
    login: email.replace('@', `.${id}-${place}@`),
    kind: 'staff',
    name: `${given} ${family}`,
    fhirUser: reference,
    roles: [role],
    purposes: PURPOSES[role],
    memberships: [`Organization/${id}`],
  }));
}

/** Half of the adults have an account, and nearly all who act for somebody else. */
export function recordAccounts(subject: Subject, acts: ActsFor): readonly Account[] {
  const { seed, index, id, person } = subject;
  const draw = new Draw(seed, STREAM.account, index);
  const own: Account[] =
    !isMinor(person) && draw.chance(0.55)
      ? [
          {
            login: `${id}@patients.example`,
            kind: 'patient',
            name: `${person.given} ${person.family}`,
            fhirUser: `Patient/${id}`,
            roles: ['patient'],
            purposes: ['PATRQT'],
            memberships: [],
            patient: id,
          },
        ]
      : [];
  if ((acts !== 'guardian' && acts !== 'proxy') || !draw.chance(0.9)) return own;
  const { given, family } = relatedName(subject);
  const proxy: Account = {
    login: `${relatedId(subject)}@patients.example`,
    kind: 'proxy',
    name: `${given} ${family}`,
    fhirUser: `RelatedPerson/${relatedId(subject)}`,
    roles: ['proxy'],
    purposes: ['FAMRQT'],
    memberships: [],
    patient: id,
  };
  return [...own, proxy];
}
