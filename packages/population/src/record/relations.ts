import { Draw } from '../draw.ts';
import { concept, type PopulationResource, THO } from '../fhir-shapes.ts';
import { givenName } from '../people/names.ts';
import { isMinor, type Person } from '../people/person.ts';
import { STREAM } from '../seeds.ts';
import { aboutPatient, drawOf, type Subject } from './subject.ts';

/** Who acts for a patient: a parent or guardian of a minor, somebody with a power for an adult. */
export type ActsFor = 'none' | 'guardian' | 'proxy' | 'relative';

const GUARDIANS = { MTH: 50, FTH: 38, GUARD: 8, STPMTH: 2, STPFTH: 2 } as const;

export function actsFor(seed: number, index: number, person: Person): ActsFor {
  const draw = new Draw(seed, STREAM.account, index, 1);
  if (isMinor(person)) return draw.chance(0.94) ? 'guardian' : 'none';
  const share = person.ageYears > 75 ? 0.22 : 0.025;
  if (draw.chance(share)) return 'proxy';
  return draw.chance(0.02) ? 'relative' : 'none';
}

export const relatedId = ({ id }: Pick<Subject, 'id'>): string => `${id}-rel`;

export interface Related {
  readonly given: string;
  readonly family: string;
}

export function relatedName({ seed, index, person }: Subject): Related {
  const draw = new Draw(seed, STREAM.account, index, 2);
  const gender = draw.chance(0.6) ? 'female' : 'male';
  return { given: givenName(draw, person.origin, gender), family: person.family };
}

export function relatedPerson(
  subject: Subject,
  kind: Exclude<ActsFor, 'none'>,
): PopulationResource {
  const draw = drawOf(subject, 50);
  const { given, family } = relatedName(subject);
  const code = {
    guardian: draw.share(GUARDIANS),
    proxy: draw.share({ HPOWATT: 70, POWATT: 15, RESPRSN: 15 }),
    relative: draw.share({ SIS: 50, BRO: 50 }),
  }[kind];
  return {
    resourceType: 'RelatedPerson',
    id: relatedId(subject),
    active: true,
    patient: aboutPatient(subject),
    relationship: [concept({ system: `${THO}v3-RoleCode`, code })],
    name: [{ family, given: [given] }],
    telecom: [{ system: 'phone', value: subject.person.landline, use: 'home' }],
    // Some powers are given for a time.
    ...(kind === 'proxy' && draw.chance(0.3)
      ? { period: { start: subject.calendar.day(400), end: subject.calendar.day(-1_100) } }
      : {}),
  };
}
