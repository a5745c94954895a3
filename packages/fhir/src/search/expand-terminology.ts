import { err, ok, type Result } from '@holdfast/kernel';
import { deepFreeze } from '../deep-freeze.ts';
import { MAX_EXPANDED_CODES } from '../limits.ts';
import type { SystemCode } from '../terminology/expand-value-set.ts';
import { shippedExpansion, shippedSource } from '../terminology/shipped-terminology.ts';
import type { TokenValue } from './criterion-values.ts';
import type { Criterion, TerminologyCriterion } from './search-criterion.ts';
import { tooMany, unknownTerminology } from './search-problems.ts';
import type { SearchProblem, SearchQuery } from './search-query.ts';

/**
 * What `:in`, `:not-in`, `:above` and `:below` need to know of codes. A server may look into stored
 * ValueSets first and fall back on {@link shippedTerminology}.
 */
export interface Terminology {
  /** The codes of a value set by its canonical URL; undefined if unknown or not listable. */
  expand(valueSet: string): Promise<readonly SystemCode[] | undefined>;
  /** A code and all it subsumes (`below`) or is subsumed by; undefined for an unknown system. */
  related(code: SystemCode, way: 'above' | 'below'): Promise<readonly string[] | undefined>;
}

/** The value sets and code systems that R4 publishes. */
export const shippedTerminology: Terminology = {
  expand: (valueSet) => Promise.resolve(shippedExpansion(valueSet)),
  related({ system, code }, way) {
    const hierarchy = shippedSource.codeSystem(system);
    // A code the system does not have stands for itself.
    return Promise.resolve(hierarchy && (hierarchy[way](code) ?? [code]));
  },
};

/** No row has an empty code: the value that nothing matches. */
const NOTHING: TokenValue = { system: null, code: '' };

/**
 * Replaces the criteria that name value sets or hierarchies by plain token criteria, which a store
 * can plan. A search without such criteria comes back as it is.
 * @returns every problem found: an unknown value set or system, too many codes
 */
export async function expandTerminology(
  query: SearchQuery,
  terminology: Terminology,
): Promise<Result<SearchQuery, readonly SearchProblem[]>> {
  if (!query.criteria.some(needsTerminology)) return ok(query);
  const problems: SearchProblem[] = [];
  const criteria = await Promise.all(
    query.criteria.map((criterion) => expanded(criterion, terminology, problems)),
  );
  return problems.length > 0 ? err(problems) : ok(deepFreeze({ ...query, criteria }));
}

function needsTerminology(criterion: Criterion): boolean {
  switch (criterion.kind) {
    case 'valueSet':
    case 'subsumption':
      return true;
    case 'chain':
      return criterion.targets.some((target) => needsTerminology(target.criterion));
    case 'has':
      return needsTerminology(criterion.criterion);
    default:
      return false;
  }
}

async function expanded(
  criterion: Criterion,
  terminology: Terminology,
  problems: SearchProblem[],
): Promise<Criterion> {
  switch (criterion.kind) {
    case 'valueSet':
    case 'subsumption': {
      const values = await codesOf(criterion, terminology);
      if (values.ok) return tokens(criterion, values.value);
      problems.push(values.error);
      return criterion;
    }
    case 'chain': {
      const targets = await Promise.all(
        criterion.targets.map(async ({ type, criterion: next }) => ({
          type,
          criterion: await expanded(next, terminology, problems),
        })),
      );
      return { ...criterion, targets };
    }
    case 'has':
      return {
        ...criterion,
        criterion: await expanded(criterion.criterion, terminology, problems),
      };
    default:
      return criterion;
  }
}

function tokens(criterion: TerminologyCriterion, codes: readonly SystemCode[]): Criterion {
  const values = codes.length === 0 ? [NOTHING] : codes;
  const { param, modifier } = criterion;
  return modifier === 'not-in'
    ? { kind: 'token', param, modifier: 'not', values }
    : { kind: 'token', param, values };
}

async function codesOf(
  criterion: TerminologyCriterion,
  terminology: Terminology,
): Promise<Result<readonly SystemCode[], SearchProblem>> {
  const written = `${criterion.param}:${criterion.modifier}`;
  const lists =
    criterion.kind === 'valueSet'
      ? await Promise.all(criterion.values.map((url) => terminology.expand(url)))
      : await Promise.all(
          criterion.values.map(async (code) => {
            const related = await terminology.related(code, criterion.modifier);
            return related?.map((other) => ({ system: code.system, code: other }));
          }),
        );
  const codes: SystemCode[] = [];
  for (const list of lists) {
    if (list === undefined) return err(unknownTerminology(written, criterion.kind));
    codes.push(...list);
  }
  return codes.length > MAX_EXPANDED_CODES
    ? err(tooMany(written, 'codes', MAX_EXPANDED_CODES))
    : ok(codes);
}
