import type { TokenValue } from '@holdfast/fhir';
import { indexedCode } from '../indexed-text.ts';
import { or, type StatementContext, systemNumber } from './search-context.ts';

/** The values of a token criterion, taken apart by what they name. */
export interface TokenGroups {
  /** Code with a system (0 for "without system"). */
  readonly pairs: readonly { readonly code: string; readonly system: number }[];
  readonly codes: readonly string[];
  readonly systems: readonly number[];
}

export function tokenGroups(
  values: readonly TokenValue[],
  context: Pick<StatementContext, 'dictionary'>,
): TokenGroups {
  const pairs: { code: string; system: number }[] = [];
  const codes: string[] = [];
  const systems: number[] = [];
  for (const { system, code } of values) {
    if (code === undefined) {
      if (system !== undefined) systems.push(systemNumber(system, context));
    } else if (system === undefined) codes.push(indexedCode(code));
    else pairs.push({ code: indexedCode(code), system: systemNumber(system, context) });
  }
  return { pairs, codes, systems };
}

/** Holds where the row `x` of `token_index` has one of the values; the same text for any number. */
export function tokenMatch(
  values: readonly TokenValue[],
  x: string,
  context: StatementContext,
): string {
  const { bind } = context;
  const { pairs, codes, systems } = tokenGroups(values, context);
  const parts: string[] = [];
  const [pair] = pairs;
  if (pairs.length === 1 && pair !== undefined) {
    parts.push(`(${x}.code = ${bind(pair.code)} and ${x}.system = ${bind(pair.system)})`);
  } else if (pairs.length > 1) {
    // `is true` keeps it a look-up in a hash that is made once, not a join for each row.
    parts.push(`((${x}.code, ${x}.system) in (select v.code, v.system
      from ${pairRows(pairs, context)}) is true)`);
  }
  if (codes.length === 1) parts.push(`${x}.code = ${bind(codes[0])}`);
  else if (codes.length > 1) parts.push(`${x}.code = any(${bind(codes)}::text[])`);
  if (systems.length > 0) parts.push(`${x}.system = any(${bind(systems)}::integer[])`);
  return or(parts);
}

/** The pairs as rows `v(code, system)`. */
export const pairRows = (pairs: TokenGroups['pairs'], { bind }: StatementContext): string =>
  `unnest(${bind(pairs.map((p) => p.code))}::text[], ${bind(pairs.map((p) => p.system))}::integer[])
    as v(code, system)`;
