import { mainDateParameter, type ResourceType, type SortKey } from '@holdfast/fhir';
import { err, ok, type Result } from '@holdfast/kernel';
import type { Bind } from '../access-gate.ts';
import type { SearchDictionary } from './condition-sql.ts';

/** One ORDER BY term; a missing value sorts as the smallest, so that pages have one order. */
export interface SortTerm {
  /** SQL over alias `r`. */
  readonly expression: string;
  readonly cast: 'timestamptz' | 'text' | 'double precision';
  readonly descending: boolean;
}

const SMALLEST = {
  timestamptz: "'-infinity'",
  text: "''",
  'double precision': "'-infinity'",
} as const;

const VALUE: Readonly<Record<string, { table: string; low: string; cast: SortTerm['cast'] }>> = {
  token: { table: 'token_index', low: 'code', cast: 'text' },
  string: { table: 'string_index', low: 'folded', cast: 'text' },
  uri: { table: 'uri_index', low: 'uri', cast: 'text' },
  date: { table: 'date_index', low: 'start_at', cast: 'timestamptz' },
  number: { table: 'quantity_index', low: 'low', cast: 'double precision' },
  quantity: { table: 'quantity_index', low: 'low', cast: 'double precision' },
};

/** Without `_sort`: newest main date first, which the indexes deliver. */
const NATURAL: SortTerm = { expression: 'r.at', cast: 'timestamptz', descending: true };

export interface SortContext {
  readonly type: ResourceType;
  readonly dictionary: SearchDictionary;
  readonly bind: Bind;
  readonly tenant: string;
}

/**
 * The order of a search. `_lastUpdated`, `_id` and the type's main date lie on the row; any other
 * key reads one value a match (its smallest, or largest when descending), so it costs the matches.
 * @returns the parameter that can't be sorted by
 */
export function sortTerms(
  keys: readonly SortKey[],
  context: SortContext,
): Result<SortTerm[], string> {
  if (keys.length === 0) return ok([NATURAL]);
  const terms: SortTerm[] = [];
  for (const key of keys) {
    const term = sortTerm(key, context);
    if (term === undefined) return err(key.param);
    terms.push(term);
  }
  return ok(terms);
}

function sortTerm({ param, kind, direction }: SortKey, context: SortContext): SortTerm | undefined {
  const { type, dictionary, bind, tenant } = context;
  const descending = direction === 'descending';
  if (kind === 'id') return { expression: 'r.id', cast: 'text', descending };
  if (kind === 'lastUpdated') return { expression: 'r.updated', cast: 'timestamptz', descending };
  if (param === mainDateParameter(type))
    return { expression: 'r.at', cast: 'timestamptz', descending };
  const value = VALUE[kind];
  if (value === undefined) return undefined;
  const { table, low, cast } = value;
  const picked = `(select ${descending ? 'max' : 'min'}(x.${low}) from ${table} x where x.tenant = ${tenant}
    and x.param = ${bind(dictionary.parameter(type, param))} and x.resource = r.key)`;
  return { expression: `coalesce(${picked}, ${SMALLEST[cast]}::${cast})`, cast, descending };
}

/** The order of a page: sort terms, then the storage key, which makes it total. */
export interface PageOrder {
  readonly terms: readonly SortTerm[];
  /** SQL of the storage key. */
  readonly key: string;
}

/** Rows after a position: the lexicographic comparison, term by term, key last. */
export function afterPosition(
  { terms, key }: PageOrder,
  position: { readonly values: readonly string[]; readonly key: string },
  bind: Bind,
): string {
  const all = [
    ...terms.map((term, i) => ({
      ...term,
      value: `${bind(position.values[i])}::${term.cast}`,
    })),
    {
      expression: key,
      descending: terms.at(-1)?.descending ?? false,
      value: `${bind(position.key)}::bigint`,
    },
  ];
  const [first] = all;
  if (first !== undefined && all.every((term) => term.descending === first.descending)) {
    // One row comparison, which an index scan starts from.
    const left = all.map((term) => term.expression).join(', ');
    const right = all.map((term) => term.value).join(', ');
    return `(${left}) ${first.descending ? '<' : '>'} (${right})`;
  }
  const alternatives = all.map((term, i) => {
    const equal = all.slice(0, i).map((before) => `${before.expression} = ${before.value}`);
    return `(${[...equal, `${term.expression} ${term.descending ? '<' : '>'} ${term.value}`].join(' and ')})`;
  });
  return `(${alternatives.join(' or ')})`;
}

export function orderBy({ terms, key }: PageOrder): string {
  const last = `${key} ${terms.at(-1)?.descending ? 'desc' : 'asc'}`;
  return [
    ...terms.map((term) => `${term.expression} ${term.descending ? 'desc' : 'asc'}`),
    last,
  ].join(', ');
}
