import { mainDateParameter, type SortKey } from '@holdfast/fhir';
import { err, ok, type Result } from '@holdfast/kernel';
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

const VALUES: Readonly<Record<string, Pick<SortTerm, 'cast'> & { table: string; column: string }>> =
  {
    token: { table: 'token_index', column: 'code', cast: 'text' },
    string: { table: 'string_index', column: 'folded', cast: 'text' },
    uri: { table: 'uri_index', column: 'uri', cast: 'text' },
    date: { table: 'date_index', column: 'start_at', cast: 'timestamptz' },
    number: { table: 'quantity_index', column: 'low', cast: 'float8' },
    quantity: { table: 'quantity_index', column: 'low', cast: 'float8' },
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
  const { table, column, cast } = value;
  const x = context.fresh();
  const pick = `(select ${descending ? 'max' : 'min'}(${x}.${column}) from ${table} ${x}
    where ${x}.tenant = $1 and ${x}.resource = r.key and ${ofParameter(x, param, context)})`;
  return { expression: pick, cast, descending };
}

/** ORDER BY over columns `s0`, `s1`, ... and the key. */
export function orderBy({ terms }: PageOrder, columns: (i: number) => string, key: string): string {
  const parts = terms.map(({ descending }, i) =>
    descending ? `${columns(i)} desc nulls last` : `${columns(i)} asc nulls last`,
  );
  return [...parts, `${key} ${terms.at(-1)?.descending ? 'desc' : 'asc'}`].join(', ');
}
