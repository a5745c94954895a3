import type { Atom, Condition } from './condition.ts';
import { atomHolds, type Facts } from './holds.ts';

/**
 * A condition made ready for evaluation: every node has the same shape and a small number for what
 * it is, so that the machine code of `passes` knows where everything lies.
 */
export interface Step {
  readonly kind: number;
  /** Run of residual slots, of `ACTOR_IN`. */
  readonly first: number;
  readonly end: number;
  readonly whenMissing: boolean;
  /** Of `ALL`, `ANY`, and the one of `NOT`. */
  readonly steps: readonly Step[];
  /** Of `OTHER`. */
  readonly atom: Atom | null;
}

export const NEVER = 0;
export const ALWAYS = 1;
const ACTOR_IN = 2;
const OWN_RECORD = 3;
const NOT = 4;
const ALL = 5;
const ANY = 6;
const OTHER = 7;

const NO_STEPS: readonly Step[] = [];

export function stepsOf(condition: Condition): Step {
  switch (condition.op) {
    case 'true':
      return step(ALWAYS);
    case 'false':
      return step(NEVER);
    case 'not':
      return step(NOT, { steps: [stepsOf(condition.term)] });
    case 'and':
      return step(ALL, { steps: condition.terms.map(stepsOf) });
    case 'or':
      return step(ANY, { steps: condition.terms.map(stepsOf) });
    case 'own-record':
      return step(OWN_RECORD);
    case 'actor-in': {
      const { first, count, whenMissing } = condition;
      return step(ACTOR_IN, { first, end: first + count, whenMissing });
    }
    default:
      return step(OTHER, { atom: condition });
  }
}

function step(kind: number, rest: Partial<Step> = {}): Step {
  const { first = 0, end = 0, whenMissing = false, steps = NO_STEPS, atom = null } = rest;
  return { kind, first, end, whenMissing, steps, atom };
}

/** What `holds` answers for the condition it was made of. Allocates nothing. */
export function passes(asked: Step, facts: Facts): boolean {
  const { kind } = asked;
  if (kind === ACTOR_IN) return namesActor(asked, facts);
  if (kind === NEVER) return false;
  if (kind === ALWAYS) return true;
  if (kind === OWN_RECORD) {
    const { patientId } = facts.row;
    return patientId !== null && patientId === facts.ownPatientId;
  }
  const { steps } = asked;
  if (kind === ALL) {
    for (let index = 0; index < steps.length; index++) {
      if (!passes(steps[index] as Step, facts)) return false;
    }
    return true;
  }
  if (kind === ANY) {
    for (let index = 0; index < steps.length; index++) {
      if (passes(steps[index] as Step, facts)) return true;
    }
    return false;
  }
  if (kind === NOT) return !passes(steps[0] as Step, facts);
  return atomHolds(asked.atom as Atom, facts);
}

function namesActor({ first, end, whenMissing }: Step, { residual, closure }: Facts): boolean {
  if (residual.length < end && whenMissing) return true;
  const last = Math.min(end, residual.length);
  for (let index = first; index < last; index++) {
    if (closure.has(residual[index] as string)) return true;
  }
  return false;
}
