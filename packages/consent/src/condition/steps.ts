import type { PatientFacts, RowFacts } from '@holdfast/store';
import type { TieKind } from '../relations/relationship.ts';
import type { Atom, Condition } from './condition.ts';
import { atomHolds, type Facts } from './holds.ts';

/**
 * A condition made ready for evaluation: every node has the same shape and a small number for what
 * it is, so that the machine code of `passes` knows where everything lies.
 */
export interface Step {
  readonly kind: number;
  /** Of `NAMED`: slots that must not name the actor, and slots of which one must; empty: nothing is asked. */
  readonly noneFirst: number;
  readonly noneEnd: number;
  readonly noneMissing: boolean;
  readonly someFirst: number;
  readonly someEnd: number;
  readonly someMissing: boolean;
  /** Of `ALL`, `ANY`, and the one of `NOT`. */
  readonly steps: readonly Step[];
  /** Of `TIED`: what the actor is to the row's patient, or to the one whose consents decide. */
  readonly kinds: readonly TieKind[];
  readonly ofRow: boolean;
  /** Of `OTHER`. */
  readonly atom: Atom | null;
}

export const NEVER = 0;
export const ALWAYS = 1;
const NAMED = 2;
const OWN_RECORD = 3;
const NOT = 4;
const ALL = 5;
const ANY = 6;
const TIED = 7;
const OTHER = 8;

const NO_STEPS: readonly Step[] = [];
const NO_KINDS: readonly TieKind[] = [];

/** Steps by formula: classes that come down to the same formula share its steps, and their memory. */
export class SharedSteps {
  readonly #numbers = new Map<string, number>();
  readonly #steps: Step[] = [];

  /** The formula's number, from 0. */
  number(condition: Condition): number {
    const known = this.#numbers.get(condition.key);
    if (known !== undefined) return known;
    const number = this.#steps.length;
    this.#numbers.set(condition.key, number);
    this.#steps.push(stepsOf(condition));
    return number;
  }

  /** Undefined for -1, which is no step's number. */
  at(number: number): Step | undefined {
    return number < 0 ? undefined : this.#steps[number];
  }

  forget(): void {
    this.#numbers.clear();
    this.#steps.length = 0;
  }
}

export function stepsOf(condition: Condition): Step {
  switch (condition.op) {
    case 'true':
      return step(ALWAYS);
    case 'false':
      return step(NEVER);
    case 'not':
      return keptOut(condition) ?? step(NOT, { steps: [stepsOf(condition.term)] });
    case 'and':
      return named(condition.terms) ?? step(ALL, { steps: condition.terms.map(stepsOf) });
    case 'or':
      return step(ANY, { steps: condition.terms.map(stepsOf) });
    case 'own-record':
      return step(OWN_RECORD);
    case 'actor-in':
      return step(NAMED, someOf(condition));
    case 'tied':
      return step(TIED, { kinds: condition.kinds, ofRow: condition.to === 'row' });
    default:
      return step(OTHER, { atom: condition });
  }
}

type ActorIn = Extract<Atom, { op: 'actor-in' }>;

const someOf = ({ first, count, whenMissing }: ActorIn): Partial<Step> => ({
  someFirst: first,
  someEnd: first + count,
  someMissing: whenMissing,
});

const noneOf = ({ first, count, whenMissing }: ActorIn): Partial<Step> => ({
  noneFirst: first,
  noneEnd: first + count,
  noneMissing: whenMissing,
});

function keptOut(condition: Condition): Step | undefined {
  if (condition.op !== 'not' || condition.term.op !== 'actor-in') return undefined;
  return step(NAMED, noneOf(condition.term));
}

/** Whom the patient names and does not keep out: what most consents with actors come down to. */
function named(terms: readonly Condition[]): Step | undefined {
  if (terms.length !== 2) return undefined;
  const some = terms.find((each) => each.op === 'actor-in');
  const not = terms.find((each) => each.op === 'not');
  if (some === undefined || not === undefined || not.term.op !== 'actor-in') return undefined;
  return step(NAMED, { ...someOf(some), ...noneOf(not.term) });
}

function step(kind: number, rest: Partial<Step> = {}): Step {
  return {
    kind,
    noneFirst: 0,
    noneEnd: 0,
    noneMissing: false,
    someFirst: 0,
    someEnd: 0,
    someMissing: false,
    steps: NO_STEPS,
    kinds: NO_KINDS,
    ofRow: false,
    atom: null,
    ...rest,
  };
}

/** Whose decision it is, and of which patient named on the row. */
export interface Asking {
  readonly closure: Facts['closure'];
  readonly tiesAs: Facts['tiesAs'];
  readonly ownPatientId: Facts['ownPatientId'];
}

/** A row, and the patient whose consents are asked: the row's own, or another it names. */
export interface About {
  readonly row: RowFacts;
  readonly subject: PatientFacts;
}

/** What `holds` answers for the condition it was made of. Allocates nothing for the common steps. */
export function passes(asked: Step, about: About, who: Asking): boolean {
  const { kind } = asked;
  const { row, subject } = about;
  if (kind === NAMED) return isNamed(asked, subject.residual, who.closure);
  if (kind === NEVER) return false;
  if (kind === ALWAYS) return true;
  if (kind === OWN_RECORD) {
    return row.patientId !== null && row.patientId === who.ownPatientId;
  }
  const { steps } = asked;
  if (kind === ALL) {
    for (let index = 0; index < steps.length; index++) {
      if (!passes(steps[index] as Step, about, who)) return false;
    }
    return true;
  }
  if (kind === ANY) {
    for (let index = 0; index < steps.length; index++) {
      if (passes(steps[index] as Step, about, who)) return true;
    }
    return false;
  }
  if (kind === NOT) return !passes(steps[0] as Step, about, who);
  if (kind === TIED) return isTied(asked, asked.ofRow ? row.ties : subject.ties, who);
  return atomHolds(asked.atom as Atom, {
    row,
    residual: subject.residual,
    ties: subject.ties,
    closure: who.closure,
    tiesAs: who.tiesAs,
    ownPatientId: who.ownPatientId,
    nowMs: Number.NaN, // A step's time is settled: nothing asks for it.
  });
}

function isNamed(asked: Step, residual: readonly string[], closure: Facts['closure']): boolean {
  const { noneEnd, someEnd } = asked;
  const { length } = residual;
  if (noneEnd > 0) {
    if (length < noneEnd && asked.noneMissing) return false;
    const last = Math.min(noneEnd, length);
    for (let index = asked.noneFirst; index < last; index++) {
      if (closure.has(residual[index] as string)) return false;
    }
  }
  if (someEnd === 0) return true;
  if (length < someEnd && asked.someMissing) return true;
  const last = Math.min(someEnd, length);
  for (let index = asked.someFirst; index < last; index++) {
    if (closure.has(residual[index] as string)) return true;
  }
  return false;
}

function isTied({ kinds }: Step, ties: readonly string[], who: Asking): boolean {
  if (ties.length === 0) return false;
  const wanted = who.tiesAs(kinds);
  for (let index = 0; index < ties.length; index++) {
    if (wanted.has(ties[index] as string)) return true;
  }
  return false;
}
