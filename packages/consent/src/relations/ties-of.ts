import {
  codingsOf,
  type FhirRecord,
  isRecord,
  listOf,
  referenceOf,
  textOf,
} from '../model/fhir-json.ts';
import { periodOf } from '../model/fhir-time.ts';
import type { Tie, TieKind } from './relationship.ts';

/** Encounter.status of one that is to come or under way; whoever left a finished one is a visitor. */
const OPEN_ENCOUNTER = new Set('planned arrived triaged in-progress onleave'.split(' '));
const OPEN_EPISODE = new Set('planned waitlist active onhold'.split(' '));

/** Codes of RelatedPerson.relationship, v3-RoleCode, of who stands for a minor. */
const GUARDIANS = new Set(
  'GUARD PRN MTH FTH NMTH NFTH ADOPTP ADOPTM ADOPTF STPPRN STPMTH STPFTH PRNFOST MTHFOST FTHFOST'.split(
    ' ',
  ),
);
/** Of who stands for an adult: powers of attorney, substitute decision makers, personal representatives. */
const PROXIES = new Set(['HPOWATT', 'POWATT', 'DPOWATT', 'SPOWATT', 'SUBDM', 'RESPRSN', 'EXCEST']);

/**
 * Who is tied to which patient by what one resource says, whole and current; nothing by a resource
 * that is none of `TIE_SOURCES`, is over, or was entered in error. What cannot be read ties nobody.
 */
export function tiesOf(resource: unknown): readonly Tie[] {
  if (!isRecord(resource)) return [];
  switch (resource['resourceType']) {
    case 'Patient':
      return ofPatient(resource);
    case 'CareTeam':
      return ofCareTeam(resource);
    case 'Encounter':
      return ofEncounter(resource);
    case 'EpisodeOfCare':
      return ofEpisode(resource);
    case 'RelatedPerson':
      return ofRelatedPerson(resource);
    default:
      return [];
  }
}

function ofPatient(patient: FhirRecord): readonly Tie[] {
  const id = textOf(patient['id']);
  if (id === undefined || patient['active'] === false) return [];
  return [
    ...listOf(patient['generalPractitioner']).flatMap((each) =>
      tie({ kind: 'panel', patientId: id }, each),
    ),
    ...tie({ kind: 'organization', patientId: id }, patient['managingOrganization']),
  ];
}

function ofCareTeam(team: FhirRecord): readonly Tie[] {
  const patientId = patientOf(team['subject']);
  // A team without a status is one nobody ended.
  if (patientId === undefined || (team['status'] ?? 'active') !== 'active') return [];
  return listOf(team['participant']).flatMap((each) =>
    isRecord(each)
      ? tie({ kind: 'care-team', patientId }, each['member'], [team['period'], each['period']])
      : [],
  );
}

function ofEncounter(encounter: FhirRecord): readonly Tie[] {
  const patientId = patientOf(encounter['subject']);
  if (patientId === undefined || !OPEN_ENCOUNTER.has(String(encounter['status']))) return [];
  // Its own period says when the patient came and goes; those who prepare for it are tied before.
  return [
    ...listOf(encounter['participant']).flatMap((each) =>
      isRecord(each)
        ? tie({ kind: 'encounter', patientId }, each['individual'], [each['period']])
        : [],
    ),
    ...tie({ kind: 'encounter', patientId }, encounter['serviceProvider']),
  ];
}

function ofEpisode(episode: FhirRecord): readonly Tie[] {
  const patientId = patientOf(episode['patient']);
  if (patientId === undefined || !OPEN_EPISODE.has(String(episode['status']))) return [];
  return [
    ...tie({ kind: 'episode', patientId }, episode['careManager'], [episode['period']]),
    ...tie({ kind: 'episode', patientId }, episode['managingOrganization'], [episode['period']]),
    ...listOf(episode['team']).flatMap((team) =>
      tie({ kind: 'episode', patientId }, team, [episode['period']]),
    ),
  ];
}

function ofRelatedPerson(person: FhirRecord): readonly Tie[] {
  const patientId = patientOf(person['patient']);
  const id = textOf(person['id']);
  if (patientId === undefined || id === undefined || person['active'] === false) return [];
  const codes = listOf(person['relationship']).flatMap(codingsOf);
  const self = { reference: `RelatedPerson/${id}` };
  const kinds: readonly TieKind[] = [
    ...(codes.some(({ code }) => GUARDIANS.has(code)) ? ['guardian' as const] : []),
    ...(codes.some(({ code }) => PROXIES.has(code)) ? ['proxy' as const] : []),
  ];
  return kinds.flatMap((kind) => tie({ kind, patientId }, self, [person['period']]));
}

/** @param periods all of which must hold; one that is there and cannot be read ties nobody */
function tie(
  { kind, patientId }: Pick<Tie, 'kind' | 'patientId'>,
  to: unknown,
  periods: readonly unknown[] = [],
): readonly Tie[] {
  const reference = referenceOf(to);
  const read = periods.filter((each) => each !== undefined).map(periodOf);
  if (reference === undefined || read.includes(undefined)) return [];
  const from = Math.max(-Infinity, ...read.map((each) => each?.from ?? -Infinity));
  const until = Math.min(Infinity, ...read.map((each) => each?.until ?? Infinity));
  if (from >= until) return [];
  return [{ patientId, kind, to: reference, from: finite(from), until: finite(until) }];
}

const finite = (ms: number): number | null => (Number.isFinite(ms) ? ms : null);

function patientOf(reference: unknown): string | undefined {
  const [type, id, ...rest] = referenceOf(reference)?.split('/') ?? [];
  return type === 'Patient' && rest.length === 0 ? id : undefined;
}
