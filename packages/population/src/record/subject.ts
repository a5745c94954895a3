import type { Calendar } from '../calendar.ts';
import { Draw } from '../draw.ts';
import { refer } from '../fhir-shapes.ts';
import type { Person } from '../people/person.ts';
import type { Practice } from '../practice/practice.ts';
import { STREAM } from '../seeds.ts';

/** How somebody is: what ties their values, answers and diagnoses together. Each in [0, 1). */
export interface Course {
  /** Low mood and worry. */
  readonly burden: number;
  readonly drinking: number;
  /** Of heart, vessels and metabolism. */
  readonly strain: number;
  /** In treatment for substance use: what a Part 2 programme holds. */
  readonly recovery: 'none' | 'alcohol' | 'opioid' | 'other';
}

/** A visit that has taken place, goes on, or is to come. */
export interface Visit {
  readonly id: string;
  /** Days before the population's day; negative for one to come. */
  readonly daysAgo: number;
  readonly minuteOfDay: number;
}

/** One patient while the record is made. */
export interface Subject {
  readonly seed: number;
  readonly index: number;
  readonly id: string;
  readonly person: Person;
  readonly practice: Practice;
  readonly calendar: Calendar;
  readonly course: Course;
  /** Ids of the general practitioner and of a colleague. */
  readonly own: string;
  readonly other: string;
  readonly visit: Visit;
}

export const aboutPatient = ({ id }: Subject) => refer('Patient', id);

/** Each part of a record has draws of its own. */
export const drawOf = ({ seed, index }: Subject, part: number): Draw =>
  new Draw(seed, STREAM.record, index, part);

export function courseOf(seed: number, index: number, { ageYears }: Person): Course {
  const draw = new Draw(seed, STREAM.course, index);
  const burden = draw.next() ** 2;
  const drinking = ageYears < 16 ? 0 : draw.next() ** 2;
  const strain = Math.min(0.999, draw.next() * (0.25 + ageYears / 80));
  const recovers = ageYears >= 16 && draw.chance(0.04 + 0.08 * Math.max(burden, drinking));
  return {
    burden,
    drinking,
    strain,
    recovery: recovers ? draw.share({ alcohol: 48, opioid: 34, other: 18 }) : 'none',
  };
}

/** Most visits are recent, some lie years back. */
export function visitOf(draw: Draw, id: string): Visit {
  const back = draw.next();
  return {
    id,
    daysAgo: 1 + Math.floor(back * back * 2_400),
    minuteOfDay: 480 + 10 * draw.below(54),
  };
}
