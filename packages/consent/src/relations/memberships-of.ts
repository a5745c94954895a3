import type { ResourceType } from '@holdfast/fhir';
import { type FhirRecord, isRecord, listOf, referenceOf, textOf } from '../model/fhir-json.ts';
import { periodOf } from '../model/fhir-time.ts';

/** Whoever is `member` stands for `standsFor` as well (A17). FHIR references. */
export interface Membership {
  readonly member: string;
  readonly standsFor: string;
  /** ms since 1970, included; null: always was. */
  readonly from: number | null;
  /** ms since 1970, excluded; null: open. */
  readonly until: number | null;
}

/** Types whose resources say who stands for what. */
export const MEMBERSHIP_SOURCES: ReadonlySet<ResourceType> = new Set<ResourceType>([
  'CareTeam',
  'Group',
  'Organization',
  'PractitionerRole',
]);

/** Who acts, alone or for others; patients in a group are whom it is about. */
const ACTORS = new Set(['Practitioner', 'PractitionerRole', 'Organization', 'Device', 'Group']);

/**
 * Who stands for what by what one resource says, whole and current; nothing by a resource that is none
 * of `MEMBERSHIP_SOURCES`, or is not active. What cannot be read makes nobody a member. A patient's own
 * CareTeam is no actor's: it ties its participants to the patient instead (`tiesOf`).
 */
export function membershipsOf(resource: unknown): readonly Membership[] {
  if (!isRecord(resource) || resource['active'] === false) return [];
  const id = textOf(resource['id']);
  if (id === undefined) return [];
  switch (resource['resourceType']) {
    case 'Organization':
      return membership(`Organization/${id}`, referenceOf(resource['partOf']));
    case 'PractitionerRole':
      return ofRole(resource, `PractitionerRole/${id}`);
    case 'Group':
      return ofGroup(resource, `Group/${id}`);
    case 'CareTeam':
      return ofTeam(resource, `CareTeam/${id}`);
    default:
      return [];
  }
}

function ofRole(role: FhirRecord, itself: string): readonly Membership[] {
  const periods = [role['period']];
  return [
    ...membership(referenceOf(role['practitioner']), itself, periods),
    ...membership(itself, referenceOf(role['organization']), periods),
  ];
}

function ofGroup(group: FhirRecord, itself: string): readonly Membership[] {
  if (group['actual'] === false) return [];
  return listOf(group['member']).flatMap((each) =>
    isRecord(each) && each['inactive'] !== true
      ? membership(actorOf(each['entity']), itself, [each['period']])
      : [],
  );
}

function ofTeam(team: FhirRecord, itself: string): readonly Membership[] {
  const isPatients = referenceOf(team['subject'])?.startsWith('Patient/') === true;
  if (isPatients || (team['status'] ?? 'active') !== 'active') return [];
  return listOf(team['participant']).flatMap((each) =>
    isRecord(each)
      ? membership(actorOf(each['member']), itself, [team['period'], each['period']])
      : [],
  );
}

function actorOf(value: unknown): string | undefined {
  const reference = referenceOf(value);
  const [type = ''] = reference?.split('/') ?? [];
  return ACTORS.has(type) || type === 'CareTeam' ? reference : undefined;
}

/** @param periods all of which must hold; one that is there and cannot be read makes nobody a member */
function membership(
  member: string | undefined,
  standsFor: string | undefined,
  periods: readonly unknown[] = [],
): readonly Membership[] {
  const read = periods.filter((each) => each !== undefined).map(periodOf);
  if (member === undefined || standsFor === undefined || member === standsFor) return [];
  if (read.includes(undefined)) return [];
  const from = Math.max(-Infinity, ...read.map((each) => each?.from ?? -Infinity));
  const until = Math.min(Infinity, ...read.map((each) => each?.until ?? Infinity));
  if (from >= until) return [];
  return [{ member, standsFor, from: finite(from), until: finite(until) }];
}

const finite = (ms: number): number | null => (Number.isFinite(ms) ? ms : null);
