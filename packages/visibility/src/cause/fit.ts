import { coveredBy, idOf, isWithin } from './cover.ts';
import { CAUSE_LIMITS } from './limits.ts';
import type { Judge, Model } from './model.ts';
import type { Candidate, Search } from './search.ts';

/**
 * Ways of being greedy: by what explains most (which takes the parent of two causes for both of
 * them), by what is purest (which takes a part for the whole), and between.
 */
const APPETITES = [0, 0.5, 1] as const;

/** Proposals of one pass and appetite. */
const PROPOSALS = 8;

/** Rounds of improvement; two have nearly always been enough. */
const ROUNDS = 6;

/** Nats below which a change is no improvement, so that rounding cannot turn a search in circles. */
const PROGRESS = 1e-6;

export interface Fitting {
  readonly search: Search;
  readonly judge: Judge;
  readonly leaves: number;
}

/** Improves a set of causes by leaving out, exchanging and adding, as long as it is worth more. */
export function improved(fitting: Fitting, start: readonly Candidate[]): Model {
  const { judge } = fitting;
  let model = judge.modelOf(start);
  for (let round = 0; round < ROUNDS; round++) {
    const before = model.worth;
    // From the last, so that leaving one out does not move those still to come.
    for (let at = model.causes.length - 1; at >= 0; at--) {
      const others = model.causes.toSpliced(at, 1);
      model = best(fitting, model, [others, ...extended(fitting, others)]);
    }
    if (model.causes.length < CAUSE_LIMITS.causes) {
      model = best(fitting, model, extended(fitting, model.causes));
    }
    if (model.worth <= before + PROGRESS) break;
  }
  return model;
}

/** The set with one cause more, for each that is worth a look; what that contains is left out. */
function extended(fitting: Fitting, others: readonly Candidate[]): (readonly Candidate[])[] {
  return proposals(fitting, others).map((next) => [
    ...others.filter((other) => !isWithin(other, next)),
    next,
  ]);
}

/** What explains the leaves that these do not, and everything that contains it. */
export function proposals(
  { search, leaves }: Fitting,
  others: readonly Candidate[],
  { isGuess = false } = {},
): readonly Candidate[] {
  const explained = coveredBy(others, leaves);
  const found = new Map<string, Candidate>();
  for (const appetite of APPETITES) {
    for (const each of search.best({ explained, appetite, most: PROPOSALS, isGuess })) {
      found.set(idOf(each), each);
      for (const wider of search.containing(each)) {
        if (!found.has(idOf(wider))) found.set(idOf(wider), wider);
      }
    }
  }
  return [...found.values()];
}

function best({ judge }: Fitting, model: Model, sets: readonly (readonly Candidate[])[]): Model {
  let found = model;
  for (const causes of sets) {
    const other = judge.modelOf(causes);
    if (other.worth > found.worth + PROGRESS) found = other;
  }
  return found;
}
