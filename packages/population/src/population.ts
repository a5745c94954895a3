import { type Account, recordAccounts, staffAccounts } from './accounts.ts';
import { Calendar } from './calendar.ts';
import { Draw } from './draw.ts';
import type { PopulationResource } from './fhir-shapes.ts';
import { duplicateOf, mistaken, type RecordError } from './people/duplicates.ts';
import { type Person, personOf } from './people/person.ts';
import { type Practice, practiceOfNumber, treatingStaff } from './practice/practice.ts';
import { directory } from './practice/questionnaires.ts';
import { stanceOf } from './record/consents.ts';
import { recordOf } from './record/record.ts';
import { actsFor } from './record/relations.ts';
import { courseOf, type Subject, visitOf } from './record/subject.ts';
import { patientId, practiceOf, STREAM } from './seeds.ts';
import { type WardStay, wardStay } from './ward/stay.ts';

export interface PopulationOptions {
  /** A whole number of 32 bits. */
  readonly seed: number;
  /** The day up to which everything has happened, `YYYY-MM-DD`. */
  readonly asOf: string;
}

/** The default day: a constant, since the same command has to give the same bytes next year. */
export const POPULATION_DAY = '2026-07-01';

export interface Truth {
  /** Patient id. */
  readonly record: string;
  /** Patient id of the earlier record of the same person. */
  readonly sameAs: string;
  readonly errors: readonly RecordError[];
  /** Of both: household, so that a matcher's mistakes can be told by kind. */
  readonly household: string;
}

/** One patient's record and what is known beside it. */
export interface PatientRecord {
  readonly resources: readonly PopulationResource[];
  readonly accounts: readonly Account[];
  readonly truth: Truth | undefined;
}

/**
 * A synthetic population, made piece by piece: any piece by itself, from seed and number alone, so
 * that it can be made in parallel, in parts, and again. The first thousand patients of a million are
 * the thousand of a thousand.
 */
export class Population {
  readonly #seed: number;
  readonly #calendar: Calendar;
  // Of the patients that were made last: neighbours share it.
  #practice: { readonly number: number; readonly made: Practice } | undefined;

  /** @throws RangeError for a seed or a day that is none */
  constructor({ seed, asOf }: PopulationOptions) {
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) throw new RangeError('seed');
    if (!/^\d{4}-\d\d-\d\d$/.test(asOf) || Number.isNaN(Date.parse(asOf))) {
      throw new RangeError('asOf');
    }
    this.#seed = seed;
    this.#calendar = new Calendar(asOf);
  }

  /** What all practices share, to be written first. */
  directory(): readonly PopulationResource[] {
    return directory(this.#seed);
  }

  /** The practice of patients from `number` times `PATIENTS_A_PRACTICE` on; written before them. */
  practice(number: number): {
    readonly resources: readonly PopulationResource[];
    readonly accounts: readonly Account[];
  } {
    const made = this.#made(number);
    return { resources: made.resources, accounts: staffAccounts(made) };
  }

  /** Refers to nothing but itself and its practice. */
  patient(index: number): PatientRecord {
    const seed = this.#seed;
    const practice = this.#made(practiceOf(index));
    const of = duplicateOf(seed, index);
    const known = this.#person(of ?? index, practice);
    const mistakes = of === undefined ? undefined : mistaken(seed, index, known);
    const person = mistakes?.person ?? known;
    const id = patientId(seed, index);
    const draw = new Draw(seed, STREAM.record, index);
    const subject: Subject = {
      seed,
      index,
      id,
      person,
      practice,
      calendar: this.#calendar,
      course: courseOf(seed, of ?? index, person),
      ...treatingStaff(draw, seed, practiceOf(index)),
      visit: visitOf(draw, `${id}-e1`),
    };
    const acts = actsFor(seed, index, person);
    const stance = stanceOf(seed, index, subject.course.recovery !== 'none');
    return {
      resources: recordOf(subject, { acts, stance }),
      accounts: recordAccounts(subject, acts),
      truth:
        of === undefined
          ? undefined
          : {
              record: id,
              sameAs: patientId(seed, of),
              errors: mistakes?.errors ?? [],
              household: patientId(seed, person.place.household),
            },
    };
  }

  /** A hospital stay of the patient's, for training and evaluation; no part of the record. */
  stay(index: number): WardStay {
    const seed = this.#seed;
    const of = duplicateOf(seed, index) ?? index;
    const person = this.#person(of, this.#made(practiceOf(of)));
    return wardStay({ seed, index }, { person, course: courseOf(seed, of, person) });
  }

  #made(number: number): Practice {
    if (this.#practice?.number !== number) {
      this.#practice = { number, made: practiceOfNumber(this.#seed, number) };
    }
    return this.#practice.made;
  }

  #person(index: number, { town }: Practice): Person {
    return personOf(this.#seed, index, { calendar: this.#calendar, town });
  }
}
