import type { ResourceType } from '@holdfast/fhir';

/**
 * What an actor may be to a patient; an access policy speaks of these.
 *
 * - `self` - the actor's own record
 * - `care-team` - named by an active CareTeam of the patient
 * - `encounter` - takes part in an Encounter that is planned or under way, or is its provider
 * - `episode` - manages an EpisodeOfCare that is planned, active or on hold
 * - `panel` - the patient's general practitioner
 * - `organization` - the patient's managing organisation
 * - `proxy` - acts for the patient: a RelatedPerson with a power to do so
 * - `guardian` - a parent or guardian of a minor, until the patient comes of age
 * - `break-glass` - holds emergency access to this patient
 * - `no-patient` - nothing to anyone: the row lies in no patient's record
 */
export const RELATIONSHIPS = [
  'self',
  'care-team',
  'encounter',
  'episode',
  'panel',
  'organization',
  'proxy',
  'guardian',
  'break-glass',
  'no-patient',
] as const;

export type Relationship = (typeof RELATIONSHIPS)[number];

/** Those that are kept with the patient; the others are seen on the row. */
export type TieKind = Exclude<Relationship, 'self' | 'no-patient'>;

/**
 * Those who treat: what the starter policy asks of who reads or keeps a record for treatment. What
 * is in nobody's record, a timetable or a device in stock, has no patient to ask about.
 */
export const TREATING: readonly Relationship[] = [
  'care-team',
  'encounter',
  'episode',
  'panel',
  'break-glass',
  'no-patient',
];

/** Somebody is something to a patient, for a time. */
export interface Tie {
  readonly patientId: string;
  readonly kind: TieKind;
  /** FHIR reference of the one who is tied: a person, a role, an organisation, a team. */
  readonly to: string;
  /** ms since 1970, included; null: always was. */
  readonly from: number | null;
  /** ms since 1970, excluded; null: open. */
  readonly until: number | null;
}

/** As `patient_state.ties` and `RowFacts.ties` spell it. */
export const tieKey = (kind: TieKind, reference: string): string => `${kind}:${reference}`;

/** Types whose resources say who is tied to a patient. */
export const TIE_SOURCES: ReadonlySet<ResourceType> = new Set<ResourceType>([
  'CareTeam',
  'Encounter',
  'EpisodeOfCare',
  'Patient',
  'RelatedPerson',
]);
