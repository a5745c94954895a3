import type { ExposureFacts, FactName, Headcount, Jurisdiction } from './facts.ts';

/** Whom a threshold counts: everybody affected, those who live somewhere, or those of one State. */
export type Counted = 'everybody' | 'any one State' | Jurisdiction;

/** What has to be known where a condition cannot be told. */
export type Missing = FactName | 'whoIsAffected' | 'residence';

/** A condition of a regulation, as data: it can be printed, compared and tested at its boundary. */
export type Condition =
  | { readonly fact: FactName }
  /** A presumption: holds until the fact is shown to be so (as 45 CFR 164.402(2) has it). */
  | { readonly unlessShown: FactName }
  | { readonly not: Condition }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  /** `atLeast` 500 holds for 500; "more than 500" is `atLeast` 501. */
  | { readonly people: Counted; readonly atLeast: number };

/** Three-valued (Kleene): what depends on an unknown fact is unknown, and says on which. */
export type Truth =
  | { readonly value: true }
  | { readonly value: false }
  | { readonly value: null; readonly missing: readonly Missing[] };

const TRUE: Truth = { value: true };
const FALSE: Truth = { value: false };

export function evaluate(condition: Condition, facts: ExposureFacts): Truth {
  if ('fact' in condition) return answered(condition.fact, facts);
  if ('unlessShown' in condition) return { value: facts.answers[condition.unlessShown] !== true };
  if ('not' in condition) return negated(evaluate(condition.not, facts));
  if ('people' in condition) return counted(condition, facts);
  if ('all' in condition) return combined(condition.all, facts, { decisive: false });
  return combined(condition.any, facts, { decisive: true });
}

function answered(fact: FactName, facts: ExposureFacts): Truth {
  const value = facts.answers[fact];
  return value === undefined ? { value: null, missing: [fact] } : { value };
}

const negated = (truth: Truth): Truth => (truth.value === null ? truth : { value: !truth.value });

function combined(
  members: readonly Condition[],
  facts: ExposureFacts,
  { decisive }: { readonly decisive: boolean },
): Truth {
  const missing = new Set<Missing>();
  for (const member of members) {
    const truth = evaluate(member, facts);
    if (truth.value === decisive) return truth;
    if (truth.value === null) for (const name of truth.missing) missing.add(name);
  }
  if (missing.size > 0) return { value: null, missing: [...missing] };
  return decisive ? FALSE : TRUE;
}

function counted(
  { people, atLeast }: { readonly people: Counted; readonly atLeast: number },
  facts: ExposureFacts,
): Truth {
  const counts = headcounts(people, facts);
  const unknown = people === 'everybody' ? 0 : facts.residenceUnknown;
  if (counts.some(({ confirmed }) => confirmed >= atLeast)) return TRUE;
  const open = counts.filter((each) => each.confirmed + each.possible + unknown >= atLeast);
  if (open.length === 0) return FALSE;
  const missing: Missing[] = [];
  if (open.some(({ possible }) => possible > 0)) missing.push('whoIsAffected');
  if (unknown > 0) missing.push('residence');
  return { value: null, missing };
}

const NOBODY: Headcount = { confirmed: 0, possible: 0 };

function headcounts(people: Counted, { affected, residents }: ExposureFacts): Headcount[] {
  if (people === 'everybody') return [affected];
  if (people !== 'any one State') return [residents[people] ?? NOBODY];
  const states = Object.entries(residents).filter(([place]) => place.startsWith('US-'));
  // A State that nobody is known to live in may be that of all whose residence is unknown.
  return [NOBODY, ...states.map(([, count]) => count ?? NOBODY)];
}
