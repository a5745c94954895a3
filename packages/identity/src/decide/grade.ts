import type { Comparison } from '../compare/comparison.ts';
import type { Level } from '../compare/level.ts';
import type { Score } from '../model/scorer.ts';

/** FHIR's match grades. Only `certain` links without a person looking. */
export type Grade = 'certain' | 'probable' | 'possible' | 'certainly-not';

export interface Judgement {
  readonly grade: Grade;
  /** Why a score that is high enough for `certain` is not trusted to be. */
  readonly withheld?: 'maybe-family' | 'no-identity-evidence';
}

/** Of ten thousand automatic links at most one may be wrong, as far as the model knows. */
const CERTAIN = 0.9999;
const PROBABLE = 0.5;
const POSSIBLE = 0.01;

/** Grades a score. Twins and families, and records that share no names, are never `certain`. */
export function gradeOf(score: Score): Judgement {
  const { probability } = score;
  if (probability < POSSIBLE) return { grade: 'certainly-not' };
  if (probability < PROBABLE) return { grade: 'possible' };
  if (isOtherOfHousehold(score.comparison)) return { grade: 'certainly-not' };
  if (mayBeFamily(score)) return { grade: 'possible', withheld: 'maybe-family' };
  if (probability < CERTAIN) return { grade: 'probable' };
  return namesAPerson(score)
    ? { grade: 'certain' }
    : { grade: 'probable', withheld: 'no-identity-evidence' };
}

/**
 * Given names that are not the same name, or birth dates years apart. Twins, siblings, and a father
 * and son of one name share all the rest, and look just like a typing error: no weight tells them
 * apart, so a steward does. Only a name that is nobody's, beside an identifier that is the same, is
 * taken for the error that it looks like.
 */
export function mayBeFamily(score: Pick<Score, 'comparison' | 'misspelt'>): boolean {
  const { given, birthDate } = score.comparison;
  const otherGiven = given === 'close' || given === 'similar' || given === 'different';
  if (otherGiven && !isTypingError(score)) return true;
  return birthDate === 'far' || birthDate === 'different';
}

/**
 * Another given name and another birth date, and no identifier in common: what agrees is then a home,
 * a phone, a family name, which weigh as if they were four accidents and are one.
 */
function isOtherOfHousehold({ given, birthDate, identifier }: Comparison): boolean {
  const otherGiven = given === 'similar' || given === 'different';
  return otherGiven && (birthDate === 'far' || birthDate === 'different') && identifier !== 'exact';
}

/** Both names agree, or one does and an identifier is the same. An e-mail address may be a family's. */
function namesAPerson(score: Score): boolean {
  const { given, family, identifier } = score.comparison;
  const givenAgrees = given === 'exact' || given === 'nickname' || isTypingError(score);
  if (given === 'swapped' || (givenAgrees && agrees(family))) return true;
  return identifier === 'exact' && (givenAgrees || agrees(family));
}

const isTypingError = ({ comparison, misspelt }: Pick<Score, 'comparison' | 'misspelt'>): boolean =>
  misspelt && comparison.identifier === 'exact';

const agrees = (level: Level): boolean => level === 'exact' || level === 'close';
