import { FIELDS, type Field } from '../compare/comparison.ts';
import {
  type FieldParameters,
  type MatchParameters,
  PARAMETERS_FORMAT,
  PARAMETERS_VERSION,
  ratesOf,
} from './parameters.ts';

/** How often two strangers agree exactly, where nobody has trained on the people at hand. */
const STRANGERS_AGREE: Readonly<Record<Field, number>> = {
  given: 1e-2,
  family: 3e-3,
  birthDate: 5e-5,
  gender: 0.5,
  identifier: 1e-6,
  email: 1e-5,
  phone: 1e-5,
  houseNumber: 2e-2,
  street: 2e-3,
  locality: 3e-2,
  postcode: 1e-2,
  state: 0.3,
};

/** One in so many pairs is of one person: a duplicate for each of a hundred thousand records. */
const PRIOR = 1e-5;
const OBSERVATIONS = 1e6;

/**
 * Parameters to begin with, until some are trained. They know no names, so a rare one counts as a
 * common one, and no mistyped name is ever taken for one.
 */
export function starterParameters(): MatchParameters {
  const fields = FIELDS.map((field): [Field, FieldParameters] => {
    const exact = STRANGERS_AGREE[field];
    const u = ratesOf(field, 'u', new Map([['exact', 0]]));
    const rest = 1 - (u.exact ?? 0);
    const spread = Object.entries(u).map(([level, rate]): [string, number] => [
      level,
      level === 'exact' ? exact : (rate * (1 - exact)) / rest,
    ]);
    return [field, { m: ratesOf(field, 'm'), u: Object.fromEntries(spread) }];
  });
  return {
    format: PARAMETERS_FORMAT,
    version: PARAMETERS_VERSION,
    records: OBSERVATIONS,
    prior: PRIOR,
    fields: Object.fromEntries(fields) as Record<Field, FieldParameters>,
  };
}
