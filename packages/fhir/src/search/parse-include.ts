import { MAX_INCLUDES } from '../limits.ts';
import { isResourceType } from '../resource-types.ts';
import { searchParametersOf } from './search-parameters.ts';
import { badModifier, badValue, tooMany } from './search-problems.ts';
import type { Include, SearchProblem } from './search-query.ts';

const EXPECTED = '*, Source:*, Source:parameter or Source:parameter:Target';

/**
 * Reads `_include` or `_revinclude` (https://hl7.org/fhir/R4/search.html#include) onto the list.
 * @param written `_include`, `_revinclude:iterate`, …
 */
export function readInclude(
  includes: Include[],
  written: string,
  value: string,
): SearchProblem | undefined {
  const [name, modifier, ...more] = written.split(':');
  if (modifier !== undefined && (modifier !== 'iterate' || more.length > 0)) {
    return badModifier(written, ['iterate']);
  }
  if (includes.length >= MAX_INCLUDES) return tooMany(written, 'includes', MAX_INCLUDES);
  const direction = name === '_include' ? 'include' : 'revinclude';
  const iterate = modifier === 'iterate';
  if (value === '*') {
    includes.push({ direction, source: '*', param: '*', iterate });
    return undefined;
  }
  const [source = '', param = '', target, ...rest] = value.split(':');
  if (!isResourceType(source) || rest.length > 0) return badValue(written, EXPECTED);
  if (target !== undefined && !isResourceType(target)) return badValue(written, EXPECTED);
  if (param !== '*' && searchParametersOf(source).get(param)?.kind !== 'reference') {
    return badValue(written, `${EXPECTED}, the parameter being a reference`);
  }
  includes.push({
    direction,
    source,
    param,
    iterate,
    ...(target !== undefined && { targets: [target] }),
  });
  return undefined;
}

/** True for a name that {@link readInclude} reads. */
export const isInclude = (written: string): boolean => /^_(rev)?include(:|$)/.test(written);
