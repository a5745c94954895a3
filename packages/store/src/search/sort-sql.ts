import { mainDateParameter, type SortKey } from '@holdfast/fhir';
import { err, ok, type Result } from '@holdfast/kernel';
import { ownerBit } from './reference-sql.ts';
import { ofParameter, type RowContext } from './search-context.ts';

/** One key of an order; rows without it come last, whichever way it runs. */
export interface SortTerm {
  /** SQL over the row, null where the row has no such value. */
  readonly expression: string;
  readonly cast: 'timestamptz' | 'text' | 'float8';
  readonly descending: boolean;
}

/**
 * The order of a search's pages; the storage key, running like the last term, makes it total.
 * `along` names an index that already runs in this order, so that a page stops early; without one,
 * every match is read and sorted.
 */
export interface PageOrder {
  readonly along: 'main-date' | 'updated' | 'id' | null;
  readonly terms: readonly SortTerm[];
}

/** What index rows `x` are sorted by. */
const VALUES: Partial<
  Record<SortKey['kind'], Pick<SortTerm, 'cast'> & { from: string; value: string }>
> = {
  token: { from: 'token_index x', value: 'x.code', cast: 'text' },
  string: { from: 'string_index x', value: '(x.folded || x.tail)', cast: 'text' },
  uri: { from: 'uri_index x', value: 'x.uri', cast: 'text' },
  // Without a beginning it counts as missing, like the main date on the resource row.
  date: { from: 'date_index x', value: "nullif(x.start_at, '-infinity')", cast: 'timestamptz' },
  number: { from: 'quantity_index x', value: 'x.low', cast: 'float8' },
  quantity: { from: 'quantity_index x', value: 'x.low', cast: 'float8' },
  // By the id of what is referred to, or its text; the owner's id stands on its state row.
  reference: {
    from: `(select i.tenant, i.resource, i.param, t.id as value from reference_index i
        join resource t on t.tenant = $1 and t.key = i.target
      union all select u.tenant, u.resource, u.param, u.uri from uri_index u) x`,
    value: 'x.value',
    cast: 'text',
  },
};

/**
 * Without `_sort` one type runs by its main date and several by their last update, newest first.
 * @returns the parameter that can't be sorted by
 */
export function pageOrder(
  keys: readonly SortKey[],
  context: RowContext,
): Result<PageOrder, string> {
  const terms: SortTerm[] = [];
  for (const key of keys) {
    const term = sortTerm(key, context);
    if (term === undefined) return err(key.param);
    terms.push(term);
  }
  if (keys.length > 1) return ok({ along: null, terms });
  const [key] = keys;
  if (key?.kind === 'id') return ok({ along: context.types.length === 1 ? 'id' : null, terms });
  if (key?.kind === 'lastUpdated') return ok({ along: 'updated', terms });
  if (key === undefined && context.types.length > 1) {
    return ok({ along: 'updated', terms: [{ ...UPDATED, descending: true }] });
  }
  if (key === undefined)
    return ok({ along: 'main-date', terms: [{ ...MAIN_DATE, descending: true }] });
  return ok({ along: isMainDate(key, context) ? 'main-date' : null, terms });
}

// A missing date is stored as -infinity, and so is one without a beginning: both are "no key".
const MAIN_DATE = { expression: "nullif(r.at, '-infinity')", cast: 'timestamptz' } as const;
const UPDATED = { expression: 'r.updated', cast: 'timestamptz' } as const;

const isMainDate = ({ param }: SortKey, { types }: RowContext): boolean =>
  types.length === 1 && types.every((type) => mainDateParameter(type) === param);

function sortTerm(key: SortKey, context: RowContext): SortTerm | undefined {
  const { param, kind, direction } = key;
  const descending = direction === 'descending';
  if (kind === 'id') return { expression: 'r.id', cast: 'text', descending };
  if (kind === 'lastUpdated') return { ...UPDATED, descending };
  if (isMainDate(key, context)) return { ...MAIN_DATE, descending };
  const value = VALUES[kind];
  if (value === undefined) return undefined;
  const { from, value: column, cast } = value;
  const [pick, outer] = descending ? ['max', 'greatest'] : ['min', 'least'];
  const rows = `(select ${pick}(${column}) from ${from}
    where x.tenant = $1 and x.resource = r.key and ${ofParameter('x', param, context)})`;
  const bit = kind === 'reference' ? ownerBit(param) : 0;
  if (bit === 0) return { expression: rows, cast, descending };
  const owner = `(select p.patient_id from patient_state p
    where p.tenant = $1 and p.patient = r.patient and r.owner_by & ${bit} <> 0)`;
  return { expression: `${outer}(${rows}, ${owner})`, cast, descending };
}

/** ORDER BY over columns `s0`, `s1`, ... and the key. */
export function orderBy({ terms }: PageOrder, columns: (i: number) => string, key: string): string {
  const parts = terms.map(({ descending }, i) =>
    descending ? `${columns(i)} desc nulls last` : `${columns(i)} asc nulls last`,
  );
  return [...parts, `${key} ${terms.at(-1)?.descending ? 'desc' : 'asc'}`].join(', ');
}
